import type { ResourceChange, StateReading } from '../store/ports.ts';
import type { ContextReaders } from './context-readers.ts';
import type { LeaseWait } from './lease.ts';

export interface ReconcileRequest {
  readonly runId: string;
  /** The run's plan for the resource. */
  readonly planned: ResourceChange;
  /** The write must include every account change up to this registry revision. */
  readonly revision: number;
  /** The time at which grace periods are judged, ISO 8601. Default: now. */
  readonly asOf?: string;
  /** How long to wait while another run holds the lease. Default: a few seconds. */
  readonly wait?: LeaseWait | undefined;
  /**
   * The digest of the plan that an operator has seen (`computeShownDigest`). The run writes only what the operator has
   * seen. Default: no operator has seen a plan, and the run writes any plan.
   */
  readonly shown?: string | undefined;
  /**
   * Whether an operator has seen the plan and started the write. Then external changes are reverted, and a conflict
   * ends. Default: false.
   */
  readonly decided?: boolean;
  /**
   * Whether to wait until the batch window of the resource ends, so that one write serves more accounts. Default:
   * false.
   */
  readonly gathers?: boolean;
  /** The accounts of the run. Default: all. */
  readonly accountIds?: readonly string[];
  /**
   * The state of the resource, read a moment ago. It spares the read before the lease; the holder reads it again. Default:
   * it is read.
   */
  readonly lastState?: StateReading | undefined;
  /** Reads for many resources of one function. Default: reads for this resource alone. */
  readonly readers?: ContextReaders | undefined;
}
