import type { Position } from '../platform/account.ts';
import type { CentralAccountName } from '../platform/central-accounts.ts';
import type { ErrorRecord } from '../platform/errors.ts';
import type { RecordedHold } from './holds.ts';
import type { Listed } from './listed.ts';
import type { AccessStatus, Readiness } from './readiness.ts';

export type RunStatus = 'running' | 'waiting-for-approval' | 'succeeded' | 'failed' | 'ignored';

/** Where the end of a run is announced: on the default event bus, and on the SNS topic of the configuration. */
export type AnnouncementChannel = 'bus' | 'topic';

/** How far the announcement has come on one channel. */
export interface ChannelAnnouncement {
  readonly status: 'announced' | 'pending';
  /** When the announcement was sent, or when the last attempt was made. ISO 8601. */
  readonly at: string;
  /** Why the last attempt failed. Absent if it succeeded, or if no attempt has ended yet. */
  readonly error?: string;
}

export interface RunAnnouncement {
  /** The detail type of the event, such as `Account Onboarded`. It does not change after the end of the run. */
  readonly title: string;
  readonly bus: ChannelAnnouncement;
  /** Absent if the configuration has no topic. */
  readonly topic?: ChannelAnnouncement;
}

/** One execution of a state machine, from its input to its end. */
export interface RunRecord {
  readonly runId: string;
  readonly status: RunStatus;
  /** The time of the event that started the run, ISO 8601. Absent if no event started it. */
  readonly eventTime?: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** Why the run started: `created`, `moved`, `manual`, … */
  readonly cause?: string;
  readonly accountIds: readonly string[];
  /** Why the run was ignored or failed, or a remark about its success. One sentence. */
  readonly reason?: string;
  readonly error?: ErrorRecord;
  /** What the run could not finish, one line for each. Before the end of the run: searches that failed. */
  readonly unresolved?: readonly string[];
  /** What operators should know although nothing failed, such as a pattern without matches. One line for each. */
  readonly warnings?: readonly string[];
  /** `user@host` of the operator who started the run on their own computer. */
  readonly startedBy?: string;
  /** When the end was announced on the last channel, ISO 8601. Absent before that. */
  readonly announcedAt?: string;
  /** The announcement of the run's end on each channel. Absent if there is nothing to announce. */
  readonly announcement?: RunAnnouncement;
  /** Only for a sweep: what it counted. */
  readonly counts?: SweepCounts;
  /** How many accounts gained and lost access by the run. Absent if none did. */
  readonly accessChanges?: AccessCounts;
  /** Whether the accounts can use the access that the configuration gives. Absent without an access to verify. */
  readonly readiness?: Readiness;
  /** Until when the run waits, or waited, for approval. ISO 8601. */
  readonly waitingUntil?: string;
}

/** How many accounts and how many resources. */
export interface Reach {
  readonly accounts: number;
  readonly resources: number;
}

/** How many accounts got access, lost access, or keep it for a grace period. */
export interface AccessCounts {
  readonly granted: Reach;
  readonly revoked: Reach;
  readonly inGrace: Reach;
}

/** What a sweep counted: accounts of the organization, resources of the configuration, and runs, by result. */
export interface SweepCounts {
  readonly accounts: number;
  /** How many accounts had an item in the registry that differed from Organizations. Includes accounts that left. */
  readonly changed: number;
  readonly departed: number;
  readonly equal: number;
  readonly written: number;
  readonly held: number;
  readonly conflict: number;
  readonly refused: number;
  readonly failed: number;
  /** How many runs were still open in the table although their executions had ended. The sweep has closed them. */
  readonly closedRuns: number;
  /** How many resources have each drift status. A status that no resource has is absent. */
  readonly drift: Readonly<Partial<Record<DriftStatus, number>>>;
  /** Absent if the configuration has no member roles. */
  readonly memberRoles?: MemberRoleCounts;
}

/** What a sweep found about member roles. A status that no role has is absent. */
export interface MemberRoleCounts {
  /** How many accounts the sweep checked: those that have changed, and a part of all others. */
  readonly accounts: number;
  readonly roles: Readonly<Partial<Record<MemberRoleStatus, number>>>;
  /** How many accesses of these accounts have each status, judged in the central account and in the member account. */
  readonly accesses: Readonly<Partial<Record<AccessStatus, number>>>;
}

/**
 * A member role compared with the configuration. `pending`: the account changed within the last `memberRolesMinutes`,
 * so its StackSet may still deploy the role. `unreadable`: the role could not be read, because the member account's
 * reader role cannot be assumed or lacks the permission.
 */
export const memberRoleStatuses = [
  'equal',
  'different',
  'missing',
  'name-taken',
  'pending',
  'unreadable',
] as const;

export type MemberRoleStatus = (typeof memberRoleStatuses)[number];

/**
 * What a run did to a resource.
 * - `held`: for some accounts a change must wait, for the reason of their holds. `wrote` says whether the other
 *   changes were written. If grace periods are the only holds, the outcome is `written` or `unchanged` instead.
 * - `refused`: a rule of this project or of AWS forbids the write.
 * - `failed`: another error ended the work on the resource.
 */
export type Outcome = 'written' | 'unchanged' | 'held' | 'conflict' | 'busy' | 'refused' | 'failed';

/** What one run planned for one resource, and what it did. These records are the audit trail. */
export interface ResourceChange {
  /** The key of the resource, `kind/account/region/id`. */
  readonly resource: string;
  /** The central account that owns the resource and updates it. Absent if no central account owns it. */
  readonly centralAccount?: CentralAccountName;
  /** When the run read the resource to plan it, ISO 8601. Absent if the plan did not need to read it. */
  readonly plannedAt?: string;
  /**
   * How many reconciliations of the resource had completed before the plan read it. By this, the run notices whether
   * another run has reconciled it since.
   */
  readonly plannedGeneration?: number;
  /** Whether the plan found something to change. */
  readonly planned?: 'change' | 'none';
  /** Only in a sweep: how the resource differed from its desired state before the sweep changed anything. */
  readonly drift?: DriftStatus;
  readonly outcome?: Outcome;
  readonly finishedAt?: string;
  /** The policies before and after the change, by document name. Null for a policy that did not exist. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  /**
   * In a burst: policies of the group or role, and of the keys, that verifications of all runs need besides the policy of
   * the resource. With the time at which the update read them.
   */
  readonly readings?: Readonly<Record<string, unknown>>;
  /** The size of the fullest document after the change, and its limit. Both are counted in `unit`. */
  readonly size?: number;
  readonly limit?: number;
  /** What `size` and `limit` count: `bytes`, `characters`, `grants` or `launch permissions`. */
  readonly unit?: string;
  readonly error?: ErrorRecord;
  /** Accounts that do not get or lose their access yet, ordered. Until the write, the holds of the plan. */
  readonly holds?: readonly RecordedHold[];
  /** Only with the outcome `held`: all changes without a hold were written. */
  readonly wrote?: true;
  /** Accounts that got or lost access by the write. Until the write, the accounts of the plan. */
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
  /** What operators should know although nothing failed, such as a deleted role in a policy. One line each. */
  readonly warnings?: readonly string[];
}

export interface WholeRun {
  /** The record of the run. `undefined` if there is none. */
  readonly run: RunRecord | undefined;
  /** Ordered by resource. */
  readonly changes: readonly ResourceChange[];
}

export interface RunStore {
  get(runId: string): Promise<RunRecord | undefined>;
  put(run: RunRecord): Promise<void>;
  /**
   * Stores the record when a run begins. If the run has already ended, nothing is stored: Step Functions may repeat the
   * first step late, which must not open the run again.
   */
  open(run: RunRecord): Promise<void>;
  /** Runs that have not ended and that started before `before` (ISO 8601), ordered by id. Consistent reads. */
  listUnfinished(before: string): Promise<Listed<RunRecord>>;
  /** Runs that have ended, and whose end is not announced on every channel yet. Ordered by id. Consistent reads. */
  listUnannounced(): Promise<Listed<RunRecord>>;
  /**
   * Stores the accounts in which the run changes resources. This must come before the first change, because `getWhole`
   * reads the changes of these accounts only.
   */
  putChangedAccounts(runId: string, accountIds: readonly string[]): Promise<void>;
  /** Replaces the change of one resource. */
  putChange(runId: string, change: ResourceChange): Promise<void>;
  /** As `putChange`, for the changes of different resources. If it fails, any of them may be stored. */
  putChanges(runId: string, changes: readonly ResourceChange[]): Promise<void>;
  /** One change of a run, as in `getWhole`. `undefined` if the run has no change of the resource. Consistent read. */
  getChange(runId: string, resource: string): Promise<ResourceChange | undefined>;
  /**
   * The record and all changes of a run. A malformed item becomes a change with an error and without an outcome.
   * Consistent reads.
   */
  getWhole(runId: string): Promise<WholeRun>;
  /** The record of a run, and its changes in one account. Consistent reads. */
  getPart(runId: string, accountId: string): Promise<WholeRun>;
  /**
   * Every run that concerns an account or a resource, newest first. Each has its record and the matching changes,
   * without their policy documents. Reads the whole table, so only commands of operators use it. Consistent reads.
   */
  search(query: RunQuery): Promise<Listed<WholeRun>>;
  /**
   * The records of the runs that started last, newest first, at most `limit`. Reads the whole table, so only commands of
   * operators use it. Consistent reads.
   */
  listNewest(limit: number): Promise<Listed<RunRecord>>;
}

/** Which runs to find: runs that concern an account, or a resource by its key or its id alone. */
export type RunQuery = { readonly accountId: string } | { readonly resource: string };

/** A run's request for approval, and the operator's decision about it. */
export interface ApprovalRequest {
  readonly runId: string;
  /** The token of the waiting task. Never logged or shown, because it is enough to resume the run. */
  readonly token: string;
  /** The ARN of the Step Functions execution. */
  readonly execution: string;
  readonly accounts: readonly WaitingAccount[];
  /** A hash of the request (`hashApproval`). An approval names it, so that it is valid for this request only. */
  readonly planHash: string;
  readonly configurationHash: string;
  /** The access that the accounts would get, in lines for operators. */
  readonly difference: string;
  /** When the approval was requested, ISO 8601. */
  readonly requestedAt: string;
  /** When the run stops to wait for the decision, ISO 8601. */
  readonly until: string;
  /** Absent until an operator decides. */
  readonly decision?: ApprovalDecision;
}

export interface ApprovalDecision {
  readonly verdict: 'approved' | 'rejected';
  readonly by: string;
  /** When the operator decided, ISO 8601. */
  readonly at: string;
  readonly reason?: string;
}

export interface ApprovalStore {
  /** The latest request of a run. `undefined` if there is none. Consistent read. */
  get(runId: string): Promise<ApprovalRequest | undefined>;
  /**
   * Stores a run's request for approval. It replaces the request of an earlier task of the run.
   * @returns whether it was stored. False if this request has a decision already: Step Functions has repeated the task
   */
  put(request: ApprovalRequest): Promise<boolean>;
  /**
   * Stores the decision about the request of a task. This works once.
   * @returns whether it was stored. False if there is a decision already, or if another task of the run waits now
   */
  decide(runId: string, token: string, decision: ApprovalDecision): Promise<boolean>;
  /** Requests without a decision, of runs that have not ended. Ordered by run id. Consistent reads. */
  listOpen(): Promise<Listed<ApprovalRequest>>;
}

export interface WaitingAccount {
  readonly id: string;
  readonly position: Position;
  /** The position in which the account was last approved: its name, tags and OUs. Null if it was never approved. */
  readonly approvedAs: Position | null;
}

/**
 * How a resource differs from its desired state, or from the state after the last run.
 * - `managed-drift`: managed content differs, and neither accounts nor the configuration have changed.
 * - `conflict`: somebody changed managed statements again after a run had restored them. An operator must decide.
 * - `unmanaged-change`: only unmanaged content has changed. This is for information, and is no drift.
 * - `pending`: accounts or the configuration have changed, or a grace period has ended, and no run has followed yet.
 *   This is no drift either.
 */
export const driftStatuses = [
  'equal',
  'managed-drift',
  'conflict',
  'unmanaged-change',
  'missing',
  'unreadable',
  'pending',
] as const;

export type DriftStatus = (typeof driftStatuses)[number];
