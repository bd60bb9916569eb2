import type { Position } from '../platform/account.ts';
import type { CentralAccountName } from '../platform/central-accounts.ts';
import type { ErrorRecord } from '../platform/errors.ts';
import type { RecordedHold } from './holds.ts';
import type { Listed } from './listed.ts';
import type { AccessStatus, Readiness } from './readiness.ts';

export type RunStatus = 'running' | 'waiting-for-approval' | 'succeeded' | 'failed' | 'ignored';

/** Where the end of a run is announced: on EventBridge's default bus, and on the SNS topic of the configuration. */
export type AnnouncementChannel = 'bus' | 'topic';

/** How far the announcement on one channel has come. */
export interface ChannelAnnouncement {
  readonly status: 'announced' | 'pending';
  /** When it was sent or last tried, ISO 8601. */
  readonly at: string;
  /** Why the last attempt failed. Absent if it succeeded, or if no attempt has ended yet. */
  readonly error?: string;
}

export interface RunAnnouncement {
  /** The detail type of the event, such as `Account Onboarded`. Fixed when the run ended. */
  readonly title: string;
  readonly bus: ChannelAnnouncement;
  /** Absent if the configuration has no topic. */
  readonly topic?: ChannelAnnouncement;
}

/** One execution of a state machine, from its input to its end. */
export interface RunRecord {
  readonly runId: string;
  readonly status: RunStatus;
  /** When the event that started the run happened, ISO 8601. Absent if no event started it. */
  readonly eventTime?: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** Why the run started: `created`, `moved`, `manual`, … */
  readonly cause?: string;
  readonly accountIds: readonly string[];
  /** One sentence: why the run was ignored or failed, or a remark about its success. */
  readonly reason?: string;
  readonly error?: ErrorRecord;
  /** What the run could not finish, one line each. While the run is under way: searches that failed. */
  readonly unresolved?: readonly string[];
  /** Lines for operators although nothing failed, such as a pattern without matches. */
  readonly warnings?: readonly string[];
  /** `user@host`, if an operator started the run on their own machine. */
  readonly startedBy?: string;
  /** When the end was announced on every channel. Absent before that. */
  readonly announcedAt?: string;
  /** The announcements of the end, by channel. Absent if there is nothing to announce. */
  readonly announcement?: RunAnnouncement;
  /** What a sweep counted. */
  readonly counts?: SweepCounts;
  /** How many accounts gained and lost access by the run. Absent if none did. */
  readonly accessChanges?: AccessCounts;
  /**
   * Whether the run's accounts can use the access that the configuration gives them. Absent if there was no access to
   * verify.
   */
  readonly readiness?: Readiness;
  /** Until when the run waits, or waited, for approval. ISO 8601. */
  readonly waitingUntil?: string;
}

/** How many accounts are affected, on how many resources. */
export interface Reach {
  readonly accounts: number;
  readonly resources: number;
}

/** Accounts that gained access, accounts that lost access, and accounts that keep it for a grace period. */
export interface AccessCounts {
  readonly granted: Reach;
  readonly revoked: Reach;
  readonly inGrace: Reach;
}

/** What a sweep counted: accounts of the organization, resources of the configuration, and runs, by result. */
export interface SweepCounts {
  readonly accounts: number;
  /** Accounts whose item in the registry differed from Organizations, including departed accounts. */
  readonly changed: number;
  readonly departed: number;
  readonly equal: number;
  readonly written: number;
  readonly held: number;
  readonly conflict: number;
  readonly refused: number;
  readonly failed: number;
  /** Runs that were still open in the table although their executions had ended. */
  readonly closedRuns: number;
  /** How many resources have each drift status. A status without resources is missing. */
  readonly drift: Readonly<Partial<Record<DriftStatus, number>>>;
  /** Absent if the configuration has no member roles. */
  readonly memberRoles?: MemberRoleCounts;
}

/** What a sweep found in the member accounts that it checked. A status without roles is missing. */
export interface MemberRoleCounts {
  /** How many accounts were checked: accounts that changed, and a part of all others. */
  readonly accounts: number;
  readonly roles: Readonly<Partial<Record<MemberRoleStatus, number>>>;
  /** The accesses of these accounts, judged by both halves. */
  readonly accesses: Readonly<Partial<Record<AccessStatus, number>>>;
}

/**
 * A member role compared with the configuration. `pending`: the account has changed within `memberRolesMinutes`, so its
 * StackSet may still deploy the role. `unreadable`: the member reader role cannot be assumed, or may not read the role.
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
 * How a run left a resource.
 * - `held`: some accounts do not get or lose their access yet, each for the reason of its hold. `wrote` says whether
 * the resource was written for all others. With grace periods alone, the outcome is `written` or `unchanged`.
 * - `refused`: a rule of the project or of AWS forbids the write.
 * - `failed`: another error ended it.
 */
export type Outcome = 'written' | 'unchanged' | 'held' | 'conflict' | 'busy' | 'refused' | 'failed';

/** What one run planned for one resource, and the result. These records are the audit trail. */
export interface ResourceChange {
  /** `formatResourceKey` of the resource. */
  readonly resource: string;
  /** The central account whose update function writes the resource. Absent if no central account owns it. */
  readonly centralAccount?: CentralAccountName;
  /** When the plan read the resource, ISO 8601. Absent if nothing had to be read. */
  readonly plannedAt?: string;
  /** How many reconciliations of the resource were completed before the plan read it. */
  readonly plannedGeneration?: number;
  /** Whether the plan found a difference. */
  readonly planned?: 'change' | 'none';
  /** The drift status that a sweep found, before any change. */
  readonly drift?: DriftStatus;
  readonly outcome?: Outcome;
  readonly finishedAt?: string;
  /** The policies before and after the change, by document name. Null for a policy that did not exist. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  /** Size of the fullest document after the change, and its limit. Both in `unit`. */
  readonly size?: number;
  readonly limit?: number;
  /** What size and limit count: `bytes`, `characters`, `grants` or `launch permissions`. */
  readonly unit?: string;
  readonly error?: ErrorRecord;
  /** Accounts that do not get or lose their access yet, ordered. Before the write: by the plan. */
  readonly holds?: readonly RecordedHold[];
  /** Only with the outcome `held`: the resource was written. */
  readonly wrote?: true;
  /** Accounts that gained and accounts that lost access by the write. Before the write: by the plan. */
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
  /** Lines for operators although nothing failed, such as a deleted role in an unmanaged statement. */
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
   * Stores the record of a run that begins. If the run has ended already, nothing is stored: a first step that arrives
   * late must not open the run again.
   */
  open(run: RunRecord): Promise<void>;
  /** Runs that have not ended and started before `before` (ISO 8601), ordered by id. Consistent reads. */
  listUnfinished(before: string): Promise<Listed<RunRecord>>;
  /** Runs that have ended but are not announced on every channel yet, ordered by id. Consistent reads. */
  listUnannounced(): Promise<Listed<RunRecord>>;
  /**
   * Names all accounts in which the run changes resources. Comes before the first change there, since `getWhole` reads
   * the changes of these accounts.
   */
  putChangedAccounts(runId: string, accountIds: readonly string[]): Promise<void>;
  /** Replaces the change of one resource. */
  putChange(runId: string, change: ResourceChange): Promise<void>;
  /** As in `getWhole`. `undefined` if the run has no change of the resource. Consistent read. */
  getChange(runId: string, resource: string): Promise<ResourceChange | undefined>;
  /**
   * The record and the changes. A change that cannot be understood has the error and no outcome. Consistent reads.
   */
  getWhole(runId: string): Promise<WholeRun>;
  /** The record, and the changes in one account. Consistent reads. */
  getPart(runId: string, accountId: string): Promise<WholeRun>;
  /**
   * Every run that concerns an account or a resource, newest first. Each with its record and the changes that match,
   * without their documents. Reads the whole table, so only commands of operators use it. Consistent reads.
   */
  search(query: RunQuery): Promise<Listed<WholeRun>>;
}

/** Which runs are searched: runs of an account, or of a resource by its key or its id. */
export type RunQuery = { readonly accountId: string } | { readonly resource: string };

/** A request for approval that a run made, and the decision of an operator. */
export interface ApprovalRequest {
  readonly runId: string;
  /** The token of the task that waits. It is never logged or shown, because it is enough to resume the run. */
  readonly token: string;
  /** ARN of the execution. */
  readonly execution: string;
  readonly accounts: readonly WaitingAccount[];
  /** `hashApproval` of the request. */
  readonly planHash: string;
  readonly configurationHash: string;
  /** The access that the accounts would gain, as lines for operators. */
  readonly difference: string;
  /** ISO 8601. */
  readonly requestedAt: string;
  /** When the run stops waiting, ISO 8601. */
  readonly until: string;
  /** Absent until an operator decides. */
  readonly decision?: ApprovalDecision;
}

export interface ApprovalDecision {
  readonly verdict: 'approved' | 'rejected';
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  readonly reason?: string;
}

export interface ApprovalStore {
  /** The latest request of a run. `undefined` if there is none. Consistent read. */
  get(runId: string): Promise<ApprovalRequest | undefined>;
  /**
   * Stores the request of a run, in place of the request of an earlier task.
   * @returns whether it was stored. False if this task's request is decided already, because the task was repeated
   */
  put(request: ApprovalRequest): Promise<boolean>;
  /**
   * Stores the decision about the request of a task, once.
   * @returns whether it was stored. False if there is a decision already, or if another task waits now
   */
  decide(runId: string, token: string, decision: ApprovalDecision): Promise<boolean>;
  /** Requests without a decision, of runs that have not ended. Ordered by run id. Consistent reads. */
  listOpen(): Promise<Listed<ApprovalRequest>>;
}

export interface WaitingAccount {
  readonly id: string;
  readonly position: Position;
  /** Where the account was at its last approval. Null if it was never approved. */
  readonly approvedAs: Position | null;
}

/**
 * How a resource differs from the state that the last run left, or from the desired state.
 * - `managed-drift`: managed content differs, and no change of accounts or configuration explains it.
 * - `conflict`: managed statements were changed externally again after a run had restored them. An operator must
 * decide.
 * - `unmanaged-change`: only unmanaged content has changed. This is information, no drift.
 * - `pending`: accounts or configuration have changed, or a grace period has ended, and no run has followed yet. This
 * is no drift either.
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
