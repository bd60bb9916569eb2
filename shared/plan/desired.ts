import { centralNamesOf, grantContext } from '../configuration/context.ts';
import type { CentralAccountName, Configuration } from '../configuration/schema.ts';
import { type GrantKind, type ResourceRef, resourceKey, resourceOf, type Share } from '../grants/contract.ts';
import type { GrantEntry } from '../grants/entry.ts';
import { grantKind } from '../grants/kinds.ts';
import { type Account, isMember } from '../organization/account.ts';
import { reaches } from './approval.ts';

/** A resource that the configuration names, and whom it is for. */
export interface DesiredResource {
  readonly key: string;
  readonly ref: ResourceRef;
  readonly kind: GrantKind;
  /** The grants that meet on it, in the configuration's order; none for one that only an earlier one named. */
  readonly shares: readonly Share[];
}

/** Grants × accounts: every resource of the configuration, ordered by key, for the members among `accounts`. */
export function desiredResources(
  configuration: Configuration,
  accounts: readonly Account[],
): readonly DesiredResource[] {
  return sorted([...resourcesFor(configuration, accounts).values()]);
}

/** The same, and the resources that only an earlier configuration named: nobody has anything on them any more. */
export const resourcesInForce = (
  { configuration, dropped }: { readonly configuration: Configuration; readonly dropped: readonly string[] },
  accounts: readonly Account[],
): readonly DesiredResource[] =>
  sorted([...desiredResources(configuration, accounts), ...dropped.map(droppedResource)]);

const sorted = (resources: readonly DesiredResource[]): readonly DesiredResource[] =>
  resources.toSorted((a, b) => (a.key < b.key ? -1 : 1));

function droppedResource(key: string): DesiredResource {
  const ref = resourceOf(key);
  return { key, ref, kind: grantKind(ref.kind), shares: [] };
}

/** The central account whose update function writes the resource. */
export const centralAccountOf = (
  { ref, shares }: DesiredResource,
  configuration: Configuration,
): CentralAccountName | undefined =>
  shares[0]?.entry.account ?? centralNamesOf(configuration, ref.accountId)[0];

/** One of `resourcesInForce`; the selectors of the others are not asked. `undefined` where it is none of them. */
export const desiredResource = (
  { configuration, dropped }: { readonly configuration: Configuration; readonly dropped: readonly string[] },
  accounts: readonly Account[],
  key: string,
): DesiredResource | undefined =>
  resourcesFor(configuration, accounts, key).get(key) ??
  (dropped.includes(key) ? droppedResource(key) : undefined);

function resourcesFor(
  configuration: Configuration,
  accounts: readonly Account[],
  only?: string,
): ReadonlyMap<string, DesiredResource> {
  const context = grantContext(configuration);
  const members = accounts.filter(isMember).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const resources = new Map<string, DesiredResource>();
  for (const entry of configuration.grants) {
    const kind = grantKind(entry.kind);
    const named = kind.resources(entry, context).map((ref) => ({ ref, key: resourceKey(ref) }));
    const wanted = only === undefined ? named : named.filter(({ key }) => key === only);
    if (wanted.length === 0) continue;
    const share = { entry, accounts: matching(entry, members) };
    for (const { key, ref } of wanted) {
      const shares = [...(resources.get(key)?.shares ?? []), share];
      resources.set(key, { key, ref, kind, shares });
    }
  }
  return resources;
}

const matching = (entry: GrantEntry, members: readonly Account[]): readonly Account[] =>
  members.filter((account) => reaches(entry, account));
