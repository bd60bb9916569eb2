import { getGrantContext } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { GrantContext, GrantKind, Permission, ResourceRef, ResourceSearch } from '../grants/contract.ts';
import type { GrantEntry } from '../grants/grant-schema.ts';
import { getGrantKind } from '../grants/kinds.ts';
import type { Conditions } from '../iam/document.ts';

/** Finds a kind by its name. */
export type KindOf = (name: string) => GrantKind;

/** One grant in a central account, and what it is on. */
export interface SpokeGrant {
  readonly entry: GrantEntry;
  readonly kind: GrantKind;
  readonly resources: readonly ResourceRef[];
  readonly searches: readonly ResourceSearch[];
}

/** The grants on resources of an account, whatever its names. */
export function listSpokeGrants(
  configuration: Configuration,
  accountId: string,
  kindOf: KindOf = getGrantKind,
): readonly SpokeGrant[] {
  const context = getGrantContext(configuration);
  return configuration.grants
    .filter(({ account }) => context.centralAccounts[account]?.id === accountId)
    .map((entry) => {
      const kind = kindOf(entry.kind);
      const searches = kind.discovery?.listSearches(entry, context) ?? [];
      return { entry, kind, resources: kind.listResources(entry, context), searches };
    });
}

/**
 * What the spoke role must be allowed for these grants, and what it needs beside them (`others`), ordered: the same permissions in the same order, whatever the
 * order of the grants. Looking for resources has no resource of its own, and is held to the regions where it is done.
 */
export function listSpokePermissions(
  grants: readonly SpokeGrant[],
  context: GrantContext,
  others: readonly Permission[] = [],
): readonly Permission[] {
  const working = grants.flatMap(({ kind, resources, searches }) =>
    [...resources, ...searches].flatMap((on) => kind.listPermissions(on, context)),
  );
  const finding = grants.flatMap(({ kind: { discovery }, searches }) =>
    searches.map(({ region }) => ({ actions: discovery?.actions ?? [], region })),
  );
  const lookedFor = [...Map.groupBy(finding, ({ actions }) => actions.join())].map(
    ([, alike]): Permission => ({
      actions: alike[0]?.actions ?? [],
      resources: ['*'],
      condition: { StringEquals: { 'aws:RequestedRegion': sorted(alike.map(({ region }) => region)) } },
    }),
  );
  return merged([...working, ...others, ...lookedFor.filter(({ actions }) => actions.length > 0)]);
}

/** Permissions that differ in their resources alone become one. */
function merged(permissions: readonly Permission[]): readonly Permission[] {
  const likeness = ({ actions, condition }: Permission) => JSON.stringify([sorted(actions), condition]);
  return [...Map.groupBy(permissions, likeness)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, alike]) => ({
      actions: sorted(alike[0]?.actions ?? []),
      resources: sorted(alike.flatMap(({ resources }) => resources)),
      ...conditionOf(alike[0]?.condition),
    }));
}

const conditionOf = (condition: Conditions | undefined): Pick<Permission, 'condition'> =>
  condition === undefined ? {} : { condition };

const sorted = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();
