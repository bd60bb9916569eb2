import { grantContext } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import { type GrantKind, type ResourceRef, resourceKey, type Share } from '../grants/contract.ts';
import type { GrantEntry } from '../grants/entry.ts';
import { grantKind } from '../grants/kinds.ts';
import { type Account, isMember } from '../organization/account.ts';
import { matches } from '../organization/selector.ts';

/** A resource that the configuration names, and whom it is for. */
export interface DesiredResource {
  readonly key: string;
  readonly ref: ResourceRef;
  readonly kind: GrantKind;
  /** The grants that meet on it, in the configuration's order. */
  readonly shares: readonly Share[];
}

/** Grants × accounts: every resource of the configuration, ordered by key, for the members among `accounts`. */
export function desiredResources(
  configuration: Configuration,
  accounts: readonly Account[],
): readonly DesiredResource[] {
  return [...resourcesFor(configuration, accounts).values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** One of them; the selectors of the others are not asked. `undefined` where the configuration does not name it. */
export const desiredResource = (
  configuration: Configuration,
  accounts: readonly Account[],
  key: string,
): DesiredResource | undefined => resourcesFor(configuration, accounts, key).get(key);

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
  members.filter((account) => matches(entry.for, account));
