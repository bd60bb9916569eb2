import { toErrorRecord } from '../platform/errors.ts';
import type { ResourceChange } from '../store/ports.ts';
import { type ReconcileResult, toChangeRecord, withoutPlannedAccounts } from './change-record.ts';
import { createBusyError, type Lease, withLease } from './lease.ts';
import { checkBeforeLease } from './lease-precheck.ts';
import { toErrorOutcome } from './outcome.ts';
import type { ReconcileRequest } from './reconcile-request.ts';
import { reconcileWithLease } from './reconcile-with-lease.ts';
import type { Services } from './services.ts';

/**
 * Brings one resource to the present state of the registry, under its lease. Returns the result. It throws only errors
 * that stop the whole run.
 */
export async function reconcileResource(
  services: Services,
  request: ReconcileRequest,
): Promise<ResourceChange> {
  const { planned, runId, wait } = request;
  const readState = () => services.store.resources.get(planned.resource);
  const look = async () => checkBeforeLease(services, request, await readState());
  try {
    const done = await withLease(services, { resource: planned.resource, runId, wait, look }, (lease) =>
      reconcileUnlessOvertaken(services, request, lease),
    );
    // If another run has done the work, its record says what changed, and the plan of this run proves nothing.
    const { before, after, added, removed, ...own } = planned;
    return done === undefined
      ? toChangeRecord(services.clock, own, { outcome: 'unchanged' })
      : toChangeRecord(services.clock, withoutPlannedAccounts(planned), done);
  } catch (error) {
    return toChangeRecord(services.clock, planned, {
      outcome: toErrorOutcome(error),
      error: toErrorRecord(error),
    });
  }
}

/**
 * Another run may have written between the check and the lease. The check is repeated under the lease, so that no two runs of a
 * burst write one after the other.
 * @throws ResourceBusyError if the next write is to wait for more accounts
 */
async function reconcileUnlessOvertaken(
  services: Services,
  request: ReconcileRequest,
  lease: Lease,
): Promise<ReconcileResult | undefined> {
  const state = await services.store.resources.get(request.planned.resource);
  if (request.gathers === true) {
    const { settled, notBefore = 0 } = await checkBeforeLease(services, request, state);
    if (settled) return undefined;
    if (services.clock.now() < notBefore) throw createBusyError(request.planned.resource);
  }
  return reconcileWithLease(services, request, lease, state);
}
