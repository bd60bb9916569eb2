import type { ErrorRecord } from '../platform/errors.ts';
import type { Hold } from './holds.ts';

/** What the table remembers about one resource. */
export interface ResourceState {
  /** The last completed reconciliation. Absent before the first. */
  readonly lastReconciliation?: LastReconciliation;
  /** The managed statements that this installation has written or was about to write. */
  readonly managed: ManagedContent;
  /**
   * The unmanaged statements after the last reconciliation, ordered by digest. Absent before the first reconciliation,
   * or if the resource does not exist.
   */
  readonly unmanaged?: readonly UnmanagedStatement[];
  /**
   * A value that changes if the resource is deleted and created again (`GrantKind.readIdentity`). Absent if it is
   * unknown.
   */
  readonly identity?: string;
  /**
   * Present if a write has begun and its end is not stored, so that the resource may have a part of it. Says whether
   * all such writes came from the configuration of the last reconciliation.
   */
  readonly writeInProgress?: 'same-configuration' | 'other-configuration';
  /** The last write that has begun. Absent once a reconciliation has completed after it. */
  readonly begunWrite?: BegunWrite;
  /**
   * The accounts whose access differs from the grants for now, after the last reconciliation. Ordered by account.
   * Absent if there are none.
   */
  readonly holds?: readonly Hold[];
  /** External changes of managed statements. Absent if there were none since the last decision of an operator. */
  readonly conflict?: Conflict;
  /** The version of this item. The store increases it at each write. Absent before the first write. */
  readonly version?: number;
}

/** The last completed reconciliation of a resource. The record of its run has the details. */
export interface LastReconciliation {
  readonly runId: string;
  /** When it was completed, ISO 8601. */
  readonly at: string;
  /**
   * The registry revision whose accounts the policy has, except for rejected principals. 0 if the policy has no room
   * for all accounts.
   */
  readonly revision: number;
  /** The activation of the configuration, as `getActivationId` writes it. */
  readonly activationId: string;
  /** The names of the grants on the resource. */
  readonly grants: readonly string[];
  /** How many reconciliations have completed, including this one. */
  readonly generation: number;
}

export interface ManagedContent {
  /** Sids of managed statements. For resources that are managed as a whole, such as managed policies: their names. */
  readonly sids: readonly string[];
  /**
   * A digest of the statements after the last reconciliation, for each Sid. Absent before the first reconciliation, or
   * if the resource does not exist.
   */
  readonly digests?: Readonly<Record<string, string>>;
}

export interface Conflict {
  /**
   * `1`: somebody changed managed statements, and a run restored them. `2`: somebody changed them again, so no run
   * writes the resource until an operator decides.
   */
  readonly strikes: 1 | 2;
  /** When a run found the first external change and restored the statements. ISO 8601. */
  readonly restoredAt: string;
  /** When a run found the latest external change. ISO 8601. */
  readonly changedAt: string;
  /** Sids of the managed statements that were changed most recently. Empty if they are unknown. */
  readonly sids: readonly string[];
}

/**
 * A write that a run was about to send. If the run dies and its next attempt finds the write done, this says what the
 * write has changed.
 */
export interface BegunWrite {
  readonly runId: string;
  /** The policy documents before the write. */
  readonly before: Readonly<Record<string, unknown>>;
  /** The accounts that get access and the accounts that lose it by the write. Absent if there are none. */
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
}

/** What the table has about a resource. Both fields are absent if it has nothing. */
export interface StateReading {
  readonly state?: ResourceState;
  /** Why the item is malformed. */
  readonly error?: ErrorRecord;
}

/**
 * What the table stores about an unmanaged statement, so that a report can name the statement even after somebody
 * removed it.
 */
export interface UnmanagedStatement {
  readonly digest: string;
  /**
   * The Sid, or a short description. Empty for statements after the first hundred. One entry is for the `Version` and
   * `Id` of the document.
   */
  readonly label: string;
}
