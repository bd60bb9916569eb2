import * as z from 'zod';
import type { AccountRegion } from '../platform/aws/account-region.ts';
import { matchesGlob, parseStarGlob } from '../platform/glob.ts';
import { getPartitionFacts } from '../platform/partitions.ts';
import type { GrantContext, ResourcePattern, ResourceSearch } from './contract.ts';
import { TooManyResourcesError } from './errors.ts';
import { type GrantEntry, uniqueListSchema } from './grant-schema.ts';

/** The accounts and regions in which an entry has resources. Default: the region of the central account. */
export function listPlaces(entry: GrantEntry, context: GrantContext): readonly AccountRegion[] {
  const central = context.centralAccounts[entry.account];
  if (central === undefined)
    throw new Error(`grant ${entry.name} is on ${entry.account}, which is not configured`);
  const regions = entry.regions ?? [entry.region ?? central.region];
  return regions.map((region) => ({ accountId: central.id, region }));
}

/**
 * The place of groups and roles. IAM has no regions, so each partition has one place, whatever region the central
 * account has. Two central accounts with different regions may be one AWS account: a group in it then still has one key
 * in the table, and one lease.
 */
export function listGlobalPlaces(entry: GrantEntry, context: GrantContext): readonly AccountRegion[] {
  const region = getPartitionFacts(context.partition).iamRegion;
  return listPlaces(entry, context).map(({ accountId }) => ({ accountId, region }));
}

/** One search for each pattern of an entry, in each account and region of the entry. */
export const createSearches = (
  entry: GrantEntry,
  context: GrantContext,
  patterns: readonly ResourcePattern[],
): readonly ResourceSearch[] =>
  listPlaces(entry, context).flatMap((accountRegion) =>
    patterns.map((pattern) => ({ kind: entry.kind, ...accountRegion, pattern })),
  );

/** Lengths of tags in AWS ("Tag naming limits", Tagging user guide). */
const tagKey = z.string().min(1, 'a tag key').max(128, 'a tag key of at most 128 characters');
const tagValue = z
  .string('the value of a tag, in quotes where it looks like a number')
  .max(256, 'a tag value of at most 256 characters');

/**
 * The `tags` field, which selects resources by their tags: a resource must have each key, with one of the key's values.
 * Case matters. The lengths are limited as in a GetResources filter (Resource Groups Tagging API reference).
 */
export const tagPatternSchema = z
  .record(
    tagKey,
    z
      .union(
        [tagValue, uniqueListSchema(tagValue, 'must name at least one value').max(20, 'at most 20 values')],
        'the value of a tag, or a list of values, in quotes where they look like numbers',
      )
      .transform((values) => [values].flat()),
    'an object of tags, such as { Use: base-image }',
  )
  .refine((tags) => Object.keys(tags).length > 0, 'must name at least one tag')
  .refine((tags) => Object.keys(tags).length <= 50, 'must name at most 50 tags');

export type TagPattern = z.infer<typeof tagPatternSchema>;

/** The tag pattern of an entry. Empty if the entry names its resources. */
export const toTagPatterns = (tags: TagPattern | undefined): readonly ResourcePattern[] =>
  tags === undefined ? [] : [{ tags }];

/** Checks that an entry either names its resources in `field` or selects them by tags, and not both. */
export const requireNameOrTags =
  <Field extends string>(field: Field) =>
  ({ value, issues }: z.core.ParsePayload<{ readonly [K in Field | 'tags']?: unknown }>): void => {
    const given = [field, 'tags' as const].filter((name) => value[name] !== undefined);
    if (given.length === 1) return;
    const message =
      given.length === 0
        ? 'must name the resources, unless tags selects them'
        : `must stand alone: ${field} names the resources, and tags selects them; keep one of the two`;
    issues.push({ code: 'custom', path: [given.length === 0 ? field : 'tags'], message, input: value });
  };

/** Checks that an entry has only one region. An id such as an image id exists in one region only. */
export const requireOneRegion = (
  payload: z.core.ParsePayload<{ readonly regions?: readonly string[] | undefined }>,
  message: string,
): void => {
  const { value, issues } = payload;
  if ((value.regions?.length ?? 0) > 1)
    issues.push({ code: 'custom', path: ['regions'], message, input: value });
};

/** Whether the tags of a resource match a pattern: each key is present, with one of its values. */
export function hasTags(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
  pattern: ResourcePattern,
): boolean {
  const values = new Map(tags?.map(({ Key, Value = '' }) => [Key, Value]));
  return Object.entries(getPatternTags(pattern)).every(([key, wanted]) => {
    const value = values.get(key);
    return value !== undefined && wanted.includes(value);
  });
}

/**
 * The tags of a pattern, for grant kinds that search by tags only.
 * @throws Error if the pattern is one of names
 */
export function getPatternTags(pattern: ResourcePattern): Readonly<Record<string, readonly string[]>> {
  if ('tags' in pattern) return pattern.tags;
  throw new Error(`a search by tags, not by the name ${pattern.name}`);
}

/** Whether a name matches a pattern. `*` stands for any characters, including slashes. */
export const fitsGlob = (name: string, glob: string): boolean => matchesGlob(parseStarGlob(glob), name);

export interface Page {
  readonly ids: readonly string[];
  /** The token of the next page. Absent or empty on the last page. */
  readonly next?: string | undefined;
}

/**
 * Reads the ids of all pages, ordered, each once. It stops when there are more than `limit` ids.
 * @throws TooManyResourcesError
 */
export async function listAllPages(
  search: ResourceSearch,
  limit: number,
  ask: (token: string | undefined) => Promise<Page>,
): Promise<readonly string[]> {
  const ids = new Set<string>();
  let token: string | undefined;
  do {
    const page = await ask(token);
    for (const id of page.ids) ids.add(id);
    if (ids.size > limit) throw tooMany(search, limit);
    token = page.next || undefined;
  } while (token !== undefined);
  return [...ids].sort();
}

/** A pattern in words for messages: `base/*`, or `Team = a or b, Use = c`. */
export const formatPattern = (pattern: ResourcePattern): string =>
  'name' in pattern
    ? pattern.name
    : Object.entries(pattern.tags)
        .map(([key, values]) => `${key} = ${values.join(' or ')}`)
        .join(', ');

function tooMany(search: ResourceSearch, limit: number): TooManyResourcesError {
  const { kind, accountId, region, pattern } = search;
  return new TooManyResourcesError(
    `${kind}: ${formatPattern(pattern)} matches more than ${limit} resources in account ${accountId}, ${region}, so ` +
      'this search added none. Narrow the pattern, split it over several grants, or raise `limits.resourcesPerPattern`',
    { kind, accountId, region, pattern: formatPattern(pattern), limit },
  );
}
