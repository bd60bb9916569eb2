import { resourceOf } from '../grants/contract.ts';
import type { FoundResources } from '../store/ports.ts';
import { centralNamesOf } from './context.ts';
import { desiredKeys } from './named-resources.ts';
import type { Configuration } from './schema.ts';
import { type Found, searchesOf } from './searches.ts';

/** What the table knows of searches, as a plan asks for it. */
export const foundIn = (items: readonly FoundResources[]): Found =>
  new Map(items.map(({ search, matching }) => [search, matching]));

export const isLookedAt = (item: FoundResources | undefined): boolean => item?.lookedAt !== undefined;

/** Every resource that a search has found, now or before. */
export const everFound = (items: readonly FoundResources[]): readonly string[] =>
  items.flatMap(({ matching, former }) => [...matching, ...former]);

/**
 * Which of `keys` the configuration neither names nor has found, in accounts that are central still. While nobody has
 * looked for a pattern, it may match any resource of its kind in its place: those are left as they are.
 */
export function droppedAmong(
  keys: readonly string[],
  configuration: Configuration,
  items: readonly FoundResources[],
): readonly string[] {
  const desired = desiredKeys(configuration, foundIn(items));
  const others = [...new Set(keys)].filter((key) => !desired.has(key));
  if (others.length === 0) return [];
  const looked = new Set(items.filter(isLookedAt).map(({ search }) => search));
  const open = searchesOf(configuration).filter(({ key }) => !looked.has(key));
  const places = new Set(open.map(placeOf));
  return others.filter((key) => {
    const ref = resourceOf(key);
    return !places.has(placeOf(ref)) && centralNamesOf(configuration, ref.accountId).length > 0;
  });
}

/** A kind in an account and region. */
const placeOf = ({ kind, accountId, region }: { kind: string; accountId: string; region: string }): string =>
  `${kind}/${accountId}/${region}`;
