import * as z from 'zod';
import { accountStates } from '../../shared/platform/account.ts';
import { accessStatuses } from '../../shared/store/readiness.ts';
import { driftStatuses, memberRoleStatuses } from '../../shared/store/run-ports.ts';

/** The JSON inside the page of `onboarding report`. `schema/report.schema.json` is made from these schemas. */

const index = z.int().nonnegative();

const rangesSchema = z
  .array(z.tuple([index, index]))
  .describe('Accounts, by their index in `accounts`: the first and the last index of each range');

const accountsSchema = index.describe('Index in `accountSets`');

const accountSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum([...accountStates, 'UNREADABLE']),
  ou: z.string().describe('The OU path. Empty for an account in the root'),
  waitsSince: z.string().optional().describe('Since when the account waits for approval'),
  verified: z
    .boolean()
    .describe('Whether the member roles and the organization policies of the account were read'),
});

const capacitySchema = z.object({
  size: z.number(),
  limit: z.number(),
  unit: z.string(),
  room: z.int().nullable().describe('How many more accounts fit. Null: any number'),
  packing: z.string().optional(),
  next: z.object({ packing: z.string(), after: z.int() }).optional(),
});

const errorSchema = z.object({ name: z.string(), message: z.string() });

const resourceSchema = z.object({
  key: z.string().describe('KIND/ACCOUNT/REGION/ID'),
  kind: z.string(),
  title: z.string().describe('What the kind is called: `S3 bucket policy`'),
  account: z.string(),
  accountName: z.string().describe('The name of the central account in the configuration'),
  region: z.string(),
  id: z.string(),
  grants: z.array(z.string()),
  drift: z.enum(driftStatuses),
  unmanagedChanged: z.boolean().describe('Whether unmanaged statements changed since the last run'),
  notes: z.array(z.string()).describe('The conflict, and what happened to unmanaged statements, a line each'),
  difference: z.array(z.string()).describe('From the desired to the present policy, a line each'),
  held: z.array(z.object({ reason: z.string(), change: z.string(), accounts: z.int() })),
  capacity: capacitySchema.optional(),
  error: errorSchema.optional(),
});

const accessSchema = z.object({
  grant: z.string(),
  resource: index.describe('Index in `resources`'),
  who: z
    .string()
    .describe('In `who`, `what` and `reason`, `{account}` is the account with its name, `{id}` its id'),
  what: z.string(),
  role: z.string().optional().describe('The member role that the access needs'),
  central: z.enum(['allowed', 'denied', 'unknown', 'unread']).describe('The answer of the central policy'),
  status: z.enum(accessStatuses),
  reason: z.string().optional(),
  accounts: accountsSchema,
});

const principalSchema = z.object({
  resource: index.describe('Index in `resources`'),
  principal: z.string().describe('What the statement lets in. `{account}` stands for each of `accounts`'),
  statement: z.string(),
  actions: z.array(z.string()),
  source: z.enum(['grant', 'former-grant', 'unmanaged']),
  grant: z.string().optional(),
  accounts: accountsSchema,
});

const documentSchema = z.object({ name: z.string(), before: z.string(), after: z.string() });

const runChangeSchema = z.object({
  resource: z.string(),
  outcome: z.string(),
  added: z.int(),
  removed: z.int(),
  held: z.int(),
  error: z.string().optional(),
  difference: z.array(z.string()),
  documents: z
    .array(documentSchema)
    .optional()
    .describe('Absent if nothing changed, or if the page had no room'),
});

const runSchema = z.object({
  runId: z.string(),
  status: z.string(),
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  cause: z.string().optional(),
  startedBy: z.string().optional(),
  accounts: z.array(z.string()).describe('The first accounts of the run, with names'),
  accountCount: z.int(),
  reason: z.string().optional(),
  unresolved: z.array(z.string()),
  changes: z.array(runChangeSchema).describe('Resources that the run changed or could not update'),
  unchanged: z.int(),
});

const approvalSchema = z.object({
  runId: z.string(),
  accounts: z.array(z.string()),
  requestedAt: z.string(),
  until: z.string(),
  command: z.string(),
  difference: z.array(z.string()),
});

const memberRoleSchema = z.object({
  account: index.describe('Index in `accounts`'),
  role: z.string(),
  status: z.enum(memberRoleStatuses),
  reasons: z.array(z.string()),
});

export const reportFactsSchema = z
  .object({
    formatVersion: z.literal(1),
    madeAt: z.string(),
    source: z.string().describe('Where the facts come from, in words'),
    installation: z.string(),
    organization: z.string(),
    configurationHash: z.string(),
    registryRevision: z.int(),
    accounts: z.array(accountSchema).describe('Ordered by OU, then by name'),
    accountSets: z.array(rangesSchema).describe('Sets of accounts. Each set is stored once'),
    grants: z.array(z.string()).describe('The names of the grants, in the order of the configuration'),
    resources: z.array(resourceSchema),
    accesses: z.array(accessSchema),
    leftovers: z.array(z.string()).describe('Access that the configuration does not give, a line each'),
    principals: z.array(principalSchema),
    memberRoles: z.array(memberRoleSchema).describe('Member roles that differ from the configuration'),
    records: z.enum(['read', 'unavailable']).describe('Whether runs and requests for approval were read'),
    approvals: z.array(approvalSchema),
    runs: z.array(runSchema).describe('Newest first'),
    warnings: z.array(z.string()),
  })
  .meta({ title: 'Facts of a report', description: 'The data of the page that `onboarding report` writes' });

export type ReportFacts = Readonly<z.infer<typeof reportFactsSchema>>;
export type AccountFacts = ReportFacts['accounts'][number];
export type ResourceFacts = ReportFacts['resources'][number];
export type AccessFacts = ReportFacts['accesses'][number];
export type PrincipalFacts = ReportFacts['principals'][number];
export type RunFacts = ReportFacts['runs'][number];
export type AccountRanges = ReportFacts['accountSets'][number];
