import type { Account, RegisteredAccount } from '../platform/account.ts';
import type { ErrorRecord } from '../platform/errors.ts';
import type { Hold } from './holds.ts';
import type { Listed } from './listed.ts';
import type { MemberCheckStore } from './member-check-port.ts';
import type { OutboxStore } from './outbox-port.ts';
import type { ApprovalStore, RunStore } from './run-ports.ts';

export * from './holds.ts';
export * from './listed.ts';
export * from './member-check-port.ts';
export * from './outbox-port.ts';
export * from './run-ports.ts';

/** The accounts that the project knows, with the order of their changes. */
export interface RegistryStore {
  /** Consistent read. An item that cannot be understood gives an account that is `UNREADABLE`. */
  getAccount(id: string): Promise<RegisteredAccount | undefined>;
  /** All accounts, departed and unreadable ones included, ordered by id. Consistent reads of the base table. */
  listAccounts(): Promise<readonly RegisteredAccount[]>;
  /**
   * The revision of the registry. Consistent read. @throws ConcurrentUpdateError while a reader can see only half of
   * the last change
   */
  getHead(): Promise<RegistryHead>;
  /**
   * Stores `account` with the next revision, in one transaction, on the condition that the stored item still has
   * revision `expected` (`undefined`: that there is none).
   * @returns the stored account, or `undefined` when the condition failed or another change took the revision
   */
  put(account: Account, expected: number | undefined, at: string): Promise<RegisteredAccount | undefined>;
  /** ISO 8601 of the first complete import, or `undefined` before it. It does not depend on the last change. */
  getReadySince(): Promise<string | undefined>;
  markReady(at: string): Promise<void>;
  /**
   * The last stored answer about the OU. `undefined` if the item cannot be understood: Organizations can be read again.
   * Consistent read.
   */
  getOu(id: string): Promise<RememberedOu | undefined>;
  putOu(ou: RememberedOu): Promise<void>;
}

export interface RegistryHead {
  /** The revision that the last change took; 0 before the first. */
  readonly revision: number;
  /** ISO 8601 of the first complete import. Absent before it. */
  readonly readySince?: string;
}

/** An answer of Organizations about an OU. */
export interface RememberedOu {
  readonly id: string;
  readonly name: string;
  readonly parentId: string;
  /** A time before the call to Organizations, ISO 8601. */
  readonly askedAt: string;
  /** Organizations does not know the OU any longer. */
  readonly deleted?: true;
}

/** The state of one resource in the table. */
export interface ResourceState {
  /** Absent before the first reconciliation was completed. */
  readonly lastReconciliation?: LastReconciliation;
  /** What this installation has written, or was about to write. */
  readonly managed: ManagedContent;
  /**
   * The unmanaged statements that the last reconciliation left, ordered by digest. Absent before the first one, or if the
   * resource does not exist.
   */
  readonly unmanaged?: readonly UnmanagedStatement[];
  /** Tells the resource from a later one of an equal name, as `GrantKind.readIdentity`. Absent if it is unknown. */
  readonly identity?: string;
  /**
   * A write of this installation began, and its end is not recorded. Says whether every such write was by the configuration of the
   * last reconciliation.
   */
  readonly writeInProgress?: 'same-configuration' | 'other-configuration';
  /** The holds of the last reconciliation, ordered by account. Absent if there are none. */
  readonly holds?: readonly Hold[];
  /** External changes of managed statements. Absent if there were none since the last decision of an operator. */
  readonly conflict?: Conflict;
  /** The burst since the last write: new accounts are collected for the next one. Absent before the first. */
  readonly batchWindow?: BatchWindow;
  /** Version of the item, counted by the store. Absent before the first write. */
  readonly version?: number;
}

/** The last completed reconciliation of a resource. Its record says how the resource was left. */
export interface LastReconciliation {
  readonly runId: string;
  /** ISO 8601. */
  readonly at: string;
  /** The registry revision that it served, except for rejected principals; 0 if not all accounts fit. */
  readonly revision: number;
  /** `getActivationId` of the configuration that was active. */
  readonly activationId: string;
  /** Names of the grants on the resource. */
  readonly grants: readonly string[];
  /** Counts the completed reconciliations; 1 at first. */
  readonly generation: number;
}

export interface ManagedContent {
  /** Sids of statements, or names of whole resources. */
  readonly sids: readonly string[];
  /**
   * A digest for each Sid of the statements that the last reconciliation left. Absent before the first one, or if the
   * resource does not exist.
   */
  readonly digests?: Readonly<Record<string, string>>;
}

export interface BatchWindow {
  /** The earliest time of the next write, ISO 8601. */
  readonly until: string;
  /** The length of that wait, counted from the last write, in milliseconds. */
  readonly pause: number;
  /** The inputs of the last write. */
  readonly revision: number;
}

export interface Conflict {
  /**
   * `1`: managed statements were changed externally, and restored.
   * `2`: they were changed again, and nothing is written until an operator decides.
   */
  readonly strikes: 1 | 2;
  /** When the first external change was found and restored, ISO 8601. */
  readonly restoredAt: string;
  /** When the last external change was found, ISO 8601. */
  readonly changedAt: string;
  /** Sids of the managed statements that the last external change changed. Empty if they are unknown. */
  readonly sids: readonly string[];
}

export interface ResourceStore {
  /** Consistent read. `undefined` for a resource without a state. */
  get(resource: string): Promise<ResourceState | undefined>;
  /**
   * Replaces the item if it still has the version of `state`. Only the holder of the resource's lease calls it. A
   * holder that has lost the lease without noticing, such as a frozen function, replaces no later state.
   * @returns the new version of the item; `undefined` if another run has written it
   */
  put(resource: string, state: ResourceState): Promise<number | undefined>;
  /**
   * The inventory of some accounts: keys of the resources whose state has managed content, ordered. `put` adds and
   * removes a resource together with its state. Consistent reads.
   */
  listManaged(accountIds: readonly string[]): Promise<readonly string[]>;
}

/** The stored result of one search for resources by pattern. */
export interface SearchResult {
  /** `formatSearchKey` of the search. */
  readonly search: string;
  /** Keys of the resources that matched when the search last succeeded, ordered. They have the pattern's grants. */
  readonly matching: readonly string[];
  /** The last success of the search. Absent before the first. */
  readonly completed?: CompletedSearch;
  /** Why the last search failed; absent if it succeeded. */
  readonly error?: ErrorRecord;
  /** Why the item cannot be understood. Never stored: the next search replaces the item. */
  readonly unreadable?: ErrorRecord;
  /** Counts the changes of this item; 1 at first. */
  readonly generation: number;
}

interface CompletedSearch {
  /** When it ended, ISO 8601. */
  readonly at: string;
  /** `getActivationId` of the configuration that was active then. */
  readonly activationId: string;
}

export interface SearchResultStore {
  /**
   * The results of all searches so far, ordered by `search`. An item that cannot be understood gives the result of a
   * search that never ran, with the reason. Consistent reads.
   */
  list(): Promise<readonly SearchResult[]>;
  /**
   * Stores the result on the condition that the stored item still has generation `expected` (`undefined`: that there is
   * none), so that an older search never replaces a newer one.
   * @returns whether it was stored
   */
  put(found: SearchResult, expected: number | undefined): Promise<boolean>;
}

interface LeaseAttempt {
  readonly taken: boolean;
  /** When the lease of the present holder ends, in milliseconds since the epoch. */
  readonly until: number;
  /** The holder of the lease. Absent if it was taken now, or released in the meantime. */
  readonly owner?: string;
}

export interface LeaseStore {
  /**
   * Takes the lease of `resource` for `owner` until `until` (milliseconds since the epoch), if it is free or has ended
   * at `now`. Not re-entrant: an owner that already holds the lease is rejected too.
   */
  acquire(resource: string, owner: string, now: number, until: number): Promise<LeaseAttempt>;
  /** Releases the lease, if `owner` still holds it. */
  release(resource: string, owner: string): Promise<void>;
  /** The leases that end after `now`, by resource. Reads the whole table, so only operators use it. Consistent reads. */
  listHeld(now: number): Promise<Listed<HeldLease>>;
}

export interface HeldLease {
  readonly resource: string;
  /** The run that holds it. */
  readonly owner: string;
  /** When it ends, milliseconds since the epoch. */
  readonly until: number;
}

export interface StoredConfiguration {
  /** SHA-256 of the canonical form, hexadecimal. */
  readonly hash: string;
  /** The validated configuration (JSON). */
  readonly document: unknown;
  /**
   * For each path in a selector, the OUs at the path and the OUs above them: the path of each at the activation, by its
   * id. It cannot be derived later, since a renamed OU only shows its new name.
   */
  readonly ous: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /**
   * Searches that the previous configuration did not have. Their stored matches are old: they count only after the
   * search has completed under this activation.
   */
  readonly newSearches: readonly string[];
  /** The central accounts of this activation and of all activations before. The inventory may have resources in each. */
  readonly centralAccountIds: readonly string[];
  readonly activatedAt: string;
  readonly activatedBy: string;
}

export interface StoredConfigurationWithSearchResults {
  readonly active: StoredConfiguration | undefined;
  /** For all searches, ordered by `search`. */
  readonly searchResults: readonly SearchResult[];
}

export interface ConfigurationStore {
  /** Consistent read. */
  getActive(): Promise<StoredConfiguration | undefined>;
  /** With the results of all searches. Consistent reads. */
  getActiveWithSearchResults(): Promise<StoredConfigurationWithSearchResults>;
  activate(configuration: StoredConfiguration): Promise<void>;
  /**
   * Replaces the OUs of an activation, on the condition that no later activation exists.
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

/** Enough data of an unmanaged statement to name it after its removal. */
export interface UnmanagedStatement {
  readonly digest: string;
  /**
   * The Sid, or a short description. Empty beyond the first hundred. One entry stands for `Version` and `Id` of the
   * document.
   */
  readonly label: string;
}
