import { getGrantContext } from '../configuration/context.ts';
import type { GrantContext, Rendering, RenderRequest, RetainedFormerGrants } from '../grants/contract.ts';
import { UnsafeChangeError } from '../grants/errors.ts';
import type { GrantEntry } from '../grants/grant-schema.ts';
import { PolicyTooLargeError } from '../platform/aws/errors.ts';
import { OnboardingError } from '../platform/errors.ts';
import type { Hold } from '../store/ports.ts';
import { getBlockedRemovals, withBlockedRemovals } from './blocked-removals.ts';
import { renderOrExplain } from './capacity-suggestions.ts';
import { assertNoExposure } from './exposure.ts';
import {
  holdFormerRemovals,
  listKeptByFormerGrants,
  listUnjudgedLoss,
  planFormerGrants,
} from './former-grants.ts';
import { holdAdditions, listWithoutRoom } from './hold-additions.ts';
import { listHeldAccounts, listKeptAccounts, mergeHolds } from './holds.ts';
import type { PlannedShare, PlanRequest, Refusal, ResourcePlan } from './plan-types.ts';
import { collectUniqueIds, collectUnresolved, planShare } from './planned-share.ts';
import { createBlockedRemovalsError } from './removal-limit.ts';

/**
 * Plans one resource: what to change so that the present state becomes the desired state. Pure.
 * @throws OwnershipClashError if a statement has a Sid of this installation that the table does not have
 * @throws UnsafeChangeError if a managed statement would give access outside the organization
 * @throws PolicyTooLargeError, UnsafeChangeError if there is no room even for the accounts that have access now
 */
export function planResource(request: PlanRequest): ResourcePlan {
  const context = getGrantContext(request.configuration);
  const shares = sharesOf(request);
  try {
    const plan = planOrHoldAdditions(request, shares, context);
    return plan.refused === undefined
      ? plan
      : { ...plan, refused: stateBlockedRemovals(request, plan.refused, listBlockedIn([plan])) };
  } catch (error) {
    if (!(error instanceof OnboardingError)) throw error;
    const ids = collectUniqueIds([listBlockedIn(shares), getBlockedRemovals(error)]).sort();
    throw stateBlockedRemovals(
      request,
      error,
      ids.filter((id) => !request.excluded?.has(id)),
    );
  }
}

/** Adds the blocked removals to the error of a plan, so that the operator learns about both. */
const stateBlockedRemovals = (
  { desired: { key }, configuration, accounts }: PlanRequest,
  error: OnboardingError,
  blocked: readonly string[],
): OnboardingError =>
  withBlockedRemovals(
    error,
    blocked,
    { key, configuration, accounts },
    // `explainLackOfRoom` has tried the policy without these accounts, and it was still too large.
    error instanceof PolicyTooLargeError ? 'That makes room, but not for all accounts' : '',
  );

function planOrHoldAdditions(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  context: GrantContext,
): ResourcePlan {
  const { withoutRoom } = request;
  if (withoutRoom !== undefined)
    return planWithHeldAdditions(
      request,
      holdAdditions(shares, withoutRoom.held),
      context,
      withoutRoom.refused,
    );
  try {
    return planShares(request, shares, context);
  } catch (error) {
    const refused = explainRefusal(request, shares, context, error);
    if (refused === undefined) throw error;
    const held = listWithoutRoom(request, shares, (ids) =>
      hasRoom(request, holdAdditions(shares, ids), context),
    );
    return planWithHeldAdditions(request, holdAdditions(shares, held), context, refused);
  }
}

function hasRoom(request: PlanRequest, shares: readonly PlannedShare[], context: GrantContext): boolean {
  try {
    planShares(request, shares, context, { waiting: listWanted(request), render: renderOnly });
    return true;
  } catch (error) {
    if (error instanceof OnboardingError) return false;
    throw error;
  }
}

/** Why not all accounts fit. `undefined` if the error has another cause. */
function explainRefusal(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  context: GrantContext,
  error: unknown,
): Refusal | undefined {
  if (error instanceof PolicyTooLargeError) return explainLackOfRoom(request, shares, context, error);
  const exceedsSize = error instanceof UnsafeChangeError && error.cause instanceof PolicyTooLargeError;
  return exceedsSize ? error : undefined;
}

/**
 * Finds out why not all accounts fit. If they would fit after the blocked removals, the reason is the blocked removals.
 * Otherwise it is the size. Example: a grant changes from a condition on the organization to a list of 5 accounts.
 * Until an operator allows the removals, the list must have all members.
 */
function explainLackOfRoom(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  context: GrantContext,
  tooLarge: PolicyTooLargeError,
): Refusal {
  const blocked = listBlockedIn(shares);
  if (blocked.length === 0) return tooLarge;
  const { desired, actual, remembered } = request;
  const without = shares.map(({ entry, accounts, holds }) => {
    const own = new Set(listHeldAccounts(holds, 'removal-limit'));
    return { entry, accounts: accounts.filter(({ id }) => !own.has(id)) };
  });
  try {
    desired.kind.render({ ref: desired.ref, actual, remembered, context, shares: without });
  } catch {
    return tooLarge;
  }
  return createBlockedRemovalsError(desired.key, blocked, request, tooLarge);
}

/**
 * The plan for a policy that has no room for all accounts. Removals are made, accounts with access keep it, and each
 * new account without room has a hold.
 * @throws `refused` if the policy has no room even then, or if an account would lose access that a current grant gives
 * it
 */
function planWithHeldAdditions(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  context: GrantContext,
  refused: Refusal,
): ResourcePlan {
  const wanted = listWanted(request);
  const plan = planOrRefuse(request, refused, () =>
    planShares(request, shares, context, { waiting: wanted }),
  );
  const answeredFor = new Set(shares.flatMap(({ removed }) => removed));
  const lost = listUnjudgedLoss(request, shares, plan);
  if (lost.some((id) => wanted.has(id) && !answeredFor.has(id)))
    throw stateBlockedRemovals(request, refused, listBlockedIn([plan]));
  return { ...plan, refused };
}

/**
 * The accounts that a current grant selects, without excluded accounts. Needed when a grant was renamed: all its
 * accounts count as new then, and each keeps its access under the old name until the policy has room for it under the
 * new name.
 */
const listWanted = ({ desired, excluded }: PlanRequest): ReadonlySet<string> =>
  new Set(
    desired.shares
      .flatMap(({ accounts, unresolved = [] }) => [...accounts, ...unresolved].map(({ id }) => id))
      .filter((id) => !excluded?.has(id)),
  );

/** Plans again after an error. If that fails as well, throws the first error, because it is the cause. */
function planOrRefuse(request: PlanRequest, refused: Refusal, plan: () => ResourcePlan): ResourcePlan {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof OnboardingError)) throw error;
    throw stateBlockedRemovals(request, refused, getBlockedRemovals(error));
  }
}

interface PlanningOptions {
  /**
   * Accounts that a current grant selects and for which the policy may have no room. They keep their access by a former
   * grant. Default: none.
   */
  readonly waiting?: ReadonlySet<string>;
  /**
   * How to render the policy. Default: `renderOrExplain`, so that an error about the size suggests what would make
   * room. That takes time.
   */
  readonly render?: typeof renderOrExplain;
}

const renderOnly: typeof renderOrExplain = (kind, request) => kind.render(request);

function planShares(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  context: GrantContext,
  { waiting = new Set(), render = renderOrExplain }: PlanningOptions = {},
): ResourcePlan {
  const renderShares = (retainFormerGrants?: RetainedFormerGrants): Rendering<unknown> =>
    render(request.desired.kind, toRenderRequest(request, shares, context, retainFormerGrants));
  const current = renderShares();
  const { removed, blocked, retained } = planFormerGrants(request, shares, current, waiting);
  if (retained === undefined) return planOf(request, shares, current, { holds: [], kept: [], removed });
  const rendering = renderBesideFormerGrants(request, shares, blocked, () => renderShares(retained));
  const kept = listKeptByFormerGrants(request, rendering, current);
  const holds = holdFormerRemovals(request, kept, waiting);
  return planOf(request, shares, rendering, { holds, kept, removed });
}

const toRenderRequest = (
  { desired, actual, remembered }: PlanRequest,
  shares: readonly PlannedShare[],
  context: GrantContext,
  retainFormerGrants?: RetainedFormerGrants,
): RenderRequest<GrantEntry, unknown> => ({
  ref: desired.ref,
  actual,
  remembered,
  context,
  shares: shares.map(({ entry, accounts }) => ({ entry, accounts })),
  ...(retainFormerGrants === undefined ? {} : { retainFormerGrants }),
});

/**
 * @throws UnsafeChangeError if the policy has no room for all accounts together with the accounts whose removal is
 * blocked
 */
function renderBesideFormerGrants(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  blocked: readonly string[],
  render: () => Rendering<unknown>,
): Rendering<unknown> {
  try {
    return render();
  } catch (error) {
    if (!(error instanceof PolicyTooLargeError) || blocked.length === 0) throw error;
    const all = collectUniqueIds([listBlockedIn(shares), blocked]).sort();
    throw createBlockedRemovalsError(request.desired.key, all, request, error);
  }
}

/** The part of a plan that concerns former grants. */
interface FormerPart extends Pick<ResourcePlan, 'holds' | 'removed'> {
  /** Accounts that statements of former grants may still name. */
  readonly kept: readonly string[];
}

function planOf(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  rendering: Rendering<unknown>,
  former: FormerPart,
): ResourcePlan {
  const { desired, actual } = request;
  const holds = collectHolds([...shares, former]);
  const unresolved = shares.flatMap((share) => share.keptUnresolved);
  assertNoExposure(request, rendering, [...listKeptAccounts(holds), ...unresolved, ...former.kept]);
  return {
    ...rendering,
    changed: !desired.kind.isSame(actual, rendering.next),
    holds,
    added: collectUniqueIds(shares.map((share) => share.added)),
    removed: collectUniqueIds([...shares, former].map(({ removed }) => removed)).sort(),
    ...collectUnresolved(shares),
  };
}

/**
 * The accounts that keep access for now, found without rendering the policy. So grace periods also begin on a resource
 * that cannot be planned. When they have ended, planning may succeed.
 */
export const listRemovalHolds = (request: PlanRequest): readonly Hold[] => collectHolds(sharesOf(request));

/**
 * The accounts for which it is unknown whether a grant selects them. Works also for a resource that cannot be planned.
 */
export const findUnresolvedAccounts = (request: PlanRequest): Pick<ResourcePlan, 'unresolved'> =>
  collectUnresolved(sharesOf(request));

const sharesOf = (request: PlanRequest): readonly PlannedShare[] =>
  request.desired.shares.map((share) => planShare(share, request, getGrantContext(request.configuration)));

const collectHolds = (parts: readonly Pick<ResourcePlan, 'holds'>[]): readonly Hold[] =>
  mergeHolds(parts.flatMap(({ holds }) => holds));

/** The accounts whose removal the removal limit blocks, ordered. */
const listBlockedIn = (parts: readonly Pick<ResourcePlan, 'holds'>[]): string[] =>
  collectUniqueIds(parts.map(({ holds }) => listHeldAccounts(holds, 'removal-limit'))).sort();
