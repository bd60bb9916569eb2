import type { ResourceChange } from '../store/ports.ts';
import type { LeaseWait } from './lease.ts';

export interface ReconcileRequest {
  readonly runId: string;
  /** What the run has planned for the resource. */
  readonly planned: ResourceChange;
  /** The revision that the resource must be written from at least. */
  readonly revision: number;
  /** The time for grace periods, ISO 8601. Default: now. */
  readonly asOf?: string;
  /** How long to wait while another run holds the lease. Default: a few seconds. */
  readonly wait?: LeaseWait | undefined;
  /** `computeShownDigest` of the plan that an operator has seen. Nothing else is written then. Default: anything. */
  readonly shown?: string | undefined;
  /** An operator has seen the plan: external changes are restored, and a conflict ends. Default: false. */
  readonly decided?: boolean;
  /** Waits until the batch window of the resource ends. Default: false. */
  readonly gathers?: boolean;
  /** The accounts that the run is for. Default: all. */
  readonly accountIds?: readonly string[];
}
