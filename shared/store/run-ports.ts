import type { Position } from '../platform/account.ts';
import type { CentralAccountName } from '../platform/central-accounts.ts';
import type { ErrorRecord } from '../platform/errors.ts';
import type { RecordedHold } from './holds.ts';
import type { Listed } from './listed.ts';
import type { AccessStatus, Readiness } from './readiness.ts';

export type RunStatus = 'running' | 'waiting-for-approval' | 'succeeded' | 'failed' | 'ignored';

/** The channels that announce the end of a run: EventBridge's default bus, and the topic of the configuration. */
export type AnnouncementChannel = 'bus' | 'topic';

/** The announcement of a run's end on one channel. */
export interface ChannelAnnouncement {
  readonly status: 'announced' | 'pending';
  /** When it was announced or last tried, ISO 8601. */
  readonly at: string;
  /** Why the last attempt failed. Absent if it succeeded, or before the first attempt ended. */
  readonly error?: string;
}

export interface RunAnnouncement {
  /** The detail type of the event, decided when the run ended: `Account Onboarded`. */
  readonly title: string;
  readonly bus: ChannelAnnouncement;
  /** Absent if the configuration names no topic. */
  readonly topic?: ChannelAnnouncement;
}

/** One execution, from its input to its end. */
export interface RunRecord {
  readonly runId: string;
  readonly status: RunStatus;
  /** When the event that started it happened, ISO 8601. Absent for other starts. */
  readonly eventTime?: string;
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** Why it started: `created`, `moved`, `manual`, … */
  readonly cause?: string;
  readonly accountIds: readonly string[];
  /** Why the run was ignored or failed, or a remark: one sentence. */
  readonly reason?: string;
  readonly error?: ErrorRecord;
  /** The unresolved work, a line each. While the run is under way, the unresolved searches. */
  readonly unresolved?: readonly string[];
  /** What an operator should know although nothing failed, a line each, such as a pattern without matches. */
  readonly warnings?: readonly string[];
  /** The user, if an operator started the run on their own machine: `user@host`. */
  readonly startedBy?: string;
  /** When its end was announced on every channel. Absent until then. */
  readonly announcedAt?: string;
  /** The announcements of its end on each channel. Absent if there is nothing to announce. */
  readonly announcement?: RunAnnouncement;
  /** What a sweep found and did. */
  readonly counts?: SweepCounts;
  /** The accounts whose access the run's writes changed. Absent if they changed none. */
  readonly accessChanges?: AccessCounts;
  /**
   * Whether its accounts can use the access that the configuration grants to them. Absent if there was no access to
   * verify.
   */
  readonly readiness?: Readiness;
  /** The time until which it waits, or waited, for approval, ISO 8601. */
  readonly waitingUntil?: string;
}

/** The number of accounts, and the number of resources. */
export interface Reach {
  readonly accounts: number;
  readonly resources: number;
}

/** Accounts that gained access, that lost access, and that keep access for a grace period without a grant. */
export interface AccessCounts {
  readonly granted: Reach;
  readonly revoked: Reach;
  readonly inGrace: Reach;
}

/** Numbers of accounts of the organization, of resources of the configuration, and of runs, each by its result. */
export interface SweepCounts {
  readonly accounts: number;
  /** Accounts whose item in the registry differed from Organizations, departed accounts included. */
  readonly changed: number;
  readonly departed: number;
  readonly equal: number;
  readonly written: number;
  readonly held: number;
  readonly conflict: number;
  readonly refused: number;
  readonly failed: number;
  /** Runs that were still open although their executions are over. */
  readonly closedRuns: number;
  /** Numbers of resources by drift status. A status without resources is absent. */
  readonly drift: Readonly<Partial<Record<DriftStatus, number>>>;
  /** Absent if the configuration has no member roles. */
  readonly memberRoles?: MemberRoleCounts;
}

/** What a sweep found in the member accounts that it checked. A status without roles is absent. */
export interface MemberRoleCounts {
  /** Accounts that were checked: changed accounts, and a share of all others. */
  readonly accounts: number;
  readonly roles: Readonly<Partial<Record<MemberRoleStatus, number>>>;
  /** Accesses of these accounts, with both halves. */
  readonly accesses: Readonly<Partial<Record<AccessStatus, number>>>;
}

/**
 * A member role, compared with the configuration. `pending`: the account has changed within `memberRolesMinutes`, and
 * its StackSet may still be at work. `unreadable`: the member reader role cannot be assumed, or may not read the role.
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
 * The result of a resource. `held`: accounts do not get or lose their access yet, each for the reason of its hold.
 * `wrote` says whether it was written for all other accounts. A grace period alone leaves it `written` or `unchanged`.
 * `refused`: a rule of the project or of AWS forbids the write. `failed`: another error ended it.
 */
export type Outcome = 'written' | 'unchanged' | 'held' | 'conflict' | 'busy' | 'refused' | 'failed';

/** One resource of one run: the plan and the result. The audit trail. */
export interface ResourceChange {
  /** `formatResourceKey` of the resource. */
  readonly resource: string;
  /** The central account whose update function writes the resource. Absent if its account has none. */
  readonly centralAccount?: CentralAccountName;
  /** When the plan read it, ISO 8601. Absent if nothing had to be read. */
  readonly plannedAt?: string;
  /** The resource's generation before the plan read it. */
  readonly plannedGeneration?: number;
  /** Whether the plan saw a difference. */
  readonly planned?: 'change' | 'none';
  /** The drift status that a sweep found before it changed anything. */
  readonly drift?: DriftStatus;
  readonly outcome?: Outcome;
  readonly finishedAt?: string;
  /** The resource's policies before and after, by document name. Absent policies are null. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  /** Size of the fullest document after, and the limit, both in `unit`. */
  readonly size?: number;
  readonly limit?: number;
  /** What size and limit count: `bytes`, `characters`, `grants` or `launch permissions`. */
  readonly unit?: string;
  readonly error?: ErrorRecord;
  /** The accounts that do not get or lose their access yet, ordered. Before a write: as planned. */
  readonly holds?: readonly RecordedHold[];
  /** Only with `held`: the resource was written. */
  readonly wrote?: true;
  /** Accounts that gained and that lost access by the write. Before a write: accounts that would. */
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
  /** What an operator should know although nothing failed, a line each: a deleted role in an unmanaged statement. */
  readonly warnings?: readonly string[];
}

export interface WholeRun {
  /** `undefined` if there is no record. */
  readonly run: RunRecord | undefined;
  /** Ordered by resource. */
  readonly changes: readonly ResourceChange[];
}

export interface RunStore {
  get(runId: string): Promise<RunRecord | undefined>;
  put(run: RunRecord): Promise<void>;
  /** Puts the record of a run that begins, unless the run has ended: a late first step does not open it again. */
  open(run: RunRecord): Promise<void>;
  /** Runs that are under way or wait, and that started before `before` (ISO 8601), ordered by id. Consistent reads. */
  listUnfinished(before: string): Promise<Listed<RunRecord>>;
  /** Runs that have ended, and whose end is not announced on every channel, ordered by id. Consistent reads. */
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
   * Every run that concerns an account or a resource, newest first. Reads the whole table, so only operators use it. A run has
   * its record and the changes that match, without the documents before and after. Consistent reads.
   */
  search(query: RunQuery): Promise<Listed<WholeRun>>;
}

/** What a search for runs asks for. `resource` is the key of a resource, or its id alone. */
export type RunQuery = { readonly accountId: string } | { readonly resource: string };

/** A run's request to an operator, and the decision. */
export interface ApprovalRequest {
  readonly runId: string;
  /** The token of the waiting task. Anybody who has it could resume the run: never logged, never shown. */
  readonly token: string;
  /** ARN of the execution. */
  readonly execution: string;
  readonly accounts: readonly WaitingAccount[];
  /** `hashApproval` of the request. */
  readonly planHash: string;
  readonly configurationHash: string;
  /** The access that the accounts would gain, for people, in lines. */
  readonly difference: string;
  /** ISO 8601. */
  readonly requestedAt: string;
  /** When the run gives up, ISO 8601. */
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
  /** The latest request of a run. Consistent read. */
  get(runId: string): Promise<ApprovalRequest | undefined>;
  /**
   * Stores the request of a run, and replaces the request of an earlier task.
   * @returns whether it was stored; false if the task's request is already decided, because the task was repeated
   */
  put(request: ApprovalRequest): Promise<boolean>;
  /**
   * Decides the request of a task, once. @returns whether it did; false if it is already decided, or belongs to another
   * task by now
   */
  decide(runId: string, token: string, decision: ApprovalDecision): Promise<boolean>;
  /** Undecided requests of runs that have not ended, by run id. Consistent reads. */
  listOpen(): Promise<Listed<ApprovalRequest>>;
}

export interface WaitingAccount {
  readonly id: string;
  readonly position: Position;
  /** The position of its last approval. Null without an approval. */
  readonly approvedAs: Position | null;
}

/**
 * The present state of a resource, compared with the last run and with the desired state. `managed-drift`: managed
 * content differs, and no change of accounts or configuration explains it. `conflict`: managed statements were changed
 * externally again after a run had restored them; an operator must decide. `unmanaged-change`: managed content is up to
 * date, and unmanaged content has changed; information, no drift. `pending`: accounts or configuration have changed, or
 * a grace period has ended, and no run has followed yet; no drift either.
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
