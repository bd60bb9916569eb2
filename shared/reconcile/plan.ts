import { getGrantContext } from '../configuration/context.ts';
import type { GrantContext, Rendering, RetainedFormerGrants } from '../grants/contract.ts';
import { UnsafeChangeError } from '../grants/errors.ts';
import { PolicyTooLargeError } from '../platform/aws/errors.ts';
import { OnboardingError } from '../platform/errors.ts';
import type { Hold } from '../store/ports.ts';
import { getBlockedRemovals, withBlockedRemovals } from './blocked-removals.ts';
import { renderOrExplain } from './capacity-suggestions.ts';
import { assertNoExposure } from './exposure.ts';
import { listNamedIn, silentLoss, stillNamed, unknownLoss } from './former-grants.ts';
import { blockRemoval } from './hold-removals.ts';
import { listHeldAccounts, listKeptAccounts, mergeHolds, toCapacityHold } from './holds.ts';
import type { PlannedShare, PlanRequest, Refusal, ResourcePlan } from './plan-types.ts';
import { collectUniqueIds, collectUnresolved, planShare } from './planned-share.ts';
import { withheldError } from './removal-limit.ts';

/**
 * The difference between what is there and what should be. Pure.
 * @throws OwnershipClashError, UnsafeChangeError (a statement of ours would reach too far)
 * @throws PolicyTooLargeError, UnsafeChangeError where not all fit, and there is nothing to take back
 */
export function planResource(request: PlanRequest): ResourcePlan {
  const context = getGrantContext(request.configuration);
  const shares = sharesOf(request);
  try {
    const plan = planOrTakeBack(request, shares, context);
    return plan.refused === undefined
      ? plan
      : { ...plan, refused: stating(request, plan.refused, listBlockedIn([plan])) };
  } catch (error) {
    if (!(error instanceof OnboardingError)) throw error;
    const ids = collectUniqueIds([listBlockedIn(shares), getBlockedRemovals(error)]).sort();
    throw stating(
      request,
      error,
      ids.filter((id) => !request.excluded?.has(id)),
    );
  }
}

/** No reason hides from an operator that removals are blocked as well. */
const stating = (
  { desired: { key }, configuration, accounts }: PlanRequest,
  error: OnboardingError,
  blocked: readonly string[],
): OnboardingError =>
  withBlockedRemovals(
    error,
    blocked,
    { key, configuration, accounts },
    // `reasonOf` has tried a plan without these accounts, and it is too large as well.
    error instanceof PolicyTooLargeError ? 'That makes room, though too little for all' : '',
  );

function planOrTakeBack(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  context: GrantContext,
): ResourcePlan {
  if (request.refused !== undefined) return planRemovalsOnly(request, shares, context, request.refused);
  try {
    return planShares(request, shares, context);
  } catch (error) {
    const refused = refusal(request, shares, context, error);
    if (refused === undefined) throw error;
    const plan = planRemovalsOnly(request, shares, context, refused);
    if (plan.changed) return plan;
    throw stating(request, refused, listBlockedIn([plan]));
  }
}

/** Why not all fit; `undefined` for any other error. */
function refusal(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  context: GrantContext,
  error: unknown,
): Refusal | undefined {
  if (error instanceof PolicyTooLargeError) return reasonOf(request, shares, context, error);
  const exceedsSize = error instanceof UnsafeChangeError && error.cause instanceof PolicyTooLargeError;
  return exceedsSize ? error : undefined;
}

/**
 * Where all would fit but for those whose removal is withheld, such as the whole organization that a condition let in
 * and a list is to, it is that which an operator must decide.
 */
function reasonOf(
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
  return withheldError(desired.key, blocked, request, tooLarge);
}

/**
 * If not all accounts fit, new accounts wait. Removals do not wait with them. If a grant lists no accounts, a condition
 * decides which accounts have access, so none of them waits: without the owner the statements would not be complete.
 * @throws `refused` if that would remove access that a grant still gives
 */
function planRemovalsOnly(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  context: GrantContext,
  refused: Refusal,
): ResourcePlan {
  const withoutNewAccounts = shares.map(holdNewAccounts);
  const plan = planOrRefuse(request, refused, () => planShares(request, withoutNewAccounts, context));
  // Under a grant's new name every account is new. Statements of the old name stay until the accounts fit.
  const wanted = new Set(
    request.desired.shares.flatMap(({ accounts, unresolved = [] }) =>
      [...accounts, ...unresolved].map(({ id }) => id),
    ),
  );
  const answeredFor = new Set(shares.flatMap(({ removed }) => removed));
  const lost = [...plan.removed, ...unknownLoss(request, shares, plan)];
  if (lost.some((id) => wanted.has(id) && !answeredFor.has(id)))
    throw stating(request, refused, listBlockedIn([plan]));
  return { ...plan, refused };
}

function holdNewAccounts(share: PlannedShare): PlannedShare {
  if (!listsAccounts(share)) return { ...share, added: [] };
  const fit = share.accounts.filter(({ id }) => share.granted.mayAdmit(id));
  const waiting = share.accounts.filter(({ id }) => !share.granted.mayAdmit(id));
  const holds = waiting.map(({ id }) => toCapacityHold(id));
  return { ...share, accounts: fit, holds: [...share.holds, ...holds], added: [] };
}

const listsAccounts = ({ entry: { match = 'accounts' } }: PlannedShare): boolean => match === 'accounts';

/** The first reason stays the reason. */
function planOrRefuse(request: PlanRequest, refused: Refusal, plan: () => ResourcePlan): ResourcePlan {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof OnboardingError)) throw error;
    throw stating(request, refused, getBlockedRemovals(error));
  }
}

function planShares(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  context: GrantContext,
): ResourcePlan {
  const rendering = renderShares(request, shares, context);
  const loss = silentLoss(request, rendering, shares);
  if (loss.blocked.length === 0)
    return planOf(request, shares, rendering, { blocked: [], named: [], removed: loss.gone });
  const keeping = renderKeeping(request, shares, context, loss.blocked);
  // Kept statements stay as they are, even if they name an account that another grant removes.
  const named = [...listNamedIn(request, request.actual, request.remembered)];
  const blocked = [...loss.blocked, ...stillNamed(request, shares, keeping)];
  return planOf(request, shares, keeping, { blocked, named, removed: [] });
}

const renderShares = (
  { desired, actual, remembered }: PlanRequest,
  shares: readonly PlannedShare[],
  context: GrantContext,
  retainFormerGrants?: RetainedFormerGrants,
): Rendering<unknown> =>
  renderOrExplain(desired.kind, {
    ref: desired.ref,
    actual,
    remembered,
    context,
    shares: shares.map(({ entry, accounts }) => ({ entry, accounts })),
    ...(retainFormerGrants === undefined ? {} : { retainFormerGrants }),
  });

/** @throws UnsafeChangeError where not all fit beside what is kept */
function renderKeeping(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  context: GrantContext,
  blocked: readonly string[],
): Rendering<unknown> {
  const { desired } = request;
  try {
    return renderShares(request, shares, context, { without: new Set() });
  } catch (error) {
    if (!(error instanceof PolicyTooLargeError)) throw error;
    const all = collectUniqueIds([listBlockedIn(shares), blocked]).sort();
    throw withheldError(desired.key, all, request, error);
  }
}

/** What happens to accounts that no share is about. */
interface Unclaimed {
  /** Their removal is blocked. */
  readonly blocked: readonly string[];
  /** Accounts that statements may still name. */
  readonly named: readonly string[];
  readonly removed: readonly string[];
}

function planOf(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  rendering: Rendering<unknown>,
  unclaimed: Unclaimed,
): ResourcePlan {
  const { desired, actual } = request;
  const holds = collectHolds(shares);
  const unresolved = shares.flatMap((share) => share.keptUnresolved);
  assertNoExposure(request, rendering, [...listKeptAccounts(holds), ...unresolved, ...unclaimed.named]);
  const blocked = unclaimed.blocked.map((id) => blockRemoval(request, id));
  return {
    ...rendering,
    changed: !desired.kind.isSame(actual, rendering.next),
    holds: blocked.length === 0 ? holds : mergeHolds([...holds, ...blocked]),
    added: collectUniqueIds(shares.map((share) => share.added)),
    removed: collectUniqueIds([...shares.map((share) => share.removed), unclaimed.removed]).sort(),
    ...collectUnresolved(shares),
  };
}

/**
 * The accounts that keep access for now. They need no rendering: what cannot be planned while they keep their access can be
 * planned once their grace periods have ended.
 */
export const listRemovalHolds = (request: PlanRequest): readonly Hold[] => collectHolds(sharesOf(request));

/** The same accounts as a plan states, also of a resource that cannot be planned. */
export const findUnresolvedAccounts = (request: PlanRequest): Pick<ResourcePlan, 'unresolved'> =>
  collectUnresolved(sharesOf(request));

const sharesOf = (request: PlanRequest): readonly PlannedShare[] =>
  request.desired.shares.map((share) => planShare(share, request, getGrantContext(request.configuration)));

const collectHolds = (shares: readonly PlannedShare[]): readonly Hold[] =>
  mergeHolds(shares.flatMap(({ holds }) => holds));

/** Accounts whose removal is blocked, ordered. */
const listBlockedIn = (parts: readonly Pick<ResourcePlan, 'holds'>[]): string[] =>
  collectUniqueIds(parts.map(({ holds }) => listHeldAccounts(holds, 'removal-limit'))).sort();
