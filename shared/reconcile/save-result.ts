import { type ActiveConfiguration, activationOf } from '../configuration/active-configuration.ts';
import { timestamp } from '../platform/clock.ts';
import { errorRecord } from '../platform/errors.ts';
import type { ResourceState, Tried } from '../store/ports.ts';
import { type Done, documents, gainsOf, leavingOf } from './change-record.ts';
import type { Verdict } from './conflict.ts';
import type { Picture } from './context.ts';
import type { DesiredResource } from './desired-resource.ts';
import { grantsOn } from './desired-resources.ts';
import { leftDigests } from './digest.ts';
import type { Leaving } from './grace-period.ts';
import type { Lease } from './lease.ts';
import type { ResourcePlan } from './plan-types.ts';
import { saidOf, triedNow } from './recent-rejections.ts';
import type { Written } from './rejected-principals.ts';
import { withheldError } from './removal-limit.ts';
import type { Services } from './services.ts';
import { unmanagedStatements } from './unmanaged-changes.ts';
import { gatheringAfter, type LastWrite } from './write-batching.ts';

/**
 * Marks come first: a run that dies after its write leaves statements that the table knows. Until it is settled, what
 * stands there may be ours, half-written, and by another configuration than the one that it was settled by, which may come
 * back into force.
 */
export async function rememberBeforeWriting(
  { clock }: Pick<Services, 'clock'>,
  { active, state, remember }: Picture,
  { owned }: ResourcePlan,
): Promise<void> {
  const remembered = state?.owned ?? [];
  await remember({
    appliedRevision: 0,
    generation: 0,
    ...state,
    configurationHash: state?.configurationHash === activationOf(active) ? activationOf(active) : '',
    owned: [...new Set([...remembered, ...owned])].sort(),
    writing: true,
    updatedAt: timestamp(clock),
  });
}

/**
 * Whose grace runs, of a resource that could not be planned, such as one that is too full with them: it ends all the same.
 * Nothing else is changed, so that others' changes are judged as before.
 */
export async function rememberGraces({ state, remember }: Picture, leaving: Leaving): Promise<void> {
  if (state === undefined || Object.keys(leaving).every((id) => state.leaving?.[id] !== undefined)) return;
  await remember({ ...state, leaving: { ...state.leaving, ...leaving } });
}

/** `after` is what was read, not what was to be written: it is what the run is verified by. */
export interface Ended extends Omit<Written, 'written'> {
  readonly runId: string;
  readonly plan: ResourcePlan;
  readonly before: unknown;
  readonly after: unknown;
  /** What is to be remembered of outsiders' changes. */
  readonly verdict: Verdict;
  /** As `GrantKind.identity`. */
  readonly identity: string | undefined;
}

/** Remembers how a resource was left, and says what happened. */
export async function settle(
  { clock }: Pick<Services, 'clock'>,
  { desired, active, revision, state, remember }: Picture,
  lease: Lease,
  { runId, plan, before, after, verdict, identity, ...aside }: Ended,
): Promise<Done> {
  const { setAside } = aside;
  const tried = setAside.length > 0 ? triedNow(clock, state?.tried, aside, revision) : undefined;
  const next = desired.kind.documents(plan.next, plan.owned);
  // Whoever wakes up after the lease has ended must not replace what the next holder remembers.
  lease.check();
  await remember({
    // While accounts are set aside or do not fit, it is settled for nobody, so that the next run tries them again.
    appliedRevision: setAside.length > 0 || plan.refused !== undefined ? 0 : revision,
    ...(tried === undefined || plan.refused !== undefined ? {} : { tried }),
    configurationHash: activationOf(active),
    owned: plan.owned,
    grants: grantsOn(desired),
    ...(plan.withheld.length === 0 ? {} : { withheld: plan.withheld }),
    ...(Object.keys(plan.remember).length === 0 ? {} : { leaving: plan.remember }),
    ...leftDigests(next, active.configuration.installation),
    unmanaged: unmanagedStatements(next, active.configuration.installation),
    ...verdict,
    ...(identity === undefined ? {} : { identity }),
    ...gathering(plan, state, { revision, now: clock.now(), unfinished: hasUntried(tried) }),
    leftBy: { runId, at: timestamp(clock) },
    generation: (state?.generation ?? 0) + 1,
    updatedAt: timestamp(clock),
  });
  return {
    ...judgement(desired, active, plan, setAside),
    ...saidOf(tried),
    ...gainsOf(plan, setAside),
    ...leavingOf(plan, active.configuration),
    before: documents(desired, before, state?.owned),
    after: documents(desired, after, plan.owned),
    size: plan.size,
    limit: plan.limit,
  };
}

/** Where a search ended before it had told them apart, somebody whom AWS accepts may be outside. */
const hasUntried = (tried: Tried | undefined): boolean =>
  tried?.setAside.some((id) => tried.refused?.[id] === undefined) === true;

function gathering(
  { changed }: ResourcePlan,
  state: ResourceState | undefined,
  write: LastWrite,
): Pick<ResourceState, 'gathering'> {
  if (changed) return { gathering: gatheringAfter(state?.gathering, write) };
  return state?.gathering === undefined ? {} : { gathering: state.gathering };
}

function judgement(
  { key }: DesiredResource,
  { configuration }: ActiveConfiguration,
  plan: ResourcePlan,
  setAside: readonly string[],
): Pick<Done, 'outcome' | 'error' | 'accountIds' | 'tookBack'> {
  const rejected = setAside.length === 0 ? {} : { accountIds: setAside };
  if (plan.refused !== undefined)
    return { outcome: 'refused', error: errorRecord(plan.refused), tookBack: true, ...rejected };
  const withheld =
    plan.withheld.length === 0
      ? {}
      : { error: errorRecord(withheldError(key, plan.withheld, configuration)) };
  if (setAside.length > 0) return { outcome: 'set-aside', accountIds: setAside, ...withheld };
  if (plan.withheld.length > 0) return { outcome: 'withheld', accountIds: plan.withheld, ...withheld };
  return { outcome: plan.changed ? 'written' : 'unchanged' };
}
