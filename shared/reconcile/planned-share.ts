import { isClosed, isUnreadable } from '../accounts/membership.ts';
import type { AdmittedAccounts, GrantContext } from '../grants/contract.ts';
import { UnsafeChangeError } from '../grants/errors.ts';
import type { GrantEntry } from '../grants/grant-schema.ts';
import type { Account } from '../platform/account.ts';
import { compareByText } from '../platform/order.ts';
import type { DesiredShare } from './desired-resource.ts';
import { isInGrace } from './grace-period.ts';
import type { PlannedShare, PlanRequest, ResourcePlan } from './plan-types.ts';
import { getAccountOrPlaceholder } from './registry-index.ts';

export function planShare(
  { entry, accounts: selected, unresolved = [] }: DesiredShare,
  request: PlanRequest,
  context: GrantContext,
): PlannedShare {
  const { desired, actual, setAside, remembered } = request;
  const granted = desired.kind.listGrantedAccounts(entry, desired.ref, actual, context, remembered);
  const keeping = keptOf(unresolved, { entry, granted, resource: desired.key });
  const notAdded = unresolved.filter((account) => !keeping.includes(account));
  const accounts = [...selected, ...keeping];
  const held = desired.kind.listAccountsWithOwnAccess?.(desired.ref, actual, remembered);
  const wanted = new Set(accounts.map(({ id }) => id));
  const before = granted.listAmong(request.accounts);
  const unwanted = before.filter((id) => !wanted.has(id));
  const { leaving, due } = byGrace(request, entry, unwanted);
  const accepted = (id: string): boolean => !setAside?.has(id);
  const withheld = withheldOf(request, due, before.length).filter(accepted);
  const retained = leaving.filter(accepted);
  const kept = [
    ...accounts.filter(({ id }) => accepted(id)),
    ...[...withheld, ...retained].map((id) => getAccountOrPlaceholder(request, id)),
  ].sort(compareByText(({ id }) => id));
  const remaining = new Set(kept.map(({ id }) => id));
  return {
    entry,
    accounts: kept,
    granted,
    withheld,
    leaving: retained,
    added: accounts.map(({ id }) => id).filter((id) => !granted.mayAdmit(id) && !held?.has(id)),
    removed: before.filter((id) => !remaining.has(id)),
    keptUnresolved: keeping.map(({ id }) => id),
    notAdded: notAdded.map(({ id }) => id),
  };
}

/**
 * Of the accounts that are unresolved, those that keep what they have. A condition on the organization goes on to let in an
 * account that cannot be read, or not to; so only an account that is named by its id has to stay.
 * @throws UnsafeChangeError if accounts are to be named that a condition lets in until now: nobody knows which
 */
function keptOf(
  unresolved: readonly Account[],
  { entry, granted, resource }: KeptRequest,
): readonly Account[] {
  const unreadable = unresolved.filter(isUnreadable);
  const isToBeListed = granted.isOpenToOrganization && (entry.match ?? 'accounts') === 'accounts';
  if (isToBeListed && unreadable.length > 0) throw notListed(resource, entry.name, unreadable);
  return unresolved.filter((account) =>
    isUnreadable(account) ? granted.named.has(account.id) : granted.mayAdmit(account.id),
  );
}

interface KeptRequest {
  readonly entry: GrantEntry;
  readonly granted: AdmittedAccounts;
  readonly resource: string;
}

const notListed = (resource: string, grant: string, unreadable: readonly Account[]): UnsafeChangeError => {
  const ids = unreadable.map(({ id }) => id).join(', ');
  return new UnsafeChangeError(
    `${resource}: grant ${grant} must list its accounts now, and a condition on the organization gives them access until then. The ` +
      `table's items of these accounts cannot be read: ${ids}. It is unknown whether the list must have them, so ` +
      'nothing was written. Run `onboarding import`, which replaces the items, and start the run again',
    { resource, accountIds: unreadable.map(({ id }) => id) },
  );
};

/** Accounts that keep access that no grant gives any more, on any of the shares, ordered. */
export const collectRetained = (shares: readonly PlannedShare[]) => ({
  withheld: collectUniqueIds(shares.map(({ withheld }) => withheld)).sort(),
  leaving: collectUniqueIds(shares.map(({ leaving }) => leaving)).sort(),
});

/** The accounts that only unresolved paths of OUs select, on any of the shares, ordered. */
export function collectUnresolved(shares: readonly PlannedShare[]): Pick<ResourcePlan, 'unresolved'> {
  const kept = collectUniqueIds(shares.map((share) => share.keptUnresolved)).sort();
  const notAdded = collectUniqueIds(shares.map((share) => share.notAdded)).sort();
  return kept.length + notAdded.length === 0 ? {} : { unresolved: { kept, notAdded } };
}

export const collectUniqueIds = (lists: readonly (readonly string[])[]): string[] => [
  ...new Set(lists.flat()),
];

/**
 * A grace period needs a list of accounts. With a condition on the organization, AWS decides which accounts have access. To
 * keep one account, the condition would have to become a list.
 */
function byGrace(request: PlanRequest, { match = 'accounts' }: GrantEntry, unwanted: readonly string[]) {
  const hours = match === 'accounts' ? request.configuration.graceHours : 0;
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
  const { accounts: maxAccounts, fraction: maxFraction } = configuration.removalLimits;
  const doubtful = removed.filter((id) => !isClosed(getAccountOrPlaceholder(request, id)));
  if (doubtful.length > maxAccounts && doubtful.length > maxFraction * granted) return doubtful;
  return doubtful.filter((id) => waiting?.has(id));
}
