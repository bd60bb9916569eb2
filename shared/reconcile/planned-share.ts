import { isUnreadable } from '../accounts/membership.ts';
import type { AdmittedAccounts, GrantContext } from '../grants/contract.ts';
import { UnsafeChangeError } from '../grants/errors.ts';
import type { GrantEntry } from '../grants/grant-schema.ts';
import type { Account } from '../platform/account.ts';
import { compareByText } from '../platform/order.ts';
import type { DesiredShare } from './desired-resource.ts';
import { holdRemovals } from './hold-removals.ts';
import type { PlannedShare, PlanRequest, ResourcePlan } from './plan-types.ts';
import { getAccountOrPlaceholder } from './registry-index.ts';

export function planShare(
  { entry, accounts: selected, unresolved = [] }: DesiredShare,
  request: PlanRequest,
  context: GrantContext,
): PlannedShare {
  const { desired, actual, excluded, remembered } = request;
  const granted = desired.kind.listGrantedAccounts(entry, desired.ref, actual, context, remembered);
  const keeping = keptOf(unresolved, { entry, granted, resource: desired.key });
  const notAdded = unresolved.filter((account) => !keeping.includes(account));
  const accounts = [...selected, ...keeping];
  const withOwnAccess = desired.kind.listAccountsWithOwnAccess?.(desired.ref, actual, remembered);
  const wanted = new Set(accounts.map(({ id }) => id));
  const before = granted.listAmong(request.accounts);
  const unwanted = before.filter((id) => !wanted.has(id));
  const accepted = (id: string): boolean => !excluded?.has(id);
  const holds = holdRemovals(request, { entry, unwanted, count: before.length }).filter(({ accountId }) =>
    accepted(accountId),
  );
  const kept = [
    ...accounts.filter(({ id }) => accepted(id)),
    ...holds.map(({ accountId }) => getAccountOrPlaceholder(request, accountId)),
  ].sort(compareByText(({ id }) => id));
  const remaining = new Set(kept.map(({ id }) => id));
  return {
    entry,
    accounts: kept,
    granted,
    holds,
    added: accounts.map(({ id }) => id).filter((id) => !granted.mayAdmit(id) && !withOwnAccess?.has(id)),
    removed: before.filter((id) => !remaining.has(id)),
    keptUnresolved: keeping.map(({ id }) => id),
    notAdded: notAdded.map(({ id }) => id),
  };
}

/**
 * The unresolved accounts that keep their access: those that a statement lists by id. A condition on the organization
 * admits its accounts without a list, so nothing has to be kept there.
 * @throws UnsafeChangeError if the grant changes from a condition to a list. Then it is unknown which accounts to list
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

/** The unresolved accounts of all grants on the resource, ordered. */
export function collectUnresolved(shares: readonly PlannedShare[]): Pick<ResourcePlan, 'unresolved'> {
  const kept = collectUniqueIds(shares.map((share) => share.keptUnresolved)).sort();
  const notAdded = collectUniqueIds(shares.map((share) => share.notAdded)).sort();
  return kept.length + notAdded.length === 0 ? {} : { unresolved: { kept, notAdded } };
}

export const collectUniqueIds = (lists: readonly (readonly string[])[]): string[] => [
  ...new Set(lists.flat()),
];
