import { isMember, isUnreadable } from '../accounts/membership.ts';
import { noStoredOus, type StoredOus } from '../accounts/stored-ous.ts';
import type { ResolvedConfiguration } from '../configuration/active-configuration.ts';
import { listCentralNames } from '../configuration/context.ts';
import { listNamedKeys } from '../configuration/named-resources.ts';
import type { Configuration } from '../configuration/schema.ts';
import { isRevocable } from '../configuration/search-results.ts';
import { getMatches, noMatches, type SearchMatches } from '../configuration/searches.ts';
import { parseResourceKey } from '../grants/contract.ts';
import type { GrantEntry } from '../grants/grant-schema.ts';
import { getGrantKind } from '../grants/kinds.ts';
import { type Account, accountIdPattern } from '../platform/account.ts';
import type { CentralAccountName } from '../platform/central-accounts.ts';
import { compareByText } from '../platform/order.ts';
import type { DesiredResource, DesiredShare } from './desired-resource.ts';
import { createSelectionTest } from './required-approval.ts';

/**
 * Every resource that the configuration names or that a search found, ordered by key. Each resource has its grants, and
 * each grant lists those of `accounts` that it selects.
 */
export function listDesiredResources(
  configuration: Configuration,
  accounts: readonly Account[],
  matches: SearchMatches = noMatches,
  ous: StoredOus = noStoredOus,
): readonly DesiredResource[] {
  return sorted([...resourcesFor({ configuration, matches, ous }, accounts).values()]);
}

/**
 * The resources of a run: first the resources with grants, then resources that only the inventory lists. A resource
 * without a grant should give no account access, so the run removes its managed statements.
 * @param inventory keys of resources that may have managed content. Default: none
 */
export function listActiveResources(
  active: ResolvedConfiguration,
  accounts: readonly Account[],
  inventory: readonly string[] = [],
): readonly DesiredResource[] {
  const desired = resourcesFor(active, accounts);
  const revocable = inventory.filter((key) => !desired.has(key) && isRevocable(active, key));
  return sorted([...desired.values(), ...revocable.map(toResourceForNobody)]);
}

/** Names of the grants on a resource. */
export const listGrantNames = ({ shares }: Pick<DesiredResource, 'shares'>): readonly string[] =>
  shares.map(({ entry }) => entry.name);

const sorted = (resources: readonly DesiredResource[]): readonly DesiredResource[] =>
  resources.toSorted(compareByText(({ key }) => key));

function toResourceForNobody(key: string): DesiredResource {
  const ref = parseResourceKey(key);
  return { key, ref, kind: getGrantKind(ref.kind), named: false, shares: [] };
}

/** The name of the central account that owns the resource. Its update function writes the resource. */
export const getCentralAccountName = (
  { ref, shares }: DesiredResource,
  configuration: Configuration,
): CentralAccountName | undefined =>
  shares[0]?.entry.account ?? listCentralNames(configuration, ref.accountId)[0];

/**
 * Finds one resource as `listActiveResources` would return it. Faster, because it evaluates the selectors of this
 * resource's grants only.
 * @returns `undefined` if no grant is for the resource, and it cannot be in the inventory
 */
export const findDesiredResource = (
  active: ResolvedConfiguration,
  accounts: readonly Account[],
  key: string,
): DesiredResource | undefined =>
  resourcesFor(active, accounts, key).get(key) ??
  (isRevocable(active, key) ? toResourceForNobody(key) : undefined);

function resourcesFor(
  {
    configuration,
    matches,
    ous = noStoredOus,
  }: Pick<ResolvedConfiguration, 'configuration' | 'matches' | 'ous'>,
  accounts: readonly Account[],
  only?: string,
): ReadonlyMap<string, DesiredResource> {
  const candidates = accounts.filter(isCandidate).toSorted(compareByText(({ id }) => id));
  const resources = new Map<string, DesiredResource>();
  for (const entry of configuration.grants) {
    const named = listNamedKeys(entry, configuration);
    const all = new Set([...named, ...getMatches(entry, configuration, matches)]);
    const wanted = only === undefined ? [...all] : [only].filter((key) => all.has(key));
    if (wanted.length === 0) continue;
    const share = shareOf(entry, candidates, ous);
    for (const key of wanted) {
      const { shares = [], named: before = false } = resources.get(key) ?? {};
      const ref = parseResourceKey(key);
      const resource = { key, ref, kind: getGrantKind(entry.kind), named: before || named.has(key) };
      resources.set(key, { ...resource, shares: [...shares, share] });
    }
  }
  return resources;
}

/**
 * Members, and accounts whose item in the table cannot be read. The id in an unreadable item may be malformed. Then no
 * statement can name it, and the account is no candidate.
 */
const isCandidate = (account: Account): boolean =>
  isMember(account) || (isUnreadable(account) && accountIdPattern.test(account.id));

function shareOf(entry: GrantEntry, candidates: readonly Account[], ous: StoredOus): DesiredShare {
  const select = createSelectionTest(entry, ous);
  const accounts: Account[] = [];
  const unresolved: Account[] = [];
  for (const account of candidates) {
    const selection = select(account);
    if (selection === 'selected') accounts.push(account);
    else if (selection === 'unresolved') unresolved.push(account);
  }
  return { entry, accounts, ...(unresolved.length === 0 ? {} : { unresolved }) };
}
