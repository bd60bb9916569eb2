import { toErrorRecord } from '../platform/errors.ts';
import type { ResourceChange } from '../store/ports.ts';
import { toChangeRecord } from './change-record.ts';
import { createBusyError, type Lease, withLease } from './lease.ts';
import { checkBeforeLease } from './lease-precheck.ts';
import { toErrorOutcome } from './outcome.ts';
import type { ReconcileRequest } from './reconcile-request.ts';
import { type Reconciled, reconcileWithLease } from './reconcile-with-lease.ts';
import type { Services } from './services.ts';

/**
 * Brings one resource to the state that the registry and the configuration require, under the resource's lease, and stores
 * the change of the run. Most errors become part of the change.
 * @throws errors that must stop the whole run
 */
export async function reconcileResource(
  services: Services,
  request: ReconcileRequest,
): Promise<ResourceChange> {
  const { change, isRecorded } = await reconcile(services, request);
  // The record says already that the resource waits for a lease. So repeated attempts do not write it again.
  const isStillBusy = change.outcome === 'busy' && request.planned.outcome === 'busy';
  if (!isRecorded && !isStillBusy) await services.store.runs.putChange(request.runId, change);
  return change;
}

async function reconcile(services: Services, request: ReconcileRequest): Promise<Reconciled> {
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
    return done ?? unrecorded(toChangeRecord(services.clock, own, { outcome: 'unchanged' }));
  } catch (error) {
    const failed = { outcome: toErrorOutcome(error), error: toErrorRecord(error) };
    return unrecorded(toChangeRecord(services.clock, planned, failed));
  }
}

const unrecorded = (change: ResourceChange): Reconciled => ({ change, isRecorded: false });

/**
 * Checks again, now that the run has the lease, whether the resource is up to date. During a burst many runs wait for
 * one lease. Without this check, each of them would repeat the work of the run before it.
 * @throws ResourceBusyError if the next write must wait for further accounts of the burst
 */
async function reconcileUnlessOvertaken(
  services: Services,
  request: ReconcileRequest,
  lease: Lease,
): Promise<Reconciled | undefined> {
  const state = await services.store.resources.get(request.planned.resource);
  if (request.gathers === true) {
    const { settled, notBefore = 0 } = await checkBeforeLease(services, request, state);
    if (settled) return undefined;
    if (services.clock.now() < notBefore) throw createBusyError(request.planned.resource);
  }
  return reconcileWithLease(services, request, lease, state);
}
