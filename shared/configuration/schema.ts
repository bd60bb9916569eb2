import * as z from 'zod';
import { selectorSchema } from '../accounts/selector.ts';
import { type GrantEntry, regionsSchema, rolePattern } from '../grants/grant-schema.ts';
import { getGrantKind, grantKinds } from '../grants/kinds.ts';
import { memberRoleSchema } from '../grants/member-roles/schema.ts';
import { type LimitName, type Quota, quotas } from '../grants/quotas.ts';
import { installationIdPattern } from '../iam/managed-statements.ts';
import { accountIdPattern } from '../platform/account.ts';
import {
  centralAccountNameSchema,
  centralAccountNameText,
  maxCentralAccounts,
} from '../platform/central-accounts.ts';
import { partitionNames } from '../platform/partitions.ts';
import {
  describeKeyErrors,
  objectSchema as object,
  regionSchema,
  textSchema,
} from '../platform/schema-fields.ts';
import { applicationsSchema } from './applications.ts';
import { secretDeployment } from './secret-deployment.ts';
import { stackOptionsSchema } from './stack-options.ts';

const accountId = z
  .string('an account id: twelve digits, in quotes, because YAML reads bare digits as a number')
  .regex(accountIdPattern, 'an account id: twelve digits, in quotes');

/**
 * How long a run may wait for approval, in hours. The state machine's `TimeoutSeconds` must allow it. A test compares
 * both.
 */
export const longestApprovalHours = 168;
export const defaultApprovalHours = 24;

const roleName = textSchema(rolePattern, 'the name of a role, with its path if it has one');

const centralAccount = object({
  id: accountId,
  region: regionSchema,
  /** The path and name of the spoke role in this account. Default: `spokeRole` of the configuration. */
  role: roleName.optional(),
});

const countText = `must have 1 to ${maxCentralAccounts} central accounts, since each has a function and a role of its own`;

/**
 * Central accounts by name, such as `log`, `security`, `shared` and `configuration`. Grants, applications and targets
 * use these names.
 */
const centralAccounts = z
  .record(centralAccountNameSchema, centralAccount, {
    error: ({ code }) =>
      code === 'invalid_key'
        ? centralAccountNameText
        : 'an object with a key for each central account, such as log',
  })
  .refine((accounts) => Object.keys(accounts).length > 0, countText)
  .refine((accounts) => Object.keys(accounts).length <= maxCentralAccounts, countText)
  .meta({ minProperties: 1, maxProperties: maxCentralAccounts });

/** Reports an unknown key together with the keys that this kind and preset allow. */
function withKnownKeys(issue: z.core.$ZodIssue, schema: z.ZodType, entry: object): z.core.$ZodIssue {
  if (issue.code !== 'unrecognized_keys' || issue.path.length > 0) return issue;
  const keys = shapesFor(schema, entry).flatMap((shape) => Object.keys(shape));
  return keys.length === 0 ? issue : { ...issue, message: describeKeyErrors(keys)(issue) };
}

function shapesFor(schema: unknown, entry: object): readonly z.core.$ZodShape[] {
  if (schema instanceof z.ZodObject) return [schema.shape];
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return [];
  const preset: unknown = 'preset' in entry ? entry.preset : undefined;
  return schema.options
    .flatMap((option) => shapesFor(option, entry))
    .filter((shape) => shape.preset === undefined || z.safeParse(shape.preset, preset).success);
}

/** Parses an entry by the schema of its grant kind. Findings have the path of the entry. */
const grant = z.looseObject({ kind: z.unknown() }).transform((entry, context): GrantEntry => {
  const names = grantKinds.map(({ name }) => name);
  if (typeof entry.kind !== 'string' || !names.includes(entry.kind)) {
    const message = `must be one of ${names.join(', ')}`;
    context.addIssue({ code: 'custom', path: ['kind'], message, params: { options: names } });
    return z.NEVER;
  }
  const { schema } = getGrantKind(entry.kind);
  const parsed = schema.safeParse(entry);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues)
    context.addIssue({ ...withKnownKeys(issue, schema, entry) } as Parameters<typeof context.addIssue>[0]);
  return z.NEVER;
});

/**
 * The schema of a limit. A value above AWS's highest quota is an error, because AWS would reject every write that needs
 * it.
 */
function quota(name: LimitName, lowest = 1) {
  const { default: given, highest }: Quota = quotas[name];
  const whole = lowest > 1 ? z.int().min(lowest) : z.int().positive();
  const bounded =
    highest === undefined
      ? whole
      : whole.max(highest, `at most ${highest}, the highest value that AWS gives`);
  return bounded.default(given);
}

/** AWS quotas in the accounts of the installation. The defaults are AWS's own. */
const limits = object({
  managedPolicyCharacters: quota('managedPolicyCharacters', 1_024),
  managedPoliciesPerGroup: quota('managedPoliciesPerGroup'),
  managedPoliciesPerRole: quota('managedPoliciesPerRole'),
  roleTrustPolicyCharacters: quota('roleTrustPolicyCharacters', 1_024),
  grantsPerKey: quota('grantsPerKey'),
  launchPermissionsPerImage: quota('launchPermissionsPerImage'),
  /**
   * How many resources one pattern may match in one account and region. This is a limit of the project, because one
   * item of the table contains all matches of a search.
   */
  resourcesPerPattern: z.int().positive().max(2_000).default(500),
});

/** Which accounts an operator must approve before they get new access. */
const approval = object({
  for: selectorSchema,
  /** How many hours a run waits for the operator's decision. At most a week. */
  timeLimitHours: z.int().min(1).max(longestApprovalHours).default(defaultApprovalHours),
});
/** An account can be reopened until 90 days after it was closed. Then Organizations deletes it for good. */
const maxGraceHours = 90 * 24;

/**
 * If a change takes a grant from more accounts than both limits allow, the removals wait for an operator's decision.
 */
const removalLimits = object({
  /** A fraction of the accounts that have the grant now, from 0 to 1. */
  fraction: z.number().min(0).max(1).default(0.2),
  /** A number of accounts. */
  accounts: z.int().nonnegative().default(5),
});

export const defaultMemberRolesMinutes = 20;

/** How a run verifies that accesses really work. */
const verification = object({
  /** Whether to read SCPs and RCPs. `ignore` is for organizations in which they deny none of the accesses. */
  organizationPolicies: z.enum(['read', 'ignore']).default('read'),
  /** How many minutes a run waits for the member roles of a new account. */
  memberRolesMinutes: z.int().min(0).max(180).default(defaultMemberRolesMinutes),
});

export const configurationSchema = object({
  version: z.literal(1, '1, the only version of this format'),
  /** Part of each Sid, so that the statements of two installations in one organization can be told apart. */
  installation: textSchema(
    installationIdPattern,
    'lower-case letters and digits, a letter first, at most 16: for example prod',
  ),
  partition: z.enum(partitionNames).default('aws'),
  organization: object({
    id: textSchema(/^o-[a-z0-9]{10,32}$/, 'an organization id, such as o-exampleorg1'),
    managementAccount: accountId,
  }),
  centralAccounts,
  /** The path and name of the spoke role in every central account that does not set another. */
  spokeRole: roleName.default('account-onboarding/spoke'),
  grants: z.array(grant).min(1, 'must have at least one grant'),
  /** Roles in member accounts. Grants refer to them by name. */
  memberRoles: z
    .array(memberRoleSchema)
    .min(1, 'must have at least one member role, or be absent')
    .optional(),
  verification: verification.optional(),
  notifications: object({
    /** The SNS topic that gets a message at the end of each run. */
    topic: textSchema(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+(\.fifo)?$/, 'the ARN of an SNS topic'),
    /** The customer managed key that encrypts the topic. It must be in the topic's region. Default: none. */
    key: textSchema(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/, 'the ARN of a KMS key').optional(),
  }).optional(),
  approval: approval.optional(),
  limits: limits.prefault({}),
  removalLimits: removalLimits.prefault({}),
  /** How many hours an account keeps access that no grant gives any more. 0 to 2,160. */
  graceHours: z.int().nonnegative().max(maxGraceHours).default(0),
  secretDeployment: secretDeployment.optional(),
  /** Applications of AppConfig, each with its environments and profiles. */
  applications: applicationsSchema.optional(),
  /** Options for all CloudFormation stacks of the installation. */
  stacks: stackOptionsSchema.optional(),
  /** Regions that this version does not know, because AWS opened them later. */
  additionalRegions: regionsSchema,
});

export type Configuration = z.infer<typeof configurationSchema>;
