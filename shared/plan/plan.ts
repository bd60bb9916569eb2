import { grantContext } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import { OnboardingError, PolicyTooLargeError, UnsafeChangeError } from '../errors.ts';
import type { GrantContext, Rendering, Share } from '../grants/contract.ts';
import type { GrantEntry } from '../grants/entry.ts';
import { listed } from '../grants/let-in.ts';
import { type Account, isClosed, isMember } from '../organization/account.ts';
import { accountIdsIn } from '../policy/accounts.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { ownedStatements } from '../policy/owned.ts';
import { exposures } from '../policy/safety.ts';
import type { DesiredResource } from './desired.ts';
import { type Grace, goingSince, isInGrace, type Leaving } from './grace.ts';
import { rendered } from './remedies.ts';
import { withheldError } from './withheld.ts';

export interface PlanRequest extends Grace {
  readonly desired: DesiredResource;
  readonly actual: unknown;
  /** What the table remembers as written by us. */
  readonly remembered: readonly string[];
  readonly configuration: Configuration;
  /** All accounts of the registry. */
  readonly accounts: readonly Account[];
  /** Accounts that AWS does not accept as principals now: left out, also where they would be kept. */
  readonly setAside?: ReadonlySet<string>;
  /**
   * Accounts whose removal the last plan by this same configuration withheld. They wait on even where newcomers have
   * made them a small share since; only another configuration ends that. Default: none.
   */
  readonly waiting?: ReadonlySet<string>;
  /** Why newcomers do not fit, as an earlier plan of the same has found: this one only takes back, too. */
  readonly refused?: Refusal;
}

/** Not all fit; `UnsafeChangeError` where they only do not beside those who keep it until a person allows their removal. */
type Refusal = PolicyTooLargeError | UnsafeChangeError;

/** What should be done to one resource. Made without writing. */
export interface ResourcePlan extends Rendering<unknown> {
  readonly changed: boolean;
  /** Accounts that would lose the resource, but keep it until a person allows so many removals at once. */
  readonly withheld: readonly string[];
  /** Accounts that no grant gives what they have, and that keep it until their grace ends: since when. */
  readonly leaving: Leaving;
  /** What the next plan has to know: these, and those withheld after their grace. */
  readonly remember: Leaving;
  /** Accounts that gain something on it, ordered as in the registry. */
  readonly added: readonly string[];
  /** Accounts that lose something on it, ordered. */
  readonly removed: readonly string[];
  /** Why nobody is added, where not all fit: then the plan only takes back. */
  readonly refused?: Refusal;
}

/**
 * The difference between what is there and what should be. Pure.
 * @throws OwnershipClashError, UnsafeChangeError (a statement of ours would reach too far)
 * @throws PolicyTooLargeError, UnsafeChangeError where not all fit, and there is nothing to take back
 */
export function planResource(request: PlanRequest): ResourcePlan {
  const context = grantContext(request.configuration);
  const shares = request.desired.shares.map((share) => planShare(share, request, context));
  if (request.refused !== undefined) return takingBack(request, shares, context, request.refused);
  try {
    return planShares(request, shares, context);
  } catch (error) {
    const refused = refusal(request, shares, context, error);
    if (refused === undefined) throw error;
    const plan = takingBack(request, shares, context, refused);
    if (plan.changed) return plan;
    throw refused;
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
  const isCrowded = error instanceof UnsafeChangeError && error.cause instanceof PolicyTooLargeError;
  return isCrowded ? error : undefined;
}

/**
 * Where all would fit but for those whose removal is withheld, such as the whole organisation that a condition let in
 * and a list is to, it is that which a person must decide.
 */
function reasonOf(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  context: GrantContext,
  tooLarge: PolicyTooLargeError,
): Refusal {
  const { withheld } = staying(shares);
  if (withheld.length === 0) return tooLarge;
  const { desired, actual, remembered, configuration } = request;
  const without = shares.map(({ entry, accounts, withheld: own }) => ({
    entry,
    accounts: accounts.filter(({ id }) => !own.includes(id)),
  }));
  try {
    desired.kind.render({ ref: desired.ref, actual, remembered, context, shares: without });
  } catch {
    return tooLarge;
  }
  return withheldError(desired.key, withheld, configuration, tooLarge);
}

/**
 * Where not all fit, newcomers wait; whoever should lose something does not wait with them.
 * @throws `refused` where that cannot be done without taking from those whom a grant wants
 */
function takingBack(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  context: GrantContext,
  refused: Refusal,
): ResourcePlan {
  const withoutNewcomers = shares.map((share) => ({
    ...share,
    accounts: share.accounts.filter(({ id }) => share.granted.has(id)),
    added: [],
  }));
  const plan = planOrRefuse(refused, () => planShares(request, withoutNewcomers, context));
  // Under a grant's new name everybody is a newcomer: what stands under the old one must not go before they fit.
  const wanted = new Set(request.desired.shares.flatMap(({ accounts }) => accounts.map(({ id }) => id)));
  const answeredFor = new Set(shares.flatMap(({ removed }) => removed));
  const lost = [...plan.removed, ...unknownLoss(request, shares, plan)];
  if (lost.some((id) => wanted.has(id) && !answeredFor.has(id))) throw refused;
  return { ...plan, refused };
}

/** Whoever is named by what bears no mark of ours and goes all the same, such as in a managed policy that lost its tag. */
function unknownLoss(
  { desired, actual, remembered }: PlanRequest,
  shares: readonly PlannedShare[],
  { next, owned }: ResourcePlan,
): readonly string[] {
  const after = idsIn(desired.kind.documents(next, owned));
  return [...idsIn(desired.kind.documents(actual, remembered))].filter(
    (id) => !after.has(id) && !shares.some(({ granted }) => granted.has(id)),
  );
}

const idsIn = (documents: Readonly<Record<string, PolicyDocument | undefined>>): ReadonlySet<string> =>
  new Set(
    Object.values(documents).flatMap((document) =>
      (document?.Statement ?? []).flatMap((statement) => [...accountIdsIn(statement)]),
    ),
  );

/** The first reason stays the reason. */
function planOrRefuse(refused: Refusal, plan: () => ResourcePlan): ResourcePlan {
  try {
    return plan();
  } catch (error) {
    throw error instanceof OnboardingError ? refused : error;
  }
}

function planShares(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  context: GrantContext,
): ResourcePlan {
  const rendering = renderShares(request, shares, context);
  const loss = silentLoss(request, rendering, shares);
  if (loss.withheld.length === 0)
    return planOf(request, shares, rendering, { withheld: [], named: [], removed: loss.gone });
  const keeping = renderKeeping(request, shares, context, loss.withheld);
  // Statements that stay do so as they are, also where they name somebody whom another grant takes off.
  const named = [...namedIn(request, request.actual, request.remembered)];
  const withheld = [...loss.withheld, ...stillNamed(request, shares, keeping)];
  return planOf(request, shares, keeping, { withheld, named, removed: [] });
}

/** Whom a share takes off, and what is kept for others names as well: they wait with those. */
function stillNamed(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  { next, owned }: Rendering<unknown>,
): readonly string[] {
  const after = namedIn(request, next, owned);
  const judged = new Set(shares.flatMap(({ accounts }) => accounts.map(({ id }) => id)));
  const taken = shares.flatMap(({ removed }) => removed);
  return taken.filter((id) => after.has(id) && !judged.has(id) && !isClosed(known(request, id)));
}

const renderShares = (
  { desired, actual, remembered }: PlanRequest,
  shares: readonly PlannedShare[],
  context: GrantContext,
  keepUnclaimed = false,
): Rendering<unknown> =>
  rendered(desired.kind, {
    ref: desired.ref,
    actual,
    remembered,
    context,
    shares: shares.map(({ entry, accounts }) => ({ entry, accounts })),
    keepUnclaimed,
  });

/** @throws UnsafeChangeError where not all fit beside what is kept */
function renderKeeping(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  context: GrantContext,
  withheld: readonly string[],
): Rendering<unknown> {
  const { desired, configuration } = request;
  try {
    return renderShares(request, shares, context, true);
  } catch (error) {
    if (!(error instanceof PolicyTooLargeError)) throw error;
    throw withheldError(desired.key, withheld, configuration, error);
  }
}

/** What becomes of whom no share answers for. */
interface Unclaimed {
  /** Their removal is. */
  readonly withheld: readonly string[];
  /** Whoever may stand there still. */
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
  const { withheld, leaving } = staying(shares);
  refuseExposure(request, rendering, [...withheld, ...leaving, ...unclaimed.named]);
  return {
    ...rendering,
    changed: !desired.kind.same(actual, rendering.next),
    withheld: union([withheld, unclaimed.withheld]).sort(),
    leaving: since(request, leaving),
    remember: remember(request, shares),
    added: union(shares.map((share) => share.added)),
    removed: union([...shares.map((share) => share.removed), unclaimed.removed]).sort(),
  };
}

/**
 * Whose grace runs, as `ResourcePlan.remember`. It needs no rendering: what cannot be planned while they keep what they
 * have can be once their grace has ended.
 */
export function whoseGraceRuns(request: PlanRequest): Leaving {
  const context = grantContext(request.configuration);
  return remember(
    request,
    request.desired.shares.map((share) => planShare(share, request, context)),
  );
}

function remember(request: PlanRequest, shares: readonly PlannedShare[]): Leaving {
  if (request.configuration.safety.graceHours === 0) return {};
  const { withheld, leaving } = staying(shares);
  return since(request, union([leaving, withheld]).sort());
}

const staying = (shares: readonly PlannedShare[]) => ({
  withheld: union(shares.map(({ withheld }) => withheld)).sort(),
  leaving: union(shares.map(({ leaving }) => leaving)).sort(),
});

const union = (lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())];

const since = (grace: Grace, ids: readonly string[]): Leaving =>
  Object.fromEntries(ids.map((id) => [id, goingSince(grace, id)]));

interface PlannedShare extends Share {
  readonly granted: ReadonlySet<string>;
  readonly withheld: readonly string[];
  readonly leaving: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

function planShare({ entry, accounts }: Share, request: PlanRequest, context: GrantContext): PlannedShare {
  const { desired, actual, setAside, remembered } = request;
  const granted = desired.kind.granted(entry, desired.ref, actual, context, remembered);
  const wanted = new Set(accounts.map(({ id }) => id));
  const before = listed(granted, request.accounts);
  const unwanted = before.filter((id) => !wanted.has(id));
  const { leaving, due } = byGrace(request, entry, unwanted);
  const accepted = (id: string): boolean => !setAside?.has(id);
  const withheld = withheldOf(request, due, before.length).filter(accepted);
  const staying = leaving.filter(accepted);
  const kept = [
    ...accounts.filter(({ id }) => accepted(id)),
    ...[...withheld, ...staying].map((id) => known(request, id)),
  ].sort((a, b) => (a.id < b.id ? -1 : 1));
  const remaining = new Set(kept.map(({ id }) => id));
  return {
    entry,
    accounts: kept,
    granted,
    withheld,
    leaving: staying,
    added: accounts.map(({ id }) => id).filter((id) => !granted.has(id)),
    removed: before.filter((id) => !remaining.has(id)),
  };
}

/**
 * Only where accounts are listed can one that should go be kept: whom a condition on the organisation lets in, AWS
 * decides, and to keep one account it would have to become a list.
 */
function byGrace(request: PlanRequest, { membership = 'accounts' }: GrantEntry, unwanted: readonly string[]) {
  const hours = membership === 'accounts' ? request.configuration.safety.graceHours : 0;
  const leaving = unwanted.filter((id) => isInGrace(request, id, hours));
  return { leaving, due: unwanted.filter((id) => !isInGrace(request, id, hours)) };
}

/**
 * The removals of a share wait together, and then as long as the configuration is the same. An account that
 * Organizations itself calls closed does not count and does not wait: no selector can be wrong about it, and AWS may
 * refuse a document that goes on naming it.
 */
function withheldOf(request: PlanRequest, removed: readonly string[], granted: number): readonly string[] {
  const { configuration, waiting } = request;
  const { removalCount, removalShare } = configuration.safety;
  const doubtful = removed.filter((id) => !isClosed(known(request, id)));
  if (doubtful.length > removalCount && doubtful.length > removalShare * granted) return doubtful;
  return doubtful.filter((id) => waiting?.has(id));
}

/** An account whose removal is withheld may have left the registry's sight; its id is all that statements need. */
const known = ({ accounts }: PlanRequest, id: string): Account =>
  indexOf(accounts).byId.get(id) ?? {
    id,
    name: id,
    state: 'DEPARTED',
    parentIds: [],
    ouPath: '',
    tags: {},
  };

interface Index {
  readonly byId: ReadonlyMap<string, Account>;
  readonly members: ReadonlySet<string>;
}

const indexes = new WeakMap<readonly Account[], Index>();

/** Made once for each registry, since many resources are planned from one. */
function indexOf(accounts: readonly Account[]): Index {
  const index = indexes.get(accounts) ?? {
    byId: new Map(accounts.map((account) => [account.id, account])),
    members: new Set(accounts.filter(isMember).map(({ id }) => id)),
  };
  indexes.set(accounts, index);
  return index;
}

/**
 * The share rule for what no grant of the configuration answers for any more: statements of a grant that was renamed or
 * taken out, or of a resource that is named no more. A person has decided that, so there is no grace.
 * @returns the accounts that lose all they had, and those of them whom a person must allow to: none, or all that are not
 * closed
 */
function silentLoss(
  request: PlanRequest,
  { next, owned }: Rendering<unknown>,
  shares: readonly PlannedShare[],
): { readonly gone: readonly string[]; readonly withheld: readonly string[] } {
  const { actual, remembered, configuration, waiting } = request;
  // Whom a share named or names, its own rule has judged.
  const judged = new Set(
    shares.flatMap(({ accounts, granted }) => [...accounts.map(({ id }) => id), ...granted]),
  );
  const before = namedIn(request, actual, remembered);
  const unjudged = [...before].filter((id) => !judged.has(id));
  if (unjudged.length === 0) return { gone: [], withheld: [] };
  const after = namedIn(request, next, owned);
  const gone = unjudged.filter((id) => !after.has(id));
  const lost = gone.filter((id) => !isClosed(known(request, id)));
  const { removalCount, removalShare } = configuration.safety;
  const isMany = lost.length > removalCount && lost.length > removalShare * before.size;
  return { gone, withheld: isMany || lost.some((id) => waiting?.has(id)) ? lost : [] };
}

/** The accounts that anything of ours names in a state. */
const namedIn = (
  { desired, configuration }: PlanRequest,
  state: unknown,
  remembered: readonly string[],
): ReadonlySet<string> =>
  new Set(
    Object.values(desired.kind.documents(state, remembered))
      .flatMap((document) => ownedStatements(document, configuration.deployment))
      .flatMap((statement) => [...accountIdsIn(statement)]),
  );

function refuseExposure(
  { desired, configuration, accounts }: PlanRequest,
  { next, owned }: Rendering<unknown>,
  kept: readonly string[],
): void {
  const { members } = indexOf(accounts);
  const others = new Set(kept);
  const allowed = {
    accountIds: { has: (id: string) => members.has(id) || others.has(id) },
    organizationId: configuration.organization.id,
  };
  const documents = Object.values(desired.kind.documents(next, owned));
  const found = documents.flatMap((document) =>
    exposures(ownedStatements(document, configuration.deployment), allowed),
  );
  if (found.length === 0) return;
  throw new UnsafeChangeError(
    `${desired.key}: ${found.map(({ sid, why }) => `${sid}: ${why}`).join('; ')}. Nothing was written`,
    { resource: desired.key, exposures: found },
  );
}
