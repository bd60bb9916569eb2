import { getActivationId } from '../configuration/active-configuration.ts';
import type { ResourceState } from '../store/ports.ts';
import { createContextReaders } from './context-readers.ts';
import { findDesiredResource, listGrantNames } from './desired-resources.ts';
import {
  getEffectiveRevision,
  getGeneration,
  hasNewGrace,
  isUpToDate,
  needsReconcileAnyway,
} from './is-up-to-date.ts';
import type { LeasePrecheck } from './lease.ts';
import type { ReconcileRequest } from './reconcile-request.ts';
import type { Services } from './services.ts';
import { findBatchEnd } from './write-batching.ts';

/**
 * Whether a run still has work to do on a resource, and when it may take the lease. Called before the run takes the
 * lease, and again while it has the lease.
 */
export async function checkBeforeLease(
  services: Pick<Services, 'store' | 'clock'>,
  request: ReconcileRequest,
  state: ResourceState | undefined,
): Promise<LeasePrecheck> {
  if (await isSettledSincePlan(services, request, state)) return { settled: true };
  return {
    settled: false,
    ...(request.gathers === true && { notBefore: await findBatchEnd(services, state) }),
  };
}

/**
 * Whether another run has made the planned change. That run must have completed a reconciliation after this run made
 * its plan.
 */
async function isSettledSincePlan(
  { store }: Pick<Services, 'store'>,
  { planned, revision, accountIds, readers = createContextReaders(store) }: ReconcileRequest,
  state: ResourceState | undefined,
): Promise<boolean> {
  if (needsReconcileAnyway(planned) || state === undefined) return false;
  // Waiting runs call this check again and again. To save reads of the configuration, the revision is compared first.
  if (getEffectiveRevision(state, accountIds) < revision) return false;
  const isPending = planned.planned === 'change' || hasNewGrace(planned, state);
  if (isPending && getGeneration(state) <= (planned.plannedGeneration ?? 0)) return false;
  const active = await readers.readActive();
  const desired = findDesiredResource(active, [], planned.resource);
  if (desired === undefined) return false;
  const wanted = {
    revision,
    activationId: getActivationId(active),
    grants: listGrantNames(desired),
    accountIds,
  };
  return isUpToDate(state, wanted);
}
