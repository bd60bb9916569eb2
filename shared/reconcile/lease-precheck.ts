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
import { getBatchWindowEnd } from './write-batching.ts';

/**
 * Whether a run still needs the lease of a resource, and when it may take it. Called before the run takes the lease,
 * and again under the lease.
 */
export async function checkBeforeLease(
  services: Pick<Services, 'store' | 'clock'>,
  request: ReconcileRequest,
  state: ResourceState | undefined,
): Promise<LeasePrecheck> {
  if (await isSettledSincePlan(services, request, state)) return { settled: true };
  return {
    settled: false,
    ...(request.gathers === true && { notBefore: getBatchWindowEnd(state, services.clock.now()) }),
  };
}

/**
 * Whether another run has made the change. A change that the plan found counts as made only if a reconciliation was
 * completed after the plan.
 */
async function isSettledSincePlan(
  { store }: Pick<Services, 'store'>,
  { planned, revision, accountIds, readers = createContextReaders(store) }: ReconcileRequest,
  state: ResourceState | undefined,
): Promise<boolean> {
  if (needsReconcileAnyway(planned) || state === undefined) return false;
  // Waiting runs repeat this check often. So the configuration is read only if the resource has the revision already.
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
