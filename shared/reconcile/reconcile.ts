import { activationOf, activeConfiguration } from '../configuration/active-configuration.ts';
import { grantContext } from '../configuration/context.ts';
import { ServiceUnavailableError } from '../platform/aws/errors.ts';
import { type Clock, timestamp } from '../platform/clock.ts';
import { errorRecord, OnboardingError } from '../platform/errors.ts';
import type { ResourceChange, ResourceState, Store } from '../store/ports.ts';
import { requireShown } from './assert-plan-shown.ts';
import { refuseWhatIsForgotten } from './assert-still-desired.ts';
import { withOtherReasons } from './blocked-removals.ts';
import type { Done } from './change-record.ts';
import { contest, verdictOnLiving } from './conflict.ts';
import { isMemberOf, namedAccounts, newestFirst, type Picture, picture } from './context.ts';
import { desiredResource, grantsOn } from './desired-resources.ts';
import { documentsDifference } from './differences.ts';
import { doubtOf, explainRefusal, refuseUnlessAccountsChanged, suspectsIn } from './explain-refusal.ts';
import { hasNewGrace, isSettled, isWorthALook, servedRevision } from './is-up-to-date.ts';
import { busy, type Lease, type LeaseLook, type LeaseWait, withLease } from './lease.ts';
import { gone, readUnlessGone, resting, stateOfGone } from './missing-resource.ts';
import { outcomeOfError } from './outcome.ts';
import { planResource, whoseGraceRuns } from './plan.ts';
import type { PlanRequest, ResourcePlan } from './plan-types.ts';
import { readBack } from './read-back.ts';
import { leftOut } from './recent-rejections.ts';
import { writeAccepted } from './rejected-principals.ts';
import { identityOf } from './resource-identity.ts';
import { rememberBeforeWriting, rememberGraces, settle } from './save-result.ts';
import type { Services } from './services.ts';
import { gathersUntil } from './write-batching.ts';

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
  /** `ownDigest` of the documents that an operator has seen as desired. Nothing else is written then. Default: anything. */
  readonly shown?: string | undefined;
  /** A person has seen the plan: what others changed is restored, however often they did. Default: false. */
  readonly decided?: boolean;
  /** Waits while newcomers are gathered for the next write of a resource. Default: false. */
  readonly gathers?: boolean;
  /** The accounts that the run is for. Default: all. */
  readonly accountIds?: readonly string[];
}

/** What the table remembers of a resource, as a plan asks for it. */
export const remembered = (state: ResourceState | undefined, hash: string) => ({
  remembered: state?.owned ?? [],
  waiting: new Set(state?.configurationHash === hash ? state.withheld : []),
  leaving: state?.leaving ?? {},
});

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
        look: () => lookBeforeLease(services, request),
      },
      (lease) => reconcileUnlessOvertaken(services, request, lease),
    );
    // Where another run has done the work, its record says what changed, and what we planned proves nothing.
    const { before, after, added, removed, ...own } = planned;
    return done === undefined
      ? finished(services.clock, own, { outcome: 'unchanged' })
      : finished(services.clock, withoutWhom(planned), done);
  } catch (error) {
    return finished(services.clock, planned, { outcome: outcomeOfError(error), error: errorRecord(error) });
  }
}

const lookBeforeLease = async (services: Services, request: ReconcileRequest): Promise<LeaseLook> =>
  lookAt(services, request, await services.store.resources.get(request.planned.resource));

async function lookAt(
  { store, clock }: Services,
  request: ReconcileRequest,
  state: ResourceState | undefined,
): Promise<LeaseLook> {
  if (await settledSincePlan(store, request, state)) return { settled: true };
  return { settled: false, ...(request.gathers === true && { notBefore: gathersUntil(state, clock.now()) }) };
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
): Promise<Done | undefined> {
  const state = await services.store.resources.get(request.planned.resource);
  if (request.gathers === true) {
    const { settled, notBefore = 0 } = await lookAt(services, request, state);
    if (settled) return undefined;
    if (services.clock.now() < notBefore) throw busy(request.planned.resource);
  }
  return reconcileHolding(services, request, lease, state);
}

/** What the plan saw to do is done only by a reconciliation that completed after the plan. */
async function settledSincePlan(
  store: Store,
  { planned, revision, accountIds }: ReconcileRequest,
  state: ResourceState | undefined,
): Promise<boolean> {
  if (isWorthALook(planned) || state === undefined) return false;
  // The configuration need not be read for what another has not done yet, as often as somebody waits for it.
  if (servedRevision(state, accountIds) < revision) return false;
  const isLeftToDo = planned.planned === 'change' || hasNewGrace(planned, state);
  if (isLeftToDo && state.generation <= (planned.plannedGeneration ?? 0)) return false;
  const active = await activeConfiguration(store);
  const desired = desiredResource(active, [], planned.resource);
  if (desired === undefined) return false;
  return isSettled(state, { revision, hash: activationOf(active), grants: grantsOn(desired), accountIds });
}

/** What was planned stays on record where nothing was done; how an attempt before this one ended does not. */
function finished(clock: Clock, planned: ResourceChange, done: Done): ResourceChange {
  const { outcome, error, accountIds, tookBack, reason, ambiguous, ...kept } = planned;
  return { ...kept, ...done, finishedAt: timestamp(clock) };
}

/** Whom it was to be for, and who was on the way out, says the plan that was written. */
function withoutWhom({ added, removed, leaving, ...planned }: ResourceChange): ResourceChange {
  return planned;
}

async function reconcileHolding(
  services: Services,
  request: ReconcileRequest,
  lease: Lease,
  state: ResourceState | undefined,
): Promise<Done> {
  const { resource } = request.planned;
  const seen = await picture(services, resource, state);
  if (seen === undefined) return { outcome: 'unchanged' };
  const { desired, active } = seen;
  const context = grantContext(active.configuration);
  const aws = services.aws(request.runId, active.configuration);
  const actual = await readUnlessGone(desired, () =>
    desired.kind.read(aws.reader(desired.ref), desired.ref, context),
  );
  if (actual === resting) return { outcome: 'unchanged' };
  if (actual === gone) {
    lease.check();
    await seen.remember(stateOfGone(seen, timestamp(services.clock)));
    return { outcome: 'unchanged' };
  }
  const memory = {
    ...remembered(state, activationOf(active)),
    now: request.asOf ?? timestamp(services.clock),
  };
  const asked = { ...seen, ...active, ...memory, actual };
  const all = await firstPlan(seen, lease, asked);
  return reconcilePlanned(services, request, lease, { seen, asked, all }).catch((error: unknown) => {
    throw withOtherReasons(error, all, { key: desired.key, configuration: active.configuration });
  });
}

interface PlannedOnce {
  readonly seen: Picture;
  readonly asked: PlanRequest;
  /** The plan for all accounts. */
  readonly all: ResourcePlan;
}

async function reconcilePlanned(
  services: Services,
  request: ReconcileRequest,
  lease: Lease,
  { seen, asked, all }: PlannedOnce,
): Promise<Done> {
  const { desired, active, state } = seen;
  const { actual } = asked;
  const context = grantContext(active.configuration);
  const aws = services.aws(request.runId, active.configuration);
  const plan = (setAside: ReadonlySet<string>): ResourcePlan =>
    setAside.size === 0
      ? all
      : planResource({ ...asked, setAside, ...(all.refused && { refused: all.refused }) });
  const { decided = false, runId, accountIds } = request;
  const by = { runId };
  const named = namedAccounts(seen, actual, context);
  const now = services.clock.now();
  const without = leftOut({ tried: state?.tried, plan: all, named, accountIds, now });
  const first = plan(without);
  const identify = (state: unknown) => identityOf(desired, aws.reader(desired.ref), state);
  const look = { actual, changed: first.changed, at: services.clock.now(), decided };
  const verdict = await verdictOnLiving(seen, look, () => identify(actual));
  if (!first.changed) {
    const aside = { setAside: [...without].sort(), refused: [] };
    const identity = state?.identity ?? (await identify(actual));
    const unwritten = { ...by, plan: first, before: actual, after: actual, ...aside, verdict, identity };
    return doneBefore(request.planned, state, await settle(services, seen, lease, unwritten));
  }
  requireShown(request.shown, seen, all);
  lease.check();
  if (verdict.contested !== undefined) throw await contest(services, seen, verdict);
  refuseUnlessAccountsChanged(request.planned, seen.revision);
  await rememberBeforeWriting(services, seen, all);
  await refuseWhatIsForgotten(services, seen);
  const clients = aws.writer(desired.ref, lease.check);
  const suspects = suspectsIn(seen, actual);
  const { written, ...refused } = await writeAccepted({
    actual,
    plan,
    write: (from, to) => sent(lease, desired.kind.write(clients, desired.ref, { from, to }, context)),
    newestFirst: newestFirst(seen.accounts),
    refusedBefore: new Set(state?.tried?.setAside),
    leftOut: without,
    named,
    isMember: isMemberOf(seen.accounts),
    doubt: doubtOf(suspects),
  }).catch(explainRefusal(seen, suspects));
  const read = () => desired.kind.read(aws.reader(desired.ref), desired.ref, context);
  const after = written.changed ? await readBack(services, desired, written.next, read) : actual;
  const identity = await identify(after);
  const ended = { ...by, plan: written, before: actual, after, verdict, identity };
  return settle(services, seen, lease, { ...ended, ...refused });
}

async function firstPlan(seen: Picture, lease: Lease, asked: PlanRequest): Promise<ResourcePlan> {
  try {
    return planResource(asked);
  } catch (error) {
    lease.check();
    await rememberGraces(seen, whoseGraceRuns(asked));
    throw error;
  }
}

/**
 * The plan saw a difference, no reconciliation has ended since, and the difference is gone: an attempt of this run
 * that never heard the answer has written it.
 */
function doneBefore(planned: ResourceChange, state: ResourceState | undefined, done: Done): Done {
  const { before } = planned;
  const others = (state?.generation ?? 0) !== (planned.plannedGeneration ?? 0);
  if (done.outcome !== 'unchanged' || before === undefined || others) return done;
  if (documentsDifference(before, done.before).length === 0) return done;
  const { added, removed } = planned;
  const gains = { ...(added === undefined ? {} : { added }), ...(removed === undefined ? {} : { removed }) };
  return { ...done, outcome: 'written', before, ...gains };
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
