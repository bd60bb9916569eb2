import { parseStoredConfiguration } from '../shared/configuration/active-configuration.ts';
import { listMatchNotes } from '../shared/configuration/match-notes.ts';
import type { Account } from '../shared/platform/account.ts';
import type { CallCounts } from '../shared/platform/aws/plugins.ts';
import type { ErrorRecord } from '../shared/platform/errors.ts';
import { getAccessChanges } from '../shared/reconcile/access-changes.ts';
import { listDesiredResources } from '../shared/reconcile/desired-resources.ts';
import { getOutcome } from '../shared/reconcile/outcome.ts';
import type { Outcome, ResourceChange, RunRecord, Store } from '../shared/store/ports.ts';
import type { Readiness } from '../shared/store/readiness.ts';
import type { StateMachineResult } from '../simulator/run-state-machine.ts';
import { type ApprovalReport, createApprovalReport } from './approval-output.ts';

/** The output of `run --json` for one resource. */
export interface ResourceReport {
  readonly account: string;
  readonly region: string;
  readonly kind: string;
  readonly id: string;
  readonly outcome: Outcome;
  /** Size of the fullest policy document and its limit, both in `unit`. Absent if nothing had to be read. */
  readonly size?: number;
  readonly limit?: number;
  readonly unit?: string;
  readonly error?: ErrorRecord;
  /** Accounts that wait for access, or that keep it for now although no grant gives it. */
  readonly holds?: ResourceChange['holds'];
  /** Only with the outcome `held`: the resource was written for all other accounts. */
  readonly wrote?: true;
  /** Accounts that gained and that lost access there by this run. */
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
}

/** The output of `run --json`. */
export interface RunReport {
  readonly status: 'succeeded' | 'failed' | 'ignored' | 'waiting-for-approval';
  readonly runId: string;
  /** Why it started: `created`, `moved`, `manual`, … */
  readonly cause?: string;
  readonly accountId?: string;
  /** The accounts of the run, if there are several. */
  readonly accountIds?: readonly string[];
  readonly reason?: string;
  readonly resources: readonly ResourceReport[];
  readonly unresolved: readonly string[];
  /** How many accounts gained, lost or keep access for a grace period, on how many resources. */
  readonly accessChanges?: RunRecord['accessChanges'];
  /**
   * Whether the accounts can really use the access that the configuration gives. `"unproven"`: no access is denied, but
   * not every access could be proven.
   */
  readonly ready?: Readiness['ready'];
  /** How many accesses have each result of verification. */
  readonly accesses?: Readiness['counts'];
  /** How people use the roles that they may assume. */
  readonly signIns?: Readiness['signIns'];
  /** Why `ready` is not true. */
  readonly notVerified?: Readiness['reasons'];
  /** What an operator should know although nothing failed. Absent if there is nothing. */
  readonly warnings?: readonly string[];
  /** AWS calls by service and operation, without calls to the installation's table. */
  readonly calls: CallCounts;
  readonly durationMs: number;
  readonly error?: ErrorRecord;
  /** The approval request that the run waits for. */
  readonly approval?: ApprovalReport;
}

export interface EndedRun {
  readonly runId: string;
  readonly result: StateMachineResult;
  readonly calls: CallCounts;
  readonly durationMs: number;
}

/** The record of a run, its results for resources, and the accounts that these name. */
export interface ReportedRun {
  readonly report: RunReport;
  readonly changes: readonly ResourceChange[];
  readonly accounts: readonly Account[];
}

/** Reads the run's record. */
export async function createRunReport(
  store: Store,
  { runId, result, calls, durationMs }: EndedRun,
): Promise<ReportedRun> {
  const { runs, approvals } = store;
  const { run, changes } = await runs.getWhole(runId);
  const record = run ?? unrecorded(runId, result);
  const warnings = [
    ...(record.warnings ?? []),
    ...(await matchWarnings(store, changes)),
    ...unannouncedWarnings(record),
  ];
  const report: RunReport = {
    // A run that ended without a record has failed.
    status: record.status === 'running' ? 'failed' : record.status,
    runId,
    ...(record.cause === undefined ? {} : { cause: record.cause }),
    ...toAccountFields(record.accountIds),
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    resources: changes.map(createResourceReport),
    unresolved: record.unresolved ?? [],
    ...(record.accessChanges === undefined ? {} : { accessChanges: record.accessChanges }),
    ...toReadyFields(record.readiness),
    ...(warnings.length === 0 ? {} : { warnings }),
    calls: sortCalls(calls),
    durationMs,
    ...(record.error === undefined ? {} : { error: record.error }),
    ...(await approvalOf(record, approvals)),
  };
  return { report, changes, accounts: await namedAccounts(store, changes) };
}

/** The accounts of the registry, whose names are printed beside their ids. A run without changes prints none. */
const namedAccounts = async ({ registry }: Store, changes: readonly ResourceChange[]) =>
  changes.length > 0 ? registry.listAccounts() : [];

/** Notes about grants with a condition on the organization, for the grants on the run's resources. */
async function matchWarnings(
  { configuration }: Store,
  changes: readonly ResourceChange[],
): Promise<readonly string[]> {
  const stored = await configuration.getActive();
  if (stored === undefined || changes.length === 0) return [];
  const active = parseStoredConfiguration(stored);
  const touched = new Set(changes.map(({ resource }) => resource));
  const here = listDesiredResources(active, []).filter(({ key }) => touched.has(key));
  const grants = new Set(here.flatMap(({ shares }) => shares.map(({ entry }) => entry.name)));
  return listMatchNotes(active).flatMap(({ grant, note }) =>
    grants.has(grant) ? [`Grant ${grant} ${note}`] : [],
  );
}

async function approvalOf({ status, runId }: RunRecord, approvals: Store['approvals']) {
  const request = status === 'waiting-for-approval' ? await approvals.get(runId) : undefined;
  return request === undefined ? {} : { approval: createApprovalReport(request) };
}

const unrecorded = (runId: string, { error, cause }: StateMachineResult): RunRecord => ({
  runId,
  status: 'failed',
  startedAt: '',
  accountIds: [],
  reason: `The state machine ended without a run record: ${error ?? 'no error'}: ${cause ?? 'no cause'}`,
});

export const toReadyFields = (readiness: Readiness | undefined) =>
  readiness === undefined
    ? {}
    : {
        ready: readiness.ready,
        accesses: readiness.counts,
        notVerified: readiness.reasons,
        ...(readiness.signIns === undefined ? {} : { signIns: readiness.signIns }),
      };

export const toAccountFields = (accountIds: readonly string[]) => ({
  ...(accountIds[0] === undefined ? {} : { accountId: accountIds[0] }),
  ...(accountIds.length > 1 ? { accountIds } : {}),
});

export const sortCalls = (calls: CallCounts): CallCounts => Object.fromEntries(Object.entries(calls).sort());

/** `kind/account/region/id`. Only the id may have slashes. */
export function splitResourceKey(
  resource: string,
): Pick<ResourceReport, 'account' | 'region' | 'kind' | 'id'> {
  const [kind = '', account = '', region = '', ...id] = resource.split('/');
  return { account, region, kind, id: id.join('/') };
}

export const createResourceReport = (change: ResourceChange): ResourceReport => ({
  ...splitResourceKey(change.resource),
  outcome: getOutcome(change),
  ...(change.size === undefined ? {} : { size: change.size }),
  ...(change.limit === undefined ? {} : { limit: change.limit }),
  ...(change.unit === undefined ? {} : { unit: change.unit }),
  ...(change.error === undefined ? {} : { error: change.error }),
  ...(change.holds === undefined ? {} : { holds: change.holds }),
  ...(change.wrote === undefined ? {} : { wrote: change.wrote }),
  ...getAccessChanges(change),
});

/** Calls that change a policy or its attachment, without events and messages. */
export const countWrites = (calls: CallCounts): number =>
  Object.entries(calls)
    .filter(([call]) => isWrite(call))
    .reduce((sum, [, count]) => sum + count, 0);

export const countAllCalls = (calls: CallCounts): number =>
  Object.values(calls).reduce((sum, count) => sum + count, 0);

const isWrite = (call: string): boolean =>
  !/^(eventbridge|sns|sts|organizations):/.test(call) &&
  /:(Put|Set|Create|Delete|Attach|Detach|Add|Remove|Update|Tag|Untag)/.test(call);

const channels = [
  ['bus', 'the event bus'],
  ['topic', 'the topic'],
] as const;

const unannouncedWarnings = ({ announcement }: RunRecord): readonly string[] =>
  channels.flatMap(([channel, name]) => {
    const { status, error = 'The attempt did not end' } = announcement?.[channel] ?? {};
    if (status !== 'pending') return [];
    return [`The end of the run is not announced on ${name}: ${error}. The scheduled check tries it again.`];
  });
