import type { Account, RegisteredAccount } from '../platform/account.ts';
import type { ErrorRecord } from '../platform/errors.ts';
import type { Hold } from './holds.ts';
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
  /** How far the registry has come. Consistent read. @throws ConcurrentUpdateError while the last change is half visible */
  getHead(): Promise<RegistryHead>;
  /**
   * Stores `account` with the next revision, in one transaction, on the condition that the stored item still has
   * revision `expected` (`undefined`: that there is none).
   * @returns the stored account, or `undefined` when the condition failed or another change took the revision
   */
  put(account: Account, expected: number | undefined, at: string): Promise<RegisteredAccount | undefined>;
  /** ISO 8601 of the first complete import, or `undefined` while there was none. Whatever the last change is. */
  getReadySince(): Promise<string | undefined>;
  markReady(at: string): Promise<void>;
  /** The OU as somebody heard of it last; `undefined` if the item cannot be understood: Organizations knows it. Consistent read. */
  getOu(id: string): Promise<RememberedOu | undefined>;
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
  /** Organizations does not know it any more. */
  readonly deleted?: true;
}

/** What the project remembers of one resource. */
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
  /** Tells the resource from a later one of its name, as `GrantKind.readIdentity`; absent if it is not known. */
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
  /** Since the last write: new accounts are gathered for the next one. Absent before the first. */
  readonly batchWindow?: BatchWindow;
  /** Counts the writes of the item, as the store does; absent before the first. */
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
  readonly configurationHash: string;
  /** Names of the grants on the resource. */
  readonly grants: readonly string[];
  /** Counts the completed reconciliations; 1 at first. */
  readonly generation: number;
}

export interface ManagedContent {
  /** Sids of statements, or names of whole resources. */
  readonly sids: readonly string[];
  /**
   * A digest for each Sid, as the last reconciliation left the statements. Absent before the first one, or if the resource does
   * not exist.
   */
  readonly digests?: Readonly<Record<string, string>>;
}

export interface BatchWindow {
  /** When the next write may come, ISO 8601. */
  readonly until: string;
  /** How long that was from the last write, in milliseconds. */
  readonly pause: number;
  /** What the last write was rendered from. */
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
  /** Sids of the managed statements that the last external change changed; empty if they are not known. */
  readonly sids: readonly string[];
}

export interface ResourceStore {
  /** Consistent read; `undefined` for a resource that was never touched. */
  get(resource: string): Promise<ResourceState | undefined>;
  /**
   * Replaces the item, where it still has the version of `state`. Called only by the holder of the resource's lease; one who
   * has lost it without knowing, such as a function that was frozen, replaces nothing that came after.
   * @returns the version that it has now; `undefined` where another has written it
   */
  put(resource: string, state: ResourceState): Promise<number | undefined>;
  /**
   * The inventory: keys of the resources whose state has managed content, ordered. `put` adds a resource and
   * removes it, together with its state. Consistent reads.
   */
  listManaged(): Promise<readonly string[]>;
}

/** What is known of one search for resources by pattern. */
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
  /** The activation that was active then, as `formatActivation` writes it. */
  readonly activation: string;
}

export interface SearchResultStore {
  /**
   * Of all searches that were ever made, ordered by `search`. An item that cannot be understood gives a search that was
   * never made, with the reason. Consistent reads.
   */
  list(): Promise<readonly SearchResult[]>;
  /**
   * Stores what was found on the condition that the stored item still has generation `expected` (`undefined`: that
   * there is none), so that an older look never replaces a newer one.
   * @returns whether it was stored
   */
  put(found: SearchResult, expected: number | undefined): Promise<boolean>;
}

interface LeaseAttempt {
  readonly taken: boolean;
  /** When the lease of the present holder ends, milliseconds since the epoch. */
  readonly until: number;
  /** Who has the lease. Absent if it was taken now, or released in the meantime. */
  readonly owner?: string;
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

export interface StoredConfiguration {
  /** SHA-256 of the canonical form, hexadecimal. */
  readonly hash: string;
  /** The configuration as it was validated (JSON). */
  readonly document: unknown;
  /**
   * For each path in a selector, the OUs that it named and those above them: the path of each at that time, by its id. It
   * cannot be derived later, since a renamed OU shows its new name only.
   */
  readonly ous: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** How often the same configuration was activated anew, because its paths name other OUs than before. Default: 0. */
  readonly reactivated?: number;
  /**
   * Searches that the configuration before did not have. Their stored matches are old: they count only after the search has
   * completed under this activation.
   */
  readonly newSearches: readonly string[];
  readonly activatedAt: string;
  readonly activatedBy: string;
}

export interface StoredConfigurationWithSearchResults {
  readonly active: StoredConfiguration | undefined;
  /** Of all searches, ordered by `search`. */
  readonly searchResults: readonly SearchResult[];
}

export interface ConfigurationStore {
  /** Consistent read. */
  getActive(): Promise<StoredConfiguration | undefined>;
  /** With the results of all searches. Consistent reads. */
  getActiveWithSearchResults(): Promise<StoredConfigurationWithSearchResults>;
  activate(configuration: StoredConfiguration): Promise<void>;
  /**
   * Replaces the OUs of an activation, on the condition that no other one came after it.
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

/** Enough of an unmanaged statement to name it when it is gone. */
export interface UnmanagedStatement {
  readonly digest: string;
  /** The Sid, or a short description; empty beyond the first hundred. One entry stands for the head of the document. */
  readonly label: string;
}
