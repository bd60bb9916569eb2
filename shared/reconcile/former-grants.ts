import { isClosed } from '../accounts/membership.ts';
import type { Rendering } from '../grants/contract.ts';
import { findAccountIds } from '../iam/accounts.ts';
import type { PolicyDocument } from '../iam/document.ts';
import { listManagedStatements } from '../iam/managed-statements.ts';
import { listBlockedTogether } from './hold-removals.ts';
import type { PlannedShare, PlanRequest, ResourcePlan } from './plan-types.ts';
import { getAccountOrPlaceholder } from './registry-index.ts';

/**
 * The share rule for what no grant of the configuration answers for any more: statements of a grant that was renamed or
 * taken out, or of a resource that is named no more. An operator has decided that, so there is no grace.
 * @returns the accounts that lose all they had, and the blocked removals among them: none, or all accounts that are not
 * closed
 */
export function silentLoss(
  request: PlanRequest,
  { next, owned }: Rendering<unknown>,
  shares: readonly PlannedShare[],
): { readonly gone: readonly string[]; readonly blocked: readonly string[] } {
  const { actual, remembered } = request;
  // The rule of a share has judged the accounts that the share named or names.
  const judged = new Set(
    shares.flatMap(({ accounts, granted }) => [...accounts.map(({ id }) => id), ...granted.named]),
  );
  const before = listNamedIn(request, actual, remembered);
  const unjudged = [...before].filter((id) => !judged.has(id));
  if (unjudged.length === 0) return { gone: [], blocked: [] };
  const after = listNamedIn(request, next, owned);
  const gone = unjudged.filter((id) => !after.has(id));
  return { gone, blocked: listBlockedTogether(request, gone, before.size) };
}

/** The accounts that anything of ours names in a state. */
export const listNamedIn = (
  { desired, configuration }: PlanRequest,
  state: unknown,
  remembered: readonly string[],
): ReadonlySet<string> =>
  new Set(
    Object.values(desired.kind.toDocuments(state, remembered))
      .flatMap((document) => listManagedStatements(document, configuration.installation))
      .flatMap((statement) => [...findAccountIds(statement)]),
  );

/** Accounts that a share removes, while kept statements still name them: their removals wait too. */
export function stillNamed(
  request: PlanRequest,
  shares: readonly PlannedShare[],
  { next, owned }: Rendering<unknown>,
): readonly string[] {
  const after = listNamedIn(request, next, owned);
  const judged = new Set(shares.flatMap(({ accounts }) => accounts.map(({ id }) => id)));
  const taken = shares.flatMap(({ removed }) => removed);
  return taken.filter(
    (id) => after.has(id) && !judged.has(id) && !isClosed(getAccountOrPlaceholder(request, id)),
  );
}

/** Accounts in content without a mark that is removed all the same, such as a managed policy that lost its tag. */
export function unknownLoss(
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
