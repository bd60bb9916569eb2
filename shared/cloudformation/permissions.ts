import { getGrantContext } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { GrantContext, GrantKind, Permission, ResourceRef, ResourceSearch } from '../grants/contract.ts';
import type { GrantEntry } from '../grants/grant-schema.ts';
import { getGrantKind } from '../grants/kinds.ts';

/** Finds a grant kind by its name. */
export type KindOf = (name: string) => GrantKind;

/** A grant in a central account, and one resource or one search to which it applies. */
export interface SpokeGrant {
  readonly entry: GrantEntry;
  readonly kind: GrantKind;
  readonly resources: readonly ResourceRef[];
  readonly searches: readonly ResourceSearch[];
}

/** The grants on resources of an account. A central account may have several names in the configuration. */
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
 * The permissions of the spoke role for these grants, and `others`. Their order does not depend on the order of the
 * grants.
 */
export function listSpokePermissions(
  grants: readonly SpokeGrant[],
  context: GrantContext,
  others: readonly Permission[] = [],
): readonly Permission[] {
  const working = grants.flatMap(({ entry, kind, resources, searches }) =>
    [...resources, ...searches].flatMap((on) => [
      ...kind.listPermissions(on, context),
      ...(kind.listKeyPermissions?.(entry, on, context) ?? []),
    ]),
  );
  return merged([...working, ...others, ...listSearchPermissions(grants, context)]);
}

/**
 * The permissions of searches. Most actions that search have no resource in IAM, so a condition limits them to the
 * regions of the searches.
 */
function listSearchPermissions(
  grants: readonly SpokeGrant[],
  { partition }: GrantContext,
): readonly Permission[] {
  const calls = grants.flatMap(({ kind: { discovery }, searches }) =>
    (discovery?.actions ?? []).flatMap((action) =>
      searches.map((search) => ({ action, ...search, resource: discovery?.resources?.[action] })),
    ),
  );
  const [unlimited, limited] = [calls.filter(isUnlimited), calls.filter((call) => !isUnlimited(call))];
  return [
    ...[...Map.groupBy(unlimited, ({ action }) => action)].map(([action, alike]) => ({
      actions: [action],
      resources: ['*'],
      condition: { StringEquals: { 'aws:RequestedRegion': sorted(alike.map(({ region }) => region)) } },
    })),
    ...limited.map(({ action, accountId, region, resource }) => ({
      actions: [action],
      resources: [`arn:${partition}:${action.split(':')[0]}:${region}:${accountId}:${resource}`],
    })),
  ];
}

const isUnlimited = ({ resource }: { readonly resource: string | undefined }): boolean =>
  resource === undefined;

/** Joins permissions that have the same actions, effect and conditions. */
function merged(permissions: readonly Permission[]): readonly Permission[] {
  const likeness = ({ effect, actions, condition }: Permission) =>
    JSON.stringify([sorted(actions), condition, effect]);
  return [...Map.groupBy(permissions, likeness)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, [first, ...others]]) =>
      first === undefined
        ? []
        : {
            ...first,
            actions: sorted(first.actions),
            resources: sorted([first, ...others].flatMap(({ resources }) => resources)),
          },
    );
}

const sorted = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();
