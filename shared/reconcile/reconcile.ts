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
 * Gives one resource the state that the registry and the configuration require, while this run holds its lease. Most
 * errors become a part of the result.
 * @throws errors that must stop the whole run
 */
export async function reconcileResource(
  services: Services,
  request: ReconcileRequest,
): Promise<ResourceChange> {
  const { planned, runId, wait } = request;
  let { lastState } = request;
  const readState = async () => {
    const known = lastState;
    lastState = undefined;
    // If the item was unreadable, `get` throws the error about it.
    return known === undefined || known.error !== undefined
      ? services.store.resources.get(planned.resource)
      : known.state;
  };
  const precheck = async () => checkBeforeLease(services, request, await readState());
  try {
    const done = await withLease(
      services,
      { resource: planned.resource, runId, wait, look: precheck },
      (lease) => reconcileUnlessOvertaken(services, request, lease),
    );
    // Another run has done this run's work, and its record names the changes. So the changes that this run planned are
    // dropped from its record.
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
 * Checks again, now that the run has the lease, whether the resource is up to date. During a burst many runs wait for
 * one lease. Without this check, each of them would repeat the work of the run before it.
 * @throws ResourceBusyError if the next write must wait for further accounts of the burst
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
