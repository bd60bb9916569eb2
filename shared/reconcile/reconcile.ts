import { getActivationId, getActiveConfiguration } from '../configuration/active-configuration.ts';
import { getGrantContext } from '../configuration/context.ts';
import { ServiceUnavailableError } from '../platform/aws/errors.ts';
import { getTimestamp } from '../platform/clock.ts';
import { OnboardingError, toErrorRecord } from '../platform/errors.ts';
import type { ResourceChange, ResourceState, Store } from '../store/ports.ts';
import { requirePlanShown } from './assert-plan-shown.ts';
import { assertStillDesired } from './assert-still-desired.ts';
import { toUndone, withOtherReasons } from './blocked-removals.ts';
import {
  attributeEarlierWrite,
  type ReconcileResult,
  toChangeRecord,
  withoutPlannedAccounts,
} from './change-record.ts';
import { isOpenConflict, judgeConflict, recordConflict } from './conflict.ts';
import {
  compareNewestFirst,
  createMemberTest,
  listNamedAccounts,
  loadContext,
  type ReconcileContext,
  toRememberedState,
} from './context.ts';
import { findDesiredResource, listGrantNames } from './desired-resources.ts';
import {
  classifyDoubt,
  explainRefusal,
  readSuspects,
  refuseUnlessAccountsChanged,
} from './explain-refusal.ts';
import { getHolds, listHeldAccounts } from './holds.ts';
import {
  getEffectiveRevision,
  getGeneration,
  hasNewGrace,
  isUpToDate,
  needsReconcileAnyway,
} from './is-up-to-date.ts';
import { createBusyError, type Lease, type LeasePrecheck, type LeaseWait, withLease } from './lease.ts';
import { missing, pendingDeletion, readUnlessMissing, toMissingState } from './missing-resource.ts';
import { toErrorOutcome } from './outcome.ts';
import { listRemovalHolds, planResource } from './plan.ts';
import type { PlanRequest, ResourcePlan } from './plan-types.ts';
import { readBack } from './read-back.ts';
import { findRecentlyRejected } from './recent-rejections.ts';
import { readIdentity } from './resource-identity.ts';
import { rememberBeforeWriting, rememberGraces, saveResult } from './save-result.ts';
import type { Services } from './services.ts';
import { writeAccepted } from './write-accepted.ts';
import { getBatchWindowEnd } from './write-batching.ts';

export interface ReconcileRequest {
  readonly runId: string;
  /** What the run has planned for the resource. */
  readonly planned: ResourceChange;
  /** The revision that the resource must be written from at least. */
  readonly revision: number;
  /** The time that graces are judged by, ISO 8601. Default: now. */
  readonly asOf?: string;
  /** How long to wait while another run holds the lease. Default: a few seconds. */
  readonly wait?: LeaseWait | undefined;
  /** `computeShownDigest` of the plan that an operator has seen. Nothing else is written then. Default: anything. */
  readonly shown?: string | undefined;
  /** An operator has seen the plan: what others changed is restored, however often they did. Default: false. */
  readonly decided?: boolean;
  /** Waits while new accounts are gathered for the next write of a resource. Default: false. */
  readonly gathers?: boolean;
  /** The accounts that the run is for. Default: all. */
  readonly accountIds?: readonly string[];
}

/**
 * Brings one resource to the state of the registry as it is now, under its lease: read, render all accounts, write
 * once where it differs, read back. What happened is the result; nothing is thrown but what stops the whole run.
 */
export async function reconcileResource(
  services: Services,
  request: ReconcileRequest,
): Promise<ResourceChange> {
  const { planned, runId } = request;
  try {
    const done = await withLease(
      services,
      {
        resource: planned.resource,
        runId,
        wait: request.wait,
        look: () => checkBeforeLease(services, request),
      },
      (lease) => reconcileUnlessOvertaken(services, request, lease),
    );
    // Where another run has done the work, its record says what changed, and what we planned proves nothing.
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

const checkBeforeLease = async (services: Services, request: ReconcileRequest): Promise<LeasePrecheck> =>
  lookAt(services, request, await services.store.resources.get(request.planned.resource));

async function lookAt(
  { store, clock }: Services,
  request: ReconcileRequest,
  state: ResourceState | undefined,
): Promise<LeasePrecheck> {
  if (await settledSincePlan(store, request, state)) return { settled: true };
  return {
    settled: false,
    ...(request.gathers === true && { notBefore: getBatchWindowEnd(state, clock.now()) }),
  };
}

/**
 * Between the look and the lease another may have written: then it is looked again, so that no two of a crowd write
 * one after the other.
 * @throws ResourceBusyError where the next write is to gather others first
 */
async function reconcileUnlessOvertaken(
  services: Services,
  request: ReconcileRequest,
  lease: Lease,
): Promise<ReconcileResult | undefined> {
  const state = await services.store.resources.get(request.planned.resource);
  if (request.gathers === true) {
    const { settled, notBefore = 0 } = await lookAt(services, request, state);
    if (settled) return undefined;
    if (services.clock.now() < notBefore) throw createBusyError(request.planned.resource);
  }
  return reconcileWithLease(services, request, lease, state);
}

/** What the plan saw to do is done only by a reconciliation that completed after the plan. */
async function settledSincePlan(
  store: Store,
  { planned, revision, accountIds }: ReconcileRequest,
  state: ResourceState | undefined,
): Promise<boolean> {
  if (needsReconcileAnyway(planned) || state === undefined) return false;
  // The configuration need not be read for what another has not done yet, as often as somebody waits for it.
  if (getEffectiveRevision(state, accountIds) < revision) return false;
  const isLeftToDo = planned.planned === 'change' || hasNewGrace(planned, state);
  if (isLeftToDo && getGeneration(state) <= (planned.plannedGeneration ?? 0)) return false;
  const active = await getActiveConfiguration(store);
  const desired = findDesiredResource(active, [], planned.resource);
  if (desired === undefined) return false;
  return isUpToDate(state, {
    revision,
    hash: getActivationId(active),
    grants: listGrantNames(desired),
    accountIds,
  });
}

async function reconcileWithLease(
  services: Services,
  request: ReconcileRequest,
  lease: Lease,
  state: ResourceState | undefined,
): Promise<ReconcileResult> {
  const { resource } = request.planned;
  const seen = await loadContext(services, resource, state);
  if (seen === undefined) return { outcome: 'unchanged' };
  const { desired, active } = seen;
  const context = getGrantContext(active.configuration);
  const aws = services.aws(request.runId, active.configuration);
  const actual = await readUnlessMissing(desired, () =>
    desired.kind.read(aws.getReader(desired.ref), desired.ref, context),
  );
  if (actual === pendingDeletion) return { outcome: 'unchanged' };
  if (actual === missing) {
    lease.check();
    await seen.remember(toMissingState(seen, { runId: request.runId, at: getTimestamp(services.clock) }));
    return { outcome: 'unchanged' };
  }
  const memory = {
    ...toRememberedState(state, getActivationId(active)),
    now: request.asOf ?? getTimestamp(services.clock),
  };
  const asked = { ...seen, ...active, ...memory, actual };
  const all = await firstPlan(seen, lease, asked);
  return reconcilePlanned(services, request, lease, { seen, asked, all }).catch((error: unknown) => {
    throw withOtherReasons(error, toUndone(all), { ...asked, key: desired.key });
  });
}

interface PlannedOnce {
  readonly seen: ReconcileContext;
  readonly asked: PlanRequest;
  /** The plan for all accounts. */
  readonly all: ResourcePlan;
}

async function reconcilePlanned(
  services: Services,
  request: ReconcileRequest,
  lease: Lease,
  { seen, asked, all }: PlannedOnce,
): Promise<ReconcileResult> {
  const { desired, active, state } = seen;
  const { actual } = asked;
  const context = getGrantContext(active.configuration);
  const aws = services.aws(request.runId, active.configuration);
  const plan = (excluded: ReadonlySet<string>): ResourcePlan =>
    excluded.size === 0
      ? all
      : planResource({ ...asked, excluded, ...(all.refused && { refused: all.refused }) });
  const { decided = false, runId, accountIds } = request;
  const by = { runId };
  const named = listNamedAccounts(seen, actual, context);
  const now = services.clock.now();
  const without = findRecentlyRejected({ holds: getHolds(state), plan: all, named, accountIds, now });
  const first = plan(without);
  const identify = (state: unknown) => readIdentity(desired, aws.getReader(desired.ref), state);
  const look = { actual, changed: first.changed, at: services.clock.now(), decided };
  const conflict = await judgeConflict(seen, look, () => identify(actual));
  if (!first.changed) {
    const aside = { excluded: [...without].sort(), rejected: [] };
    const identity = state?.identity ?? (await identify(actual));
    const unwritten = { ...by, plan: first, before: actual, after: actual, ...aside, conflict, identity };
    return attributeEarlierWrite(request.planned, state, await saveResult(services, seen, lease, unwritten));
  }
  requirePlanShown(request.shown, seen, all);
  lease.check();
  if (isOpenConflict(conflict)) throw await recordConflict(seen, conflict);
  refuseUnlessAccountsChanged(request.planned, seen.revision);
  await rememberBeforeWriting(seen, all);
  await assertStillDesired(services, seen);
  const clients = aws.getWriter(desired.ref, lease.check);
  const suspects = readSuspects(seen, actual);
  const { written, ...aside } = await writeAccepted({
    actual,
    plan,
    write: (from, to) => sent(lease, desired.kind.write(clients, desired.ref, { from, to }, context)),
    compareNewestFirst: compareNewestFirst(seen.accounts),
    rejectedBefore: new Set(listHeldAccounts(getHolds(state), 'rejected-principal')),
    recentlyRejected: without,
    named,
    isMember: createMemberTest(seen.accounts),
    doubt: classifyDoubt(suspects),
  }).catch(explainRefusal(seen, suspects));
  const read = () => desired.kind.read(aws.getReader(desired.ref), desired.ref, context);
  const after = written.changed ? await readBack(services, desired, written.next, read) : actual;
  const identity = await identify(after);
  const ended = { ...by, plan: written, before: actual, after, conflict, identity };
  return saveResult(services, seen, lease, { ...ended, ...aside });
}

async function firstPlan(seen: ReconcileContext, lease: Lease, asked: PlanRequest): Promise<ResourcePlan> {
  try {
    return planResource(asked);
  } catch (error) {
    lease.check();
    await rememberGraces(seen, listRemovalHolds(asked));
    throw error;
  }
}

/** An answer that never came may belong to a write that still takes effect; a clear refusal does not. */
async function sent(lease: Lease, write: Promise<void>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof OnboardingError) || error instanceof ServiceUnavailableError) lease.keep();
    throw error;
  }
}
