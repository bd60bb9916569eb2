import type { CentralAccountName } from '../configuration/schema.ts';
import type { ErrorRecord } from '../errors.ts';
import type { Account, RegisteredAccount } from '../organization/account.ts';
import type { WaitingAccount } from '../plan/approval.ts';
import type { DriftStatus } from '../plan/drift-status.ts';
import type { OutboxStore } from './outbox-port.ts';

export * from './outbox-port.ts';

/** The accounts that the project knows, with the order of their changes. */
export interface RegistryStore {
  /** Consistent read. */
  account(id: string): Promise<RegisteredAccount | undefined>;
  /** All accounts, departed ones included, ordered by id. Consistent reads of the base table. */
  accounts(): Promise<readonly RegisteredAccount[]>;
  /** How far the registry has come. Consistent read. @throws ConcurrentUpdateError while the last change is half visible */
  head(): Promise<RegistryHead>;
  /**
   * Stores `account` with the next revision, in one transaction, on the condition that the stored item still has
   * revision `expected` (`undefined`: that there is none).
   * @returns the stored account, or `undefined` when the condition failed or another change took the revision
   */
  put(account: Account, expected: number | undefined, at: string): Promise<RegisteredAccount | undefined>;
  /** ISO 8601 of the first complete import, or `undefined` while there was none. Whatever the last change is. */
  readySince(): Promise<string | undefined>;
  markReady(at: string): Promise<void>;
  /** The OU as somebody heard of it last. Consistent read. */
  ou(id: string): Promise<RememberedOu | undefined>;
  putOu(ou: RememberedOu): Promise<void>;
}

export interface RegistryHead {
  /** The revision that the last change took; 0 before the first. */
  readonly revision: number;
  /** ISO 8601 of the first complete import; absent while there was none. */
  readonly readySince?: string;
}

/** What Organizations said of an OU. */
export interface RememberedOu {
  readonly id: string;
  readonly name: string;
  readonly parentId: string;
  /** A time before Organizations was asked, ISO 8601. */
  readonly askedAt: string;
}

/** What the project remembers of one resource. */
export interface ResourceState {
  /** The registry revision that the resource was last reconciled to. */
  readonly appliedRevision: number;
  /** From which revision it was written for all but those whom AWS refused; absent where it refused nobody. */
  readonly tried?: Tried;
  /** Hash of the configuration that was in force then; empty before the first time. */
  readonly configurationHash: string;
  /** Sids (or names of whole resources) that we wrote or were about to write. */
  readonly owned: readonly string[];
  /** Names of the grants that met on it then; absent where it was left before they were kept. */
  readonly grants?: readonly string[];
  /** Accounts whose removal the last reconciliation withheld; they wait as long as the configuration is the same. */
  readonly withheld?: readonly string[];
  /** Accounts that a grant does not match any more and that are still there, each with since when (ISO 8601). */
  readonly leaving?: Readonly<Record<string, string>>;
  /** Digests of what was left there, ours and not ours; absent where it was left before they were kept. */
  readonly ownDigest?: string;
  readonly foreignDigest?: string;
  /** A digest for each Sid of ours, to say which was changed. */
  readonly ownSids?: Readonly<Record<string, string>>;
  /** A write of ours began, and was not settled: what stands there may be ours, half-written. */
  readonly writing?: true;
  /** Outsiders changed what is ours, and it was restored; the next time it is contested. */
  readonly disputed?: Dispute;
  /** They did so again: nothing is written until a person decides. */
  readonly contested?: Dispute;
  /** Since the last write: newcomers are gathered for the next one. Absent before the first. */
  readonly gathering?: Gathering;
  /** The run whose record says how it was left, and when that was (ISO 8601); absent where nothing was read. */
  readonly leftBy?: { readonly runId: string; readonly at: string };
  /** Counts the completed reconciliations; 0 before the first. */
  readonly generation: number;
  readonly updatedAt: string;
}

export interface Tried {
  readonly revision: number;
  readonly setAside: readonly string[];
  /** Of these, those whom AWS has refused whoever else was in the document, each with when (ISO 8601). */
  readonly refused?: Readonly<Record<string, string>>;
  /** What AWS said. */
  readonly reason?: string;
}

export interface Gathering {
  /** When the next write may come, ISO 8601. */
  readonly until: string;
  /** How long that was from the last write, in milliseconds. */
  readonly pause: number;
  /** What the last write was rendered from. */
  readonly revision: number;
}

export interface Dispute {
  /** When it was found, ISO 8601. */
  readonly since: string;
  /** Which statements of ours were not as we left them; empty where that is not known. */
  readonly sids: readonly string[];
}

export interface ResourceStore {
  /** Consistent read; `undefined` for a resource that was never touched. */
  get(resource: string): Promise<ResourceState | undefined>;
  /** Replaces the item. Called only by the holder of the resource's lease. */
  put(resource: string, state: ResourceState): Promise<void>;
}

/** What is known of one search for resources by pattern. */
export interface FoundResources {
  /** `searchKey` of the search. */
  readonly search: string;
  /** Keys of the resources that matched at the last look that succeeded, ordered; they have the pattern's grants. */
  readonly matching: readonly string[];
  /** Keys of resources that matched earlier, where something of ours may be left; ordered. */
  readonly former: readonly string[];
  /** When the last look that succeeded ended, ISO 8601; absent before the first. */
  readonly lookedAt?: string;
  /** Why the last look failed; absent where it succeeded. */
  readonly error?: ErrorRecord;
  /** Counts the changes of this item; 1 at first. */
  readonly generation: number;
}

export interface FoundStore {
  /** Of all searches that anybody has looked for, ordered by `search`. Consistent reads. */
  all(): Promise<readonly FoundResources[]>;
  /**
   * Stores what was found on the condition that the stored item still has generation `expected` (`undefined`: that
   * there is none), so that an older look never replaces a newer one.
   * @returns whether it was stored
   */
  put(found: FoundResources, expected: number | undefined): Promise<boolean>;
}

export interface LeaseAttempt {
  readonly taken: boolean;
  /** When the lease ends, whoever has it, milliseconds since the epoch. */
  readonly until: number;
}

export interface LeaseStore {
  /**
   * Takes the lease of `resource` for `owner` until `until` (milliseconds since the epoch), where it is free or
   * has ended at `now`. Not re-entrant: an owner that holds it already is refused like any other.
   */
  acquire(resource: string, owner: string, now: number, until: number): Promise<LeaseAttempt>;
  /** Gives the lease back, if `owner` still has it. */
  release(resource: string, owner: string): Promise<void>;
}

export type RunStatus = 'running' | 'waiting-for-approval' | 'succeeded' | 'failed' | 'ignored';

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
  readonly left?: readonly string[];
  /** What a person should know though nothing failed, a line each: a pattern that finds nothing. */
  readonly warnings?: readonly string[];
  /** When its end was announced; absent until then. */
  readonly announcedAt?: string;
  /** What a sweep found and did. */
  readonly counts?: SweepCounts;
  /** Whose access the run's writes changed; absent where they changed nobody's. */
  readonly access?: AccessCounts;
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
  readonly added: Reach;
  readonly removed: Reach;
  readonly leaving: Reach;
}

/** Accounts of the organisation, resources of the configuration, and runs, each by what became of them. */
export interface SweepCounts {
  readonly accounts: number;
  /** Accounts whose item in the registry was not what Organizations says; departed ones included. */
  readonly changed: number;
  readonly departed: number;
  readonly equal: number;
  readonly written: number;
  readonly withheld: number;
  readonly setAside: number;
  readonly contested: number;
  readonly refused: number;
  readonly failed: number;
  /** Runs that were still open though their executions are over. */
  readonly closedRuns: number;
  /** Resources by how they were found; absent in records from before it was counted. */
  readonly drift?: Readonly<Partial<Record<DriftStatus, number>>>;
}

export type Outcome =
  | 'written'
  | 'unchanged'
  | 'withheld'
  | 'set-aside'
  | 'contested'
  | 'busy'
  | 'refused'
  | 'failed';

/** One resource of one run: what was planned and what happened. The audit trail. */
export interface ResourceChange {
  /** `resourceKey` of the resource. */
  readonly resource: string;
  /** Whose branch of the state machine updates it; absent where none does. */
  readonly central?: CentralAccountName;
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
  /** Size of the fullest document after, in the limit's unit, and the limit. */
  readonly size?: number;
  readonly limit?: number;
  readonly error?: ErrorRecord;
  /** Accounts that were set aside or whose removal was withheld. */
  readonly accountIds?: readonly string[];
  /** Why AWS refused those that were set aside, with its own words. */
  readonly reason?: string;
  /** Accounts that gained and that lost something by the write; where nothing is written yet, those who would. */
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
  /** Only with `refused`: newcomers do not fit, and what had to be taken back was. */
  readonly tookBack?: true;
  /** Accounts that keep what they have until their grace ends, each with when that is (ISO 8601). */
  readonly leaving?: Readonly<Record<string, string>>;
  /** What a person should know of it though nothing failed, a line each: a deleted role in a statement of others. */
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
  unfinished(before: string): Promise<readonly RunRecord[]>;
  /** Replaces the change of one resource. */
  putChange(runId: string, change: ResourceChange): Promise<void>;
  /** Ordered by resource. Consistent reads. */
  changes(runId: string): Promise<readonly ResourceChange[]>;
  /** The record and the changes in one question. */
  whole(runId: string): Promise<WholeRun>;
}

/** What a run asks a person, and what the person has said. */
export interface ApprovalRequest {
  readonly runId: string;
  /** Of the task that waits. Whoever has it can let the run go on: never logged, never shown. */
  readonly token: string;
  /** ARN of the execution. */
  readonly execution: string;
  readonly accounts: readonly WaitingAccount[];
  /** `approvalHash` of what is asked. */
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
  open(): Promise<readonly ApprovalRequest[]>;
}

export interface ConfigurationInForce {
  /** SHA-256 of the canonical form, hexadecimal. */
  readonly hash: string;
  /**
   * Keys of the resources that this deployment may have written: those that the configuration names, and those that an
   * earlier one named and that are not cleared yet. Absent in items from before they were kept.
   */
  readonly resources?: readonly string[];
  /** The configuration as it was validated (JSON). */
  readonly document: unknown;
  /** What the activation has stored of searches, before itself: the generation of each. Absent where that was nothing. */
  readonly carried?: Readonly<Record<string, number>>;
  readonly activatedAt: string;
  readonly activatedBy: string;
}

export interface ConfigurationWithFound {
  readonly inForce: ConfigurationInForce | undefined;
  /** Of all searches, ordered by `search`. */
  readonly found: readonly FoundResources[];
}

export interface ConfigurationStore {
  /** Consistent read. */
  inForce(): Promise<ConfigurationInForce | undefined>;
  /** With all that searches have found, which is no older than what the activation has carried over. Consistent reads. */
  withFound(): Promise<ConfigurationWithFound>;
  activate(configuration: ConfigurationInForce): Promise<void>;
}

export interface Store {
  readonly registry: RegistryStore;
  readonly resources: ResourceStore;
  readonly found: FoundStore;
  readonly leases: LeaseStore;
  readonly runs: RunStore;
  readonly approvals: ApprovalStore;
  readonly configuration: ConfigurationStore;
  readonly outbox: OutboxStore;
}
