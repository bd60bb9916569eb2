import type { GrantContext, Share } from '../grants/contract.ts';
import type { GrantEntry } from '../grants/entry.ts';
import { listed } from '../grants/let-in.ts';
import { byText } from '../order.ts';
import { isClosed } from '../organization/account.ts';
import type { DesiredShare } from './desired.ts';
import { isInGrace } from './grace.ts';
import type { PlanRequest } from './plan.ts';
import { known } from './registry-index.ts';

/** A share, and what becomes of each account of it. */
export interface PlannedShare extends Share {
  readonly granted: ReadonlySet<string>;
  readonly withheld: readonly string[];
  readonly leaving: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Accounts that keep what they have because a path of an OU is unresolved. */
  readonly keptUnresolved: readonly string[];
  /** Accounts that get nothing for that reason. */
  readonly notAdded: readonly string[];
}

export function planShare(
  { entry, accounts: selected, unresolved = [] }: DesiredShare,
  request: PlanRequest,
  context: GrantContext,
): PlannedShare {
  const { desired, actual, setAside, remembered } = request;
  const granted = desired.kind.granted(entry, desired.ref, actual, context, remembered);
  const keeping = unresolved.filter(({ id }) => granted.has(id));
  const notAdded = unresolved.filter(({ id }) => !granted.has(id));
  const accounts = [...selected, ...keeping];
  const held = desired.kind.heldAnyway?.(desired.ref, actual, remembered);
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
  ].sort(byText(({ id }) => id));
  const remaining = new Set(kept.map(({ id }) => id));
  return {
    entry,
    accounts: kept,
    granted,
    withheld,
    leaving: staying,
    added: accounts.map(({ id }) => id).filter((id) => !granted.has(id) && !held?.has(id)),
    removed: before.filter((id) => !remaining.has(id)),
    keptUnresolved: keeping.map(({ id }) => id),
    notAdded: notAdded.map(({ id }) => id),
  };
}

/** Whoever keeps what no grant gives, on any of the shares, ordered. */
export const staying = (shares: readonly PlannedShare[]) => ({
  withheld: union(shares.map(({ withheld }) => withheld)).sort(),
  leaving: union(shares.map(({ leaving }) => leaving)).sort(),
});

export const union = (lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())];

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
