import type { Position } from '../platform/account.ts';
import type { CentralAccountName } from '../platform/central-accounts.ts';
import type { ErrorRecord } from '../platform/errors.ts';
import type { RecordedHold } from './holds.ts';
import type { Listed } from './listed.ts';
import type { AccessStatus, Readiness } from './readiness.ts';

export type RunStatus = 'running' | 'waiting-for-approval' | 'succeeded' | 'failed' | 'ignored';

/** Where the end of a run is announced: EventBridge's default bus, and the topic of the configuration. */
export type AnnouncementChannel = 'bus' | 'topic';

/** How the announcement of a run's end went on one channel. */
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
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** Why it started: `created`, `moved`, `manual`, … */
  readonly cause?: string;
  readonly accountIds: readonly string[];
  /** Why it was ignored or failed, or what is noteworthy: one sentence. */
  readonly reason?: string;
  readonly error?: ErrorRecord;
  /** What is left to do, a line each; while it runs, what the looking for resources has left. */
  readonly unresolved?: readonly string[];
  /** What an operator should know though nothing failed, a line each: a pattern that finds nothing. */
  readonly warnings?: readonly string[];
  /** Who started it, if an operator did from a machine of their own: `user@host`. */
  readonly startedBy?: string;
  /** When its end was announced on every channel; absent until then. */
  readonly announcedAt?: string;
  /** How its end was announced on each channel. Absent if it was not to be announced. */
  readonly announcement?: RunAnnouncement;
  /** What a sweep found and did. */
  readonly counts?: SweepCounts;
  /** Whose access the run's writes changed; absent where they changed nobody's. */
  readonly accessChanges?: AccessCounts;
  /** Whether its accounts can do what the configuration grants to them. Absent if there was no access to verify. */
  readonly readiness?: Readiness;
  /** Until when it waits, or waited, for approval, ISO 8601. */
  readonly waitingUntil?: string;
}

/** How many accounts, and on how many resources. */
export interface Reach {
  readonly accounts: number;
  readonly resources: number;
}

/** Those who gained something, who lost something, and who keep for a grace what no grant gives them any more. */
export interface AccessCounts {
  readonly granted: Reach;
  readonly revoked: Reach;
  readonly inGrace: Reach;
}

/** Accounts of the organization, resources of the configuration, and runs, each by what became of them. */
export interface SweepCounts {
  readonly accounts: number;
  /** Accounts whose item in the registry was not what Organizations says; departed ones included. */
  readonly changed: number;
  readonly departed: number;
  readonly equal: number;
  readonly written: number;
  readonly held: number;
  readonly conflict: number;
  readonly refused: number;
  readonly failed: number;
  /** Runs that were still open though their executions are over. */
  readonly closedRuns: number;
  /** Resources by how they were found. A status that no resource has is absent. */
  readonly drift: Readonly<Partial<Record<DriftStatus, number>>>;
  /** Absent if the configuration has no member roles. */
  readonly memberRoles?: MemberRoleCounts;
}

/** What a sweep found in the member accounts that it checked. A status that nothing has is absent. */
export interface MemberRoleCounts {
  /** Accounts that were checked: those that changed, and a share of the others. */
  readonly accounts: number;
  readonly roles: Readonly<Partial<Record<MemberRoleStatus, number>>>;
  /** Accesses of these accounts, with both halves. */
  readonly accesses: Readonly<Partial<Record<AccessStatus, number>>>;
}

/**
 * How a member role is, compared with the configuration.
 * `pending`: the account has changed within `memberRolesMinutes`, and its StackSet may still be at work.
 * `unreadable`: the role that reads cannot be assumed, or may not read it.
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
 * How a resource ended.
 * `held`: accounts do not get or lose their access yet, each for the reason of its hold; says whether it was written for the other
 * accounts. A grace period alone leaves it `written` or `unchanged`.
 * `refused`: a rule of the project or of AWS forbids the write. `failed`: another error ended it.
 */
export type Outcome = 'written' | 'unchanged' | 'held' | 'conflict' | 'busy' | 'refused' | 'failed';

/** One resource of one run: what was planned and what happened. The audit trail. */
export interface ResourceChange {
  /** `formatResourceKey` of the resource. */
  readonly resource: string;
  /** Whose update function it is left to; absent where there is none for its account. */
  readonly centralAccount?: CentralAccountName;
  /** When the plan read it, ISO 8601; absent where nothing had to be read. */
  readonly plannedAt?: string;
  /** The resource's generation before the plan read it. */
  readonly plannedGeneration?: number;
  /** Whether the plan saw a difference. */
  readonly planned?: 'change' | 'none';
  /** How a sweep found it, before it did anything. */
  readonly drift?: DriftStatus;
  readonly outcome?: Outcome;
  readonly finishedAt?: string;
  /** The resource's policies before and after, by document name; absent ones are null. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  /** Size of the fullest document after, and the limit, both in `unit`. */
  readonly size?: number;
  readonly limit?: number;
  /** What size and limit count: `bytes`, `characters`, `grants` or `launch permissions`. */
  readonly unit?: string;
  readonly error?: ErrorRecord;
  /** The accounts that do not get or lose their access yet, ordered. Where nothing is written yet, those of the plan. */
  readonly holds?: readonly RecordedHold[];
  /** Only with `held`: the resource was written. */
  readonly wrote?: true;
  /** Accounts that gained and that lost something by the write; where nothing is written yet, those who would. */
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
  /** What an operator should know of it though nothing failed, a line each: a deleted role in a statement of others. */
  readonly warnings?: readonly string[];
}

export interface WholeRun {
  /** `undefined` where there is no record. */
  readonly run: RunRecord | undefined;
  /** Ordered by resource. */
  readonly changes: readonly ResourceChange[];
}

export interface RunStore {
  get(runId: string): Promise<RunRecord | undefined>;
  put(run: RunRecord): Promise<void>;
  /** Puts the record of a run that begins, unless it has ended: a first step that wakes up late opens nothing. */
  open(run: RunRecord): Promise<void>;
  /** Runs that are running or wait, and that started before `before` (ISO 8601), ordered by id. Consistent reads. */
  listUnfinished(before: string): Promise<Listed<RunRecord>>;
  /** Runs that have ended, and whose end is not announced on every channel, ordered by id. Consistent reads. */
  listUnannounced(): Promise<Listed<RunRecord>>;
  /** Replaces the change of one resource. */
  putChange(runId: string, change: ResourceChange): Promise<void>;
  /** Ordered by resource. An item that cannot be understood gives a change with the error and no outcome. Consistent reads. */
  listChanges(runId: string): Promise<readonly ResourceChange[]>;
  /** The record and the changes in one question. */
  getWhole(runId: string): Promise<WholeRun>;
}

/** What a run asks an operator, and what the operator has said. */
export interface ApprovalRequest {
  readonly runId: string;
  /** Of the task that waits. With it anybody could resume the run: never logged, never shown. */
  readonly token: string;
  /** ARN of the execution. */
  readonly execution: string;
  readonly accounts: readonly WaitingAccount[];
  /** `hashApproval` of what is asked. */
  readonly planHash: string;
  readonly configurationHash: string;
  /** What the accounts would gain, for people, lines. */
  readonly difference: string;
  /** ISO 8601. */
  readonly requestedAt: string;
  /** When the run gives up, ISO 8601. */
  readonly until: string;
  /** Absent while nobody has decided. */
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
   * Stores the request of a run, in place of an earlier task's.
   * @returns whether it was stored; not where the same task's has been decided: it was asked twice
   */
  put(request: ApprovalRequest): Promise<boolean>;
  /** Decides the request of a task, once. @returns whether it was; not where it is decided or another's by now */
  decide(runId: string, token: string, decision: ApprovalDecision): Promise<boolean>;
  /** Requests that nobody has decided, of runs that have not ended, by run id. Consistent reads. */
  listOpen(): Promise<Listed<ApprovalRequest>>;
}

export interface WaitingAccount {
  readonly id: string;
  readonly position: Position;
  /** Where it was approved last; null for one that never was. */
  readonly approvedAs: Position | null;
}

/**
 * How a resource is, compared with how the last run left it and how it should be.
 * `managed-drift`: what is ours is not as it should be, and no change of accounts or configuration explains it.
 * `conflict`: managed statements were changed externally again after a run had restored them; an operator must decide.
 * `unmanaged-change`: ours is as it should be, and what is not ours has changed; information, no drift.
 * `pending`: accounts or configuration have changed, or a grace has ended, and no run has come by since; no drift
 * either.
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
