import { centralNamesOf, grantContext } from '../configuration/context.ts';
import type { CentralAccountName, Configuration } from '../configuration/schema.ts';
import { type GrantKind, type ResourceRef, resourceKey, resourceOf, type Share } from '../grants/contract.ts';
import type { GrantEntry } from '../grants/entry.ts';
import { grantKind } from '../grants/kinds.ts';
import { perObject } from '../memo.ts';
import { byText } from '../order.ts';
import { type Account, accountIdPattern, isMember, isUnreadable } from '../organization/account.ts';
import { noStoredOus, type StoredOus } from '../organization/stored-ous.ts';
import { selectionBy } from './approval.ts';
import { type Found, foundBy, nothingFound } from './searches.ts';

/** A resource that the configuration names or a pattern of it has found, and whom it is for. */
export interface DesiredResource {
  readonly key: string;
  readonly ref: ResourceRef;
  readonly kind: GrantKind;
  /** Whether the configuration names it: then it must be there. */
  readonly named: boolean;
  /** The grants that meet on it, in the configuration's order; none for one that only an earlier one named. */
  readonly shares: readonly DesiredShare[];
}

export interface DesiredShare extends Share {
  /**
   * Accounts of which nobody can say whether the grant is for them: those that are selected only by OUs as they were when the
   * configuration was activated, those whose last approval is not known, and every account whose item cannot be understood.
   * Each keeps what it has and gets nothing. Ordered by id; absent where there are none.
   */
  readonly unresolved?: readonly Account[];
}

/** What says which resources there are, and whom they are for. */
export interface InForce {
  readonly configuration: Configuration;
  readonly found: Found;
  /** Keys of resources that were named or found, and are no more. */
  readonly dropped: readonly string[];
  /** The OUs that the paths of selectors named at the activation. Default: not known. */
  readonly ous?: StoredOus;
}

/**
 * Grants × accounts: every resource that the configuration names or that was found for it, ordered by key, for the
 * members among `accounts`.
 */
export function desiredResources(
  configuration: Configuration,
  accounts: readonly Account[],
  found: Found = nothingFound,
  ous: StoredOus = noStoredOus,
): readonly DesiredResource[] {
  return sorted([...resourcesFor({ configuration, found, ous }, accounts).values()]);
}

/** The keys of the same. */
export const desiredKeys = (configuration: Configuration, found: Found): ReadonlySet<string> =>
  new Set(
    configuration.grants.flatMap((entry) => [
      ...namedBy(entry, configuration),
      ...foundBy(entry, configuration, found),
    ]),
  );

/** The same, and the resources that are dropped: nobody has anything on them any more. */
export const resourcesInForce = (
  { configuration, found, dropped, ous }: InForce,
  accounts: readonly Account[],
): readonly DesiredResource[] =>
  sorted([...desiredResources(configuration, accounts, found, ous), ...dropped.map(droppedResource)]);

/** Names of the grants that meet on a resource. */
export const grantsOn = ({ shares }: Pick<DesiredResource, 'shares'>): readonly string[] =>
  shares.map(({ entry }) => entry.name);

const sorted = (resources: readonly DesiredResource[]): readonly DesiredResource[] =>
  resources.toSorted(byText(({ key }) => key));

function droppedResource(key: string): DesiredResource {
  const ref = resourceOf(key);
  return { key, ref, kind: grantKind(ref.kind), named: false, shares: [] };
}

/** The central account whose update function writes the resource. */
export const centralAccountOf = (
  { ref, shares }: DesiredResource,
  configuration: Configuration,
): CentralAccountName | undefined =>
  shares[0]?.entry.account ?? centralNamesOf(configuration, ref.accountId)[0];

/** One of `resourcesInForce`; the selectors of the others are not asked. `undefined` where it is none of them. */
export const desiredResource = (
  active: InForce,
  accounts: readonly Account[],
  key: string,
): DesiredResource | undefined =>
  resourcesFor(active, accounts, key).get(key) ??
  (active.dropped.includes(key) ? droppedResource(key) : undefined);

function resourcesFor(
  { configuration, found, ous = noStoredOus }: Pick<InForce, 'configuration' | 'found' | 'ous'>,
  accounts: readonly Account[],
  only?: string,
): ReadonlyMap<string, DesiredResource> {
  const candidates = accounts.filter(isCandidate).toSorted(byText(({ id }) => id));
  const resources = new Map<string, DesiredResource>();
  for (const entry of configuration.grants) {
    const named = namedBy(entry, configuration);
    const all = new Set([...named, ...foundBy(entry, configuration, found)]);
    const wanted = only === undefined ? [...all] : [only].filter((key) => all.has(key));
    if (wanted.length === 0) continue;
    const share = shareOf(entry, candidates, ous);
    for (const key of wanted) {
      const { shares = [], named: before = false } = resources.get(key) ?? {};
      const ref = resourceOf(key);
      const resource = { key, ref, kind: grantKind(entry.kind), named: before || named.has(key) };
      resources.set(key, { ...resource, shares: [...shares, share] });
    }
  }
  return resources;
}

/** Keys of the resources that one entry of a configuration names. */
const namedBy = (entry: GrantEntry, configuration: Configuration): ReadonlySet<string> =>
  namedKeys(configuration).get(entry) ?? new Set();

const namedKeys = perObject(
  (configuration: Configuration): ReadonlyMap<GrantEntry, ReadonlySet<string>> =>
    new Map(
      configuration.grants.map((entry) => {
        const refs = grantKind(entry.kind).resources(entry, grantContext(configuration));
        return [entry, new Set(refs.map(resourceKey))];
      }),
    ),
);

/** What no account can have as its id, no statement can name. */
const isCandidate = (account: Account): boolean =>
  isMember(account) || (isUnreadable(account) && accountIdPattern.test(account.id));

function shareOf(entry: GrantEntry, candidates: readonly Account[], ous: StoredOus): DesiredShare {
  const select = selectionBy(entry, ous);
  const accounts: Account[] = [];
  const unresolved: Account[] = [];
  for (const account of candidates) {
    const selection = select(account);
    if (selection === 'selected') accounts.push(account);
    else if (selection === 'unresolved') unresolved.push(account);
  }
  return { entry, accounts, ...(unresolved.length === 0 ? {} : { unresolved }) };
}
