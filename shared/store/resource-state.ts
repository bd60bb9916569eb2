import type { ErrorRecord } from '../platform/errors.ts';
import type { Hold } from './holds.ts';

/** What the table remembers about one resource. */
export interface ResourceState {
  /** Absent before the first completed reconciliation. */
  readonly lastReconciliation?: LastReconciliation;
  /** What this installation has written, or was about to write when it last began a write. */
  readonly managed: ManagedContent;
  /**
   * The unmanaged statements after the last reconciliation, ordered by digest. Absent before the first one, or if the
   * resource does not exist.
   */
  readonly unmanaged?: readonly UnmanagedStatement[];
  /**
   * A value that differs if the resource is deleted and created again (`GrantKind.readIdentity`). Absent if it is
   * unknown.
   */
  readonly identity?: string;
  /**
   * Present if a write of this installation has begun and its end is not recorded. Says whether all such writes were by
   * the configuration of the last reconciliation.
   */
  readonly writeInProgress?: 'same-configuration' | 'other-configuration';
  /** The last write that has begun, until a reconciliation is completed. */
  readonly begunWrite?: BegunWrite;
  /** The holds after the last reconciliation, ordered by account. Absent if there are none. */
  readonly holds?: readonly Hold[];
  /** External changes of managed statements. Absent if there were none since an operator last decided. */
  readonly conflict?: Conflict;
  /** How long the next write waits, so that it serves all new accounts of a burst. Absent before the first write. */
  readonly batchWindow?: BatchWindow;
  /** The version of this item, which the store counts. Absent before the first write. */
  readonly version?: number;
}

/** The last completed reconciliation of a resource. The record of its run has the result. */
export interface LastReconciliation {
  readonly runId: string;
  /** ISO 8601. */
  readonly at: string;
  /** The registry revision whose accounts the policy has, except for rejected principals. 0 if not all accounts fit. */
  readonly revision: number;
  /** The activation of the configuration, as `getActivationId` writes it. */
  readonly activationId: string;
  /** Names of the grants on the resource. */
  readonly grants: readonly string[];
  /** How many reconciliations were completed, including this one. */
  readonly generation: number;
}

export interface ManagedContent {
  /** Sids of managed statements, or names of managed whole resources. */
  readonly sids: readonly string[];
  /**
   * A digest for each Sid of the statements after the last reconciliation. Absent before the first one, or if the
   * resource does not exist.
   */
  readonly digests?: Readonly<Record<string, string>>;
}

export interface BatchWindow {
  /** When the next write may begin, ISO 8601. */
  readonly until: string;
  /** How many milliseconds the next write waits after the last write. */
  readonly pause: number;
  /** The registry revision from which the last write was rendered. */
  readonly revision: number;
}

export interface Conflict {
  /**
   * `1`: managed statements were changed externally, and a run restored them. `2`: they were changed again, so nothing
   * is written until an operator decides.
   */
  readonly strikes: 1 | 2;
  /** When a run found and restored the first external change. ISO 8601. */
  readonly restoredAt: string;
  /** When a run found the last external change. ISO 8601. */
  readonly changedAt: string;
  /** Sids of the managed statements that were changed last. Empty if they are unknown. */
  readonly sids: readonly string[];
}

/** A write that a run was about to send. If the run's next attempt finds it done, it tells by this what has changed. */
export interface BegunWrite {
  readonly runId: string;
  /** The documents before the write. */
  readonly before: Readonly<Record<string, unknown>>;
  /** The accounts that gain and lose access by the write. Absent if there are none. */
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
}

/** A resource's item of the table. Both fields are absent if there is none. */
export interface StateReading {
  readonly state?: ResourceState;
  /** Why the item cannot be understood. */
  readonly error?: ErrorRecord;
}

/** What the table stores of an unmanaged statement, so that a report can name the statement after its removal. */
export interface UnmanagedStatement {
  readonly digest: string;
  /**
   * The Sid, or a short description. Empty for statements beyond the first hundred. One entry stands for the `Version`
   * and `Id` of the document.
   */
  readonly label: string;
}
