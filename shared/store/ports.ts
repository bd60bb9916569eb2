import type { Account, RegisteredAccount } from '../platform/account.ts';
import type { ErrorRecord } from '../platform/errors.ts';
import type { Listed } from './listed.ts';
import type { MemberCheckStore } from './member-check-port.ts';
import type { OutboxStore } from './outbox-port.ts';
import type { ResourceState, StateReading } from './resource-state.ts';
import type { ApprovalStore, ResourceChange, RunStore } from './run-ports.ts';

export * from './holds.ts';
export * from './listed.ts';
export * from './member-check-port.ts';
export * from './outbox-port.ts';
export * from './resource-state.ts';
export * from './run-ports.ts';

/** The accounts of the organization, each with the revision of its last change. */
export interface RegistryStore {
  /** One account. A malformed item becomes an account in the state `UNREADABLE`. Consistent read. */
  getAccount(id: string): Promise<RegisteredAccount | undefined>;
  /** Like `getAccount`, for many ids. Accounts without an item are absent. In any order. Consistent reads. */
  getAccounts(ids: readonly string[]): Promise<readonly RegisteredAccount[]>;
  /**
   * All accounts, ordered by id. Includes accounts that left the organization, and unreadable accounts. Consistent
   * reads.
   */
  listAccounts(): Promise<readonly RegisteredAccount[]>;
  /**
   * The latest revision of the registry. Consistent read.
   * @throws ConcurrentUpdateError while only a part of the last change can be read
   */
  getHead(): Promise<RegistryHead>;
  /**
   * Stores `account` with the next revision, in one transaction, if the stored item still has revision `expected`. With
   * `undefined`, there must be no item.
   * @returns the stored account. `undefined` if the item has another revision, or if another change took the next
   * revision
   */
  put(account: Account, expected: number | undefined, at: string): Promise<RegisteredAccount | undefined>;
  /**
   * When the first complete import ended (ISO 8601). `undefined` before its end. Unlike `getHead`, it can always be
   * read.
   */
  getReadySince(): Promise<string | undefined>;
  markReady(at: string): Promise<void>;
  /**
   * What Organizations last answered about an OU. `undefined` if nothing usable is stored: then Organizations must be
   * asked. Consistent read.
   */
  getOu(id: string): Promise<RememberedOu | undefined>;
  putOu(ou: RememberedOu): Promise<void>;
  /**
   * The time of the last turn that a run has taken to register an account again, in milliseconds since the epoch.
   * `undefined` if no run has taken one, and 0 if the item is malformed. Consistent read.
   */
  getLastTurn(): Promise<number | undefined>;
  /**
   * Stores the time of a turn, if the stored time is still `expected`.
   * @returns whether it was stored
   */
  putLastTurn(turn: number, expected: number | undefined): Promise<boolean>;
}

export interface RegistryHead {
  /** The revision of the last change. 0 before the first change. */
  readonly revision: number;
  /** When the first complete import ended (ISO 8601). Absent before its end. */
  readonly readySince?: string;
  /** When the last change was stored (ISO 8601). Absent before the first change. */
  readonly changedAt?: string;
}

/** What Organizations answered about an OU, stored for other runs. */
export interface RememberedOu {
  readonly id: string;
  readonly name: string;
  readonly parentId: string;
  /** A time shortly before the call to Organizations (ISO 8601). So the answer is at least as new as this time. */
  readonly askedAt: string;
  /** Present if Organizations does not have the OU any more. */
  readonly deleted?: true;
}

export interface ResourceStore {
  /** The state of a resource. `undefined` if it has none. Consistent read. */
  get(resource: string): Promise<ResourceState | undefined>;
  /** Like `get`, for many resources. A malformed item becomes an error for its resource only. Consistent reads. */
  getMany(resources: readonly string[]): Promise<ReadonlyMap<string, StateReading>>;
  /**
   * Replaces the item if its version is still that of `state`. Only a run that holds the resource's lease calls this.
   * If Lambda suspends a function until its lease has ended, the version prevents that the function replaces a newer
   * state.
   * @returns the new version of the item. `undefined` if another run has written the item
   */
  put(resource: string, state: ResourceState): Promise<number | undefined>;
  /**
   * Ends a reconciliation in one transaction: replaces the item as `put` does, stores the run's change of the resource, and
   * releases the lease.
   * @returns the new version of the item; `undefined` if another run has written the item or holds the lease. Then nothing
   * is stored
   */
  finish(resource: string, state: ResourceState, end: ReconciliationEnd): Promise<number | undefined>;
  /**
   * The inventory of these accounts: the keys of all resources with managed content, ordered. `put` adds or removes a
   * resource together with its state. Consistent reads.
   */
  listManaged(accountIds: readonly string[]): Promise<readonly string[]>;
}

/** What is stored together with the state of a resource when a reconciliation ends. */
export interface ReconciliationEnd {
  readonly runId: string;
  readonly change: ResourceChange;
  /** The owner of the lease to release. Absent if the lease must last until it expires. */
  readonly owner?: string;
}

/** The stored result of one search for resources that match a pattern. */
export interface SearchResult {
  /** The search, in the form that `formatSearchKey` writes. */
  readonly search: string;
  /**
   * The keys of the resources that matched when the search last succeeded, ordered. The grants with this pattern are on
   * these resources.
   */
  readonly matching: readonly string[];
  /** When the search last succeeded. Absent before the first success. */
  readonly completed?: CompletedSearch;
  /** Why the last search failed. Absent if it succeeded. */
  readonly error?: ErrorRecord;
  /** Why the stored item is malformed. This field is never stored, and the next search replaces the item. */
  readonly unreadable?: ErrorRecord;
  /** How often this item was written, for conditional writes. */
  readonly generation: number;
}

interface CompletedSearch {
  /** When the search ended, ISO 8601. */
  readonly at: string;
  /** The activation of the configuration for which the search ran, as `getActivationId` writes it. */
  readonly activationId: string;
}

export interface SearchResultStore {
  /**
   * The results of all searches, ordered by `search`. A malformed item becomes the result of a search that never
   * succeeded, with the reason. Consistent reads.
   */
  list(): Promise<readonly SearchResult[]>;
  /**
   * Stores the result if the stored item still has generation `expected`, so that an older search never replaces a
   * newer one. With `undefined`, there must be no item.
   * @returns whether it was stored
   */
  put(found: SearchResult, expected: number | undefined): Promise<boolean>;
}

interface LeaseAttempt {
  readonly taken: boolean;
  /** When the lease of the run that holds it ends, in milliseconds since the epoch. */
  readonly until: number;
  /**
   * The run that holds the lease. Absent if this call has taken the lease, or if the other run has released it in the
   * meantime.
   */
  readonly owner?: string;
}

export interface LeaseStore {
  /**
   * Takes the lease of `resource` for `owner` until `until` (milliseconds since the epoch). It succeeds if no run holds
   * the lease, or if the lease has expired at the time `now`. An owner that already holds the lease cannot take it
   * again.
   */
  acquire(resource: string, owner: string, now: number, until: number): Promise<LeaseAttempt>;
  /** Releases the lease if `owner` still holds it. */
  release(resource: string, owner: string): Promise<void>;
  /**
   * All leases that end after `now`, by resource. Reads the whole table, so only commands of operators use it.
   * Consistent reads.
   */
  listHeld(now: number): Promise<Listed<HeldLease>>;
}

export interface HeldLease {
  readonly resource: string;
  /** The run that holds the lease. */
  readonly owner: string;
  /** When the lease ends, in milliseconds since the epoch. */
  readonly until: number;
}

export interface StoredConfiguration {
  /** SHA-256 of the configuration's canonical form, in hexadecimal. */
  readonly hash: string;
  /** The validated configuration (JSON). */
  readonly document: unknown;
  /**
   * Which OUs the selectors named at the activation. For each OU path in a selector: the OUs at the path and the OUs
   * above them, each with its path at that time, by id. This must be stored, because Organizations has only the present
   * name of a renamed OU.
   */
  readonly ous: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /**
   * Searches that the configuration before this one did not have. Their stored matches may be old. So the matches are
   * used only after the search has completed under this activation.
   */
  readonly newSearches: readonly string[];
  /**
   * The central accounts of this activation and of all earlier activations. The inventory may have resources in each of
   * them.
   */
  readonly centralAccountIds: readonly string[];
  readonly activatedAt: string;
  readonly activatedBy: string;
}

export interface StoredConfigurationWithSearchResults {
  readonly active: StoredConfiguration | undefined;
  /** The results of all searches, ordered by `search`. */
  readonly searchResults: readonly SearchResult[];
}

export interface ConfigurationStore {
  /** Consistent read. */
  getActive(): Promise<StoredConfiguration | undefined>;
  /** The active configuration and the results of all searches. Consistent reads. */
  getActiveWithSearchResults(): Promise<StoredConfigurationWithSearchResults>;
  activate(configuration: StoredConfiguration): Promise<void>;
  /**
   * Replaces the stored OUs of an activation, unless there is a later activation.
   * @returns whether they were stored
   */
  putOus(
    ous: NonNullable<StoredConfiguration['ous']>,
    activation: Pick<StoredConfiguration, 'hash' | 'activatedAt'>,
  ): Promise<boolean>;
}

export interface Store {
  readonly registry: RegistryStore;
  readonly resources: ResourceStore;
  readonly searchResults: SearchResultStore;
  readonly leases: LeaseStore;
  readonly runs: RunStore;
  readonly approvals: ApprovalStore;
  readonly configuration: ConfigurationStore;
  readonly outbox: OutboxStore;
  readonly memberChecks: MemberCheckStore;
}
