import { getTimestamp } from '../platform/clock.ts';
import type { Conflict, ResourceChange, ResourceState } from '../store/ports.ts';
import { requirePlanShown } from './assert-plan-shown.ts';
import { assertStillDesired } from './assert-still-desired.ts';
import { toUndone, withOtherReasons } from './blocked-removals.ts';
import {
  attributeEarlierWrite,
  type ReconcileResult,
  toAccessChanges,
  toChangeRecord,
  toRecordDocuments,
  withoutPlannedAccounts,
} from './change-record.ts';
import { isOpenConflict, judgeConflict, recordConflict } from './conflict.ts';
import { compareNewestFirst, createMemberTest, loadContext, type ReconcileContext } from './context.ts';
import { createContextReaders } from './context-readers.ts';
import {
  classifyDoubt,
  explainRefusal,
  readSuspects,
  refuseUnlessAccountsChanged,
} from './explain-refusal.ts';
import { getHolds, listHeldAccounts } from './holds.ts';
import type { Lease } from './lease.ts';
import { missing, pendingDeletion, readUnlessMissing, toMissingState } from './missing-resource.ts';
import { type LeasePlan, planWithLease } from './plan-with-lease.ts';
import { readBack } from './read-back.ts';
import { readForVerification } from './read-for-verification.ts';
import type { ReconcileRequest } from './reconcile-request.ts';
import { accessResource, type ResourceAccess } from './resource-access.ts';
import { isKnownResource } from './resource-identity.ts';
import { rememberBeforeWriting, saveResult } from './save-result.ts';
import type { Services } from './services.ts';
import { type Written, writeAccepted } from './write-accepted.ts';

/** The inputs that all stages below share. */
interface Reconciliation {
  readonly services: Services;
  readonly request: ReconcileRequest;
  readonly lease: Lease;
  readonly context: ReconcileContext;
  readonly access: ResourceAccess;
}

/** How the work under the lease ended. */
export interface Reconciled {
  readonly change: ResourceChange;
  /** Whether the change is stored already, together with the state of the resource. */
  readonly isRecorded: boolean;
}

/**
 * The work while the run holds the lease. Its stages: load the context, read the resource, plan, check for a conflict,
 * write if something differs, read back, save the result.
 */
export async function reconcileWithLease(
  services: Services,
  request: ReconcileRequest,
  lease: Lease,
  state: ResourceState | undefined,
): Promise<Reconciled> {
  const { planned, readers = createContextReaders(services.store) } = request;
  const unchanged = { change: toChange(services, request, { outcome: 'unchanged' }), isRecorded: false };
  const context = await loadContext(services, planned.resource, { state, readers });
  if (context === undefined) return unchanged;
  const access = accessResource(services, request.runId, lease, context);
  const stages: Reconciliation = { services, request, lease, context, access };
  const actual = await readUnlessMissing(context.desired, access.read);
  if (actual === pendingDeletion) return unchanged;
  if (actual === missing) {
    await rememberMissing(stages);
    return unchanged;
  }
  const plan = await planWithLease(services, request, { context, lease, actual });
  const change = await reconcilePlanned(stages, plan).catch((error: unknown) => {
    throw withOtherReasons(error, toUndone(plan.all), { ...plan.request, key: context.desired.key });
  });
  return { change, isRecorded: true };
}

const toChange = (
  { clock }: Pick<Services, 'clock'>,
  { planned }: Pick<ReconcileRequest, 'planned'>,
  result: ReconcileResult,
): ResourceChange => toChangeRecord(clock, withoutPlannedAccounts(planned), result);

async function reconcilePlanned(stages: Reconciliation, plan: LeasePlan): Promise<ResourceChange> {
  const conflict = await checkConflict(stages, plan);
  if (!plan.first.changed) return saveUnwritten(stages, plan, conflict);
  await prepareWrite(stages, plan, conflict);
  const written = await writePlan(stages, plan);
  const after = await readWritten(stages, plan, written);
  return saveWritten(stages, plan, { written, after, conflict });
}

/** Saves that a deleted resource has no managed content any more, so that it leaves the inventory. */
async function rememberMissing({ services, request, lease, context }: Reconciliation): Promise<void> {
  lease.check();
  const run = { runId: request.runId, at: getTimestamp(services.clock) };
  await context.remember(toMissingState(context, run));
}

const checkConflict = (
  { services, request, context, access }: Reconciliation,
  { actual, first }: LeasePlan,
) =>
  judgeConflict(
    context,
    {
      actual,
      changed: first.changed,
      at: services.clock.now(),
      decided: request.decided ?? false,
    },
    () => access.identify(actual),
  );

/**
 * The last checks before a write. Also saves which statements the write will add, so that the table has them even if
 * the run dies after the write.
 */
async function prepareWrite(
  { services, request, lease, context }: Reconciliation,
  { actual, all, first, recentlyRejected }: LeasePlan,
  conflict: Conflict | undefined,
): Promise<void> {
  requirePlanShown(request.shown, context, all);
  lease.check();
  if (isOpenConflict(conflict)) throw await recordConflict(context, conflict);
  refuseUnlessAccountsChanged(request.planned, context.revision);
  const begun = {
    runId: request.runId,
    before: toRecordDocuments(context.desired, actual, context.state?.managed.sids),
    ...toAccessChanges(first, [...recentlyRejected]),
  };
  await rememberBeforeWriting(context, all, begun);
  await assertStillDesired(services, context);
}

function writePlan({ context, access }: Reconciliation, plan: LeasePlan): Promise<Written> {
  const { actual, recentlyRejected, named, without } = plan;
  const suspects = readSuspects(context, actual);
  return writeAccepted({
    actual,
    plan: without,
    write: access.write,
    compareNewestFirst: compareNewestFirst(context.accounts),
    rejectedBefore: new Set(listHeldAccounts(getHolds(context.state), 'rejected-principal')),
    recentlyRejected,
    named,
    isMember: createMemberTest(context.accounts),
    doubt: classifyDoubt(suspects),
  }).catch(explainRefusal(context, suspects));
}

const readWritten = async (
  { services, context: { desired }, access: { read } }: Reconciliation,
  { actual }: LeasePlan,
  { written }: Written,
): Promise<unknown> => (written.changed ? await readBack(services, desired, written.next, read) : actual);

interface WriteEnd {
  readonly written: Written;
  readonly after: unknown;
  readonly conflict: Conflict | undefined;
}

async function saveWritten(
  { services, request, lease, context, access }: Reconciliation,
  { actual: before }: LeasePlan,
  { written: { written: plan, ...rejections }, after, conflict }: WriteEnd,
): Promise<ResourceChange> {
  const identity = isKnownResource(context, before) ? context.state?.identity : await access.identify(after);
  return saveResult(services, context, lease, {
    runId: request.runId,
    plan,
    before,
    after,
    conflict,
    identity,
    readings: await readForVerification(services, request, context),
    ...rejections,
    toChange: (result) => toChange(services, request, result),
  });
}

async function saveUnwritten(
  { services, request, lease, context, access }: Reconciliation,
  { actual, first, recentlyRejected }: LeasePlan,
  conflict: Conflict | undefined,
): Promise<ResourceChange> {
  const { runId } = request;
  const rejections = { excluded: [...recentlyRejected].sort(), rejected: [] };
  const identity = context.state?.identity ?? (await access.identify(actual));
  const readings = await readForVerification(services, request, context);
  await assertStillDesired(services, context);
  const states = { before: actual, after: actual, identity, readings };
  return saveResult(services, context, lease, {
    runId,
    plan: first,
    conflict,
    ...states,
    ...rejections,
    toChange: (result) => toChange(services, request, attributeEarlierWrite(runId, context.state, result)),
  });
}
