import { isClosed } from '../accounts/membership.ts';
import type { Rendering, RetainedFormerGrants } from '../grants/contract.ts';
import { findAccountIds } from '../iam/accounts.ts';
import type { PolicyDocument } from '../iam/document.ts';
import { listManagedStatements } from '../iam/managed-statements.ts';
import { blockRemoval, listBlockedTogether } from './hold-removals.ts';
import type { PlannedShare, PlanRequest, ResourcePlan } from './plan-types.ts';
import { getAccountOrPlaceholder } from './registry-index.ts';

/**
 * What happens to the access of former grants. A former grant has managed content on the resource, but its entry was
 * removed from the configuration or renamed. An operator did that on purpose, so its accounts have no grace period. The
 * removal limit still applies.
 */
export interface FormerGrants {
  /** Accounts that lose their access, because no current grant gives it. */
  readonly removed: readonly string[];
  /**
   * Accounts whose removal the removal limit blocks. It blocks all of them or none, except for closed accounts, which
   * are always removed.
   */
  readonly blocked: readonly string[];
  /**
   * The managed content that must stay: for accounts whose removal is blocked, and for accounts that the policy has no
   * room for under their current grant. Absent if nothing stays.
   */
  readonly retained?: RetainedFormerGrants;
}

/**
 * Decides which accounts lose the access of former grants. An account to which a current grant gives access to the
 * resource does not lose any. So renaming a grant removes no account.
 * @param rendering the desired state without former grants
 * @param waiting accounts that a current grant selects and for which the policy has no room yet: they keep the access
 * of a former grant
 */
export function planFormerGrants(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  rendering: Rendering<unknown>,
  waiting: ReadonlySet<string>,
): FormerGrants {
  const before = listNamed(request, request.actual, request.remembered);
  const lost = listLost(request, shares, rendering, before);
  if (lost.length === 0) return { removed: [], blocked: [] };
  const due = lost.filter((id) => !waiting.has(id));
  const blocked = listBlockedTogether(request, due, before.size).filter((id) => !request.excluded?.has(id));
  const kept = new Set([...blocked, ...lost.filter((id) => waiting.has(id))]);
  const removed = lost.filter((id) => !kept.has(id));
  if (kept.size === 0) return { removed, blocked };
  // Closed accounts are always removed, because AWS may reject a policy that names a closed account.
  const closed = [...before].filter((id) => isClosed(getAccountOrPlaceholder(request, id)));
  const without = new Set([...removed, ...closed, ...(request.excluded ?? [])]);
  return { removed, blocked, retained: { without } };
}

/**
 * Accounts that are in managed content now and would not be in it afterwards, and about which no current grant has
 * decided.
 */
function listLost(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  { next, owned }: Rendering<unknown>,
  before: ReadonlySet<string>,
): readonly string[] {
  const judged = new Set(
    shares.flatMap(({ accounts, granted }) => [...accounts.map(({ id }) => id), ...granted.named]),
  );
  const unjudged = [...before].filter((id) => !judged.has(id));
  if (unjudged.length === 0) return [];
  const after = listNamed(request, next, owned);
  return unjudged.filter((id) => !after.has(id));
}

/** The accounts that the managed content of a state names. */
const listNamed = (
  { desired, configuration }: PlanRequest,
  state: unknown,
  remembered: readonly string[],
): ReadonlySet<string> =>
  new Set(
    Object.values(desired.kind.toDocuments(state, remembered))
      .flatMap((document) => listManagedStatements(document, configuration.installation))
      .flatMap((statement) => [...findAccountIds(statement)]),
  );

/** Accounts that only the former grants would still name. */
export function listKeptByFormerGrants(
  request: PlanRequest,
  retained: Rendering<unknown>,
  without: Rendering<unknown>,
): readonly string[] {
  const current = listNamed(request, without.next, without.owned);
  return [...listNamed(request, retained.next, retained.owned)].filter((id) => !current.has(id));
}

/**
 * Holds for accounts that keep access by a former grant because their removal is blocked. An account for which the
 * policy has no room has a hold of its current grant instead.
 */
export const holdFormerRemovals = (
  request: PlanRequest,
  kept: readonly string[],
  waiting: ReadonlySet<string>,
) => kept.filter((id) => !waiting.has(id)).map((id) => blockRemoval(request, id));

/**
 * Accounts that a plan removes although no grant has ever given them access here. Example: somebody put a statement
 * into a managed policy by hand, and the plan replaces the policy.
 */
export function listUnjudgedLoss(
  { desired, actual, remembered }: PlanRequest,
  shares: readonly PlannedShare[],
  { next, owned }: ResourcePlan,
): readonly string[] {
  const after = idsIn(desired.kind.toDocuments(next, owned));
  return [...idsIn(desired.kind.toDocuments(actual, remembered))].filter(
    (id) => !after.has(id) && !shares.some(({ granted }) => granted.mayAdmit(id)),
  );
}

const idsIn = (documents: Readonly<Record<string, PolicyDocument | undefined>>): ReadonlySet<string> =>
  new Set(
    Object.values(documents).flatMap((document) =>
      (document?.Statement ?? []).flatMap((statement) => [...findAccountIds(statement)]),
    ),
  );
