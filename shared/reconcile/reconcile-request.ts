import type { ResourceChange } from '../store/ports.ts';
import type { LeaseWait } from './lease.ts';

export interface ReconcileRequest {
  readonly runId: string;
  /** The run's plan for the resource. */
  readonly planned: ResourceChange;
  /** The write must include every account change up to this registry revision. */
  readonly revision: number;
  /** The time for grace periods, ISO 8601. Default: now. */
  readonly asOf?: string;
  /** How long to wait while another run holds the lease. Default: a few seconds. */
  readonly wait?: LeaseWait | undefined;
  /**
   * `computeShownDigest` of the plan that an operator has seen. The run then writes nothing else. Default: anything.
   */
  readonly shown?: string | undefined;
  /** An operator has seen the plan: external changes are restored, and a conflict ends. Default: false. */
  readonly decided?: boolean;
  /** Waits until the batch window of the resource ends. Default: false. */
  readonly gathers?: boolean;
  /** The accounts that the run is for. Default: all. */
  readonly accountIds?: readonly string[];
}
