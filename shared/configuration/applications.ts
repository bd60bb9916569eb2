import * as z from 'zod';
import { rolePattern, uniqueListSchema } from '../grants/grant-schema.ts';
import { grantNamePattern } from '../iam/managed-statements.ts';
import { centralAccountNameSchema } from '../platform/central-accounts.ts';
import { objectSchema, regionSchema, textSchema } from '../platform/schema-fields.ts';
import { secretPattern } from './secret-deployment.ts';

/** AppConfig limits the names of some resources to 64 characters (AppConfig API reference, "CreateEnvironment"). */
const name = textSchema(grantNamePattern, 'lower-case words joined by hyphens, such as shop-settings').max(
  64,
  'at most 64 characters',
);

const description = z.string().min(1).max(1_024).optional();

/** A profile with free content: AppConfig hosts it, or it comes from a secret. */
const profile = objectSchema({
  name,
  description,
  /** The path of a file with a JSON Schema of draft-04, relative to the folder of the configuration. */
  schema: z.string().min(1).optional(),
  /** The name or ARN of a secret in this account and region. Default: AppConfig hosts the content. */
  secret: secretPattern.optional(),
  /**
   * The customer managed key that encrypts the secret, or the versions that AppConfig hosts. Default: a key that AWS
   * manages.
   */
  key: textSchema(
    /^(arn:[\w-]+:kms:[\w-]+:\d{12}:key\/)?[A-Za-z0-9-]{8,64}$/,
    'the id or the ARN of a KMS key, not an alias',
  ).optional(),
});

/**
 * An environment of AppConfig, such as production. If one of its alarms goes off during a deployment, AppConfig rolls
 * the deployment back.
 */
const environment = objectSchema({
  name,
  description,
  /** AppConfig allows five alarms ("Monitors", AppConfig API reference, "CreateEnvironment"). */
  alarms: uniqueListSchema(
    textSchema(/^arn:[\w-]+:cloudwatch:[\w-]+:\d{12}:alarm:.+$/, 'the ARN of a CloudWatch alarm'),
    'must name at least one alarm, or be absent',
  )
    .max(5, 'at most 5 alarms')
    .optional(),
});

export const defaultApplicationAccount = 'configuration';

/** An application of AppConfig. `onboarding application-template` writes its CloudFormation template. */
const application = objectSchema({
  name,
  description,
  account: centralAccountNameSchema.default(defaultApplicationAccount),
  /** Default: the central account's region. */
  region: regionSchema.optional(),
  environments: z.array(environment).min(1, 'must have at least one environment'),
  profiles: z.array(profile).min(1, 'must have at least one profile'),
  /** The role, with its path, that readers in other accounts assume. Default: the template creates no such role. */
  readerRole: textSchema(rolePattern, 'the name of a role, with its path if it has one').optional(),
  /**
   * More roles of the account, with their paths, that may use the keys of deployments without an alarm. Default: none.
   * The number is limited because an event pattern lists them, and a pattern has at most 2,048 characters (EventBridge
   * user guide, "Amazon EventBridge quotas").
   */
  keyUsers: uniqueListSchema(
    textSchema(rolePattern, 'the name of a role, with its path if it has one'),
    'must name at least one role, or be absent',
  )
    .max(10, 'at most 10 roles')
    .optional(),
});

export const applicationsSchema = z.array(application);

export type Application = z.infer<typeof application>;
export type ApplicationProfile = z.infer<typeof profile>;

interface Configured {
  readonly applications?: readonly Application[] | undefined;
}

export const getApplications = ({ applications = [] }: Configured): readonly Application[] => applications;

interface Centrals {
  readonly centralAccounts: Readonly<
    Record<string, { readonly id: string; readonly region: string } | undefined>
  >;
}

/** The account and region of an application. The application names a central account. */
export function locateApplication(
  { account, region }: Pick<Application, 'account' | 'region'>,
  { centralAccounts }: Centrals,
): { readonly accountId: string; readonly region: string } | undefined {
  const central = centralAccounts[account];
  return central === undefined ? undefined : { accountId: central.id, region: region ?? central.region };
}

interface KeyPlace {
  readonly configuration: Centrals;
  readonly application: Application;
  readonly partition: string;
}

/** The ARN of a key. A key id without an ARN is in the account and region of the application. */
export function resolveKeyArn(key: string, { configuration, application, partition }: KeyPlace): string {
  if (key.startsWith('arn:')) return key;
  const { accountId = '', region = '' } = locateApplication(application, configuration) ?? {};
  return `arn:${partition}:kms:${region}:${accountId}:key/${key}`;
}

/** Converts a name to the form of a logical id: `shop-settings` → `ShopSettings`. */
export const toLogicalName = (name: string): string =>
  name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
