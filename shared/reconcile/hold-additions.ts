import { listRejections, toCapacityHold } from './holds.ts';
import type { PlannedShare, PlanRequest } from './plan-types.ts';

/** The shares without the new accounts in `held`. The policy has no room for these accounts, so each gets a hold. */
export const holdAdditions = (
  shares: readonly PlannedShare[],
  held: ReadonlySet<string>,
): readonly PlannedShare[] =>
  shares.map((share) => {
    const waiting = new Set(listAdditions(share).filter((id) => held.has(id)));
    if (waiting.size === 0) return share;
    return {
      ...share,
      accounts: share.accounts.filter(({ id }) => !waiting.has(id)),
      holds: [...share.holds, ...[...waiting].map(toCapacityHold)],
      added: share.added.filter((id) => !waiting.has(id)),
    };
  });

/**
 * Chooses the new accounts that must wait because the policy is full, as few as possible. Accounts with a low id come
 * first, and accounts that AWS rejects come last. The order is fixed, so that every plan of the same content chooses
 * the same accounts.
 * @param fits whether the policy has room if these accounts wait
 */
export function listWithoutRoom(
  { holds = [] }: Pick<PlanRequest, 'holds'>,
  shares: readonly PlannedShare[],
  fits: (held: ReadonlySet<string>) => boolean,
): ReadonlySet<string> {
  const rejected = new Set(listRejections(holds).map(({ accountId }) => accountId));
  const ids = [...new Set(shares.flatMap(listAdditions))].sort();
  const inOrder = [...ids.filter((id) => !rejected.has(id)), ...ids.filter((id) => rejected.has(id))];
  let admitted = 0;
  let tooMany = inOrder.length;
  while (tooMany - admitted > 1) {
    const middle = Math.floor((admitted + tooMany) / 2);
    if (fits(new Set(inOrder.slice(middle)))) admitted = middle;
    else tooMany = middle;
  }
  return new Set(inOrder.slice(admitted));
}

/**
 * The new accounts of one grant. None if a condition decides which accounts have access: then the policy lists no
 * accounts, except for an owner that its statements need.
 */
const listAdditions = ({ entry: { match = 'accounts' }, accounts, granted }: PlannedShare): string[] =>
  match === 'accounts' ? accounts.map(({ id }) => id).filter((id) => !granted.mayAdmit(id)) : [];
