import { isClosed } from '../accounts/membership.ts';
import type { Rendering, RetainedFormerGrants } from '../grants/contract.ts';
import { findAccountIds } from '../iam/accounts.ts';
import type { PolicyDocument } from '../iam/document.ts';
import { listManagedStatements } from '../iam/managed-statements.ts';
import { blockRemoval, listBlockedTogether } from './hold-removals.ts';
import type { PlannedShare, PlanRequest, ResourcePlan } from './plan-types.ts';
import { getAccountOrPlaceholder } from './registry-index.ts';

/**
 * The accounts to which only former grants give access. A former grant is managed content without an entry in the
 * configuration: the grant was renamed or removed, or the resource has no grant. An operator decided that. So its
 * accounts are planned like a share for no account, without a grace period.
 */
export interface FormerGrants {
  /** Accounts that lose their access. */
  readonly removed: readonly string[];
  /** Accounts whose removal is blocked: none, or all that would lose their access and are not closed. */
  readonly blocked: readonly string[];
  /** The content that stays for the blocked and the waiting accounts. Absent if nothing stays. */
  readonly retained?: RetainedFormerGrants;
}

/**
 * Judges the resource as a whole: an account loses its access only if no current grant gives it access afterwards. So a
 * renamed grant removes no account.
 * @param rendering the state without former grants
 * @param waiting accounts that a grant selects and that do not fit yet: they keep the access of a former grant
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
  // AWS may reject a document that still names a closed account.
  const closed = [...before].filter((id) => isClosed(getAccountOrPlaceholder(request, id)));
  const without = new Set([...removed, ...closed, ...(request.excluded ?? [])]);
  return { removed, blocked, retained: { without } };
}

/** The accounts in managed content that no share names or named. */
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

/** The accounts that only the former grants of a state name. */
export function listKeptByFormerGrants(
  request: PlanRequest,
  retained: Rendering<unknown>,
  without: Rendering<unknown>,
): readonly string[] {
  const current = listNamed(request, without.next, without.owned);
  return [...listNamed(request, retained.next, retained.owned)].filter((id) => !current.has(id));
}

/** Holds for accounts that keep access without a grant. A waiting account has a grant, and a hold of its own. */
export const holdFormerRemovals = (
  request: PlanRequest,
  kept: readonly string[],
  waiting: ReadonlySet<string>,
) => kept.filter((id) => !waiting.has(id)).map((id) => blockRemoval(request, id));

/**
 * Accounts that a plan removes although no share gave them access. That also counts content without a mark, such as a
 * statement that another tool put into a managed policy.
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
