import type { ResourceChange, StateReading } from '../store/ports.ts';
import type { ContextReaders } from './context-readers.ts';
import type { LeaseWait } from './lease.ts';

export interface ReconcileRequest {
  readonly runId: string;
  /** The change that the run has planned for the resource. */
  readonly planned: ResourceChange;
  /** The registry revision that the write must include: every account change up to it. */
  readonly revision: number;
  /** The time by which the run decides whether a grace period has ended, ISO 8601. Default: now. */
  readonly asOf?: string;
  /** How long to wait while another run holds the lease. Default: a few seconds. */
  readonly wait?: LeaseWait | undefined;
  /**
   * The digest of the plan that an operator has seen (`computeShownDigest`). The run then writes nothing else. Default:
   * no operator has seen a plan, and the run writes what it plans.
   */
  readonly shown?: string | undefined;
  /**
   * Whether an operator has seen the plan and started the write. Then the write reverts external changes and ends a
   * conflict. Default: false.
   */
  readonly decided?: boolean;
  /**
   * Whether to wait for more accounts of a burst, so that one write serves them all (`findBatchEnd`). Default: false.
   */
  readonly gathers?: boolean;
  /** The accounts of the run. Default: all. */
  readonly accountIds?: readonly string[];
  /**
   * The state of the resource as the caller has just read it, so that the check before the lease needs no read. The run
   * reads the state again under the lease. Default: the check reads it.
   */
  readonly lastState?: StateReading | undefined;
  /** Reads that this function shares between resources. Default: no sharing. */
  readonly readers?: ContextReaders | undefined;
}
