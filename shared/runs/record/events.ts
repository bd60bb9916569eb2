import * as z from 'zod';
import { accountIdPattern } from '../../platform/account.ts';
import { accessStatuses } from '../../store/readiness.ts';
import { driftStatuses, memberRoleStatuses, type SweepCounts } from '../../store/run-ports.ts';

/**
 * The details of the events about runs, as `schema/events.schema.json` publishes them. A later version may add fields,
 * but changes and removes none. Other production code imports only types from this file, because a function needs no
 * schema of what it sends.
 */

const accountId = z.string().regex(accountIdPattern);
const time = z.iso.datetime();
const count = z.int().nonnegative();
const lines = z.array(z.string()).min(1);

const reach = z.strictObject({ accounts: count, resources: count });

const signIn = z.strictObject({
  roleArn: z.string(),
  switchRole: z.string().optional().describe('A link that switches to the role in the console'),
  profile: z.array(z.string()).describe('Lines for ~/.aws/config'),
});

const accesses = z.partialRecord(z.enum(accessStatuses), count);

const sweepCounts = z.strictObject({
  accounts: count.describe('Accounts of the organization'),
  changed: count.describe('Accounts whose item in the registry differed from Organizations'),
  departed: count.describe('Accounts that have left the organization'),
  equal: count.describe('Resources that were as desired'),
  written: count,
  held: count,
  conflict: count,
  refused: count,
  failed: count,
  closedRuns: count.describe('Runs whose executions had ended without a record'),
  drift: z.partialRecord(z.enum(driftStatuses), count).describe('Resources by drift status'),
  memberRoles: z
    .strictObject({
      accounts: count.describe('Accounts that the sweep checked'),
      roles: z.partialRecord(z.enum(memberRoleStatuses), count),
      accesses,
    })
    .exactOptional(),
}) satisfies z.ZodType<SweepCounts>;

const runEnd = z.strictObject({
  runId: z.string().min(1).describe('The name of the execution'),
  status: z.enum(['succeeded', 'failed']),
  accountIds: z.array(accountId),
  cause: z.string().optional().describe('Why the run started, such as created, moved, closed or manual'),
  reason: z.string().optional().describe('One sentence about the result'),
  warnings: lines.optional().describe('What an operator should know although nothing failed'),
  startedAt: time,
  finishedAt: time.optional(),
});

const unresolved = lines.describe('What the run could not finish, a line each');

const changes = {
  accessChanges: z
    .strictObject({ granted: reach, revoked: reach, inGrace: reach })
    .optional()
    .describe('How many accounts gained, lost or keep access. Absent if no access changed'),
};

const readiness = {
  ready: z
    .union([z.boolean(), z.literal('unproven')])
    .optional()
    .describe(
      'Whether the accounts can use the access of the configuration. Absent if there was none to verify',
    ),
  accesses: accesses.optional().describe('How many accesses have each status'),
  notVerified: z.array(z.string()).optional().describe('Why ready is not true, a line each'),
  signIns: z.array(signIn).optional().describe('How people use the roles of the account'),
};

const succeeded = runEnd.extend({ status: z.literal('succeeded') });
const failed = runEnd.extend({ status: z.literal('failed'), unresolved });
const ofAccounts = { accountIds: z.array(accountId).min(1), ...changes, ...readiness };

export const runEvents = {
  'Account Onboarded': succeeded.extend(ofAccounts),
  'Account Offboarded': succeeded.extend(ofAccounts),
  // A run may fail before it knows its accounts, so they are optional.
  'Account Onboarding Failed': failed.extend({ ...changes, ...readiness }),
  'Resources Updated': succeeded.extend({ ...changes, ...readiness }),
  'Resource Update Failed': failed.extend({ ...changes, ...readiness }),
  'Organization Swept': succeeded.extend({ ...changes, counts: sweepCounts }),
  // A sweep may fail before it has counted, so the counts are optional.
  'Organization Sweep Failed': failed.extend({ ...changes, counts: sweepCounts.optional() }),
  'Configuration Deployed': succeeded,
  'Configuration Deployment Failed': failed,
} as const;

/** The detail type of an event about the end of a run. */
export type RunEventTitle = keyof typeof runEvents;

/** The fields that an event about the end of a run may have. */
export type RunEventField = {
  [Title in RunEventTitle]: keyof z.input<(typeof runEvents)[Title]>;
}[RunEventTitle];

/** The detail type of an event that is sent before the end of a run, such as a request for approval. */
export type NotificationTitle = keyof typeof approvalEvents;

export const approvalEvents = {
  'Approval Requested': z.strictObject({
    runId: z.string().min(1),
    accountIds: z.array(accountId).min(1),
    planHash: z.string().min(1).describe('The approval names the plan by this hash'),
    requestedAt: time,
    until: time.describe('When the run stops waiting'),
    execution: z.string().describe('The ARN of the execution'),
    link: z.url().describe('The execution in the console'),
    command: z.string().describe('The command that approves'),
  }),
} as const;
