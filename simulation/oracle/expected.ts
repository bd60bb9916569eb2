import type { Configuration } from '../../shared/configuration/schema.ts';
import type { World } from '../../simulator/world.ts';
import { fitsStars } from './globs.ts';
import { isHeld } from './held.ts';
import { readerOf } from './kinds/index.ts';
import { treeOf, treeOfOne, type Waiting } from './organization.ts';
import type { Candidate, Entry, Patterns } from './reader.ts';
import { keyOf, type Ref } from './resources.ts';
import { selected } from './selectors.ts';

/** What is to be compared: the world as it is, the active configuration, and who waits for approval. */
export interface Situation {
  readonly world: World;
  readonly configuration: Configuration;
  readonly waiting: Waiting;
}

/** One grant on one resource, and the accounts that must have it: a row of the matrix account × access. */
export interface Expected {
  readonly key: string;
  readonly ref: Ref;
  readonly entry: Entry;
  /** Whether the configuration names the resource, so that it must be there. */
  readonly named: boolean;
  readonly accounts: ReadonlySet<string>;
}

/** The expected matrix. */
export function expected(situation: Situation): readonly Expected[] {
  const tree = treeOf(situation.world);
  return entriesOf(situation.configuration).flatMap((entry) => {
    const accounts = dueTo(entry, selected(entry.for, tree), situation.waiting);
    const named = namedBy(entry, situation.configuration);
    const keys = new Set(named.map(keyOf));
    const found = matchedBy(entry, situation).filter((ref) => !keys.has(keyOf(ref)));
    return [...named, ...found].map((ref) => ({
      key: keyOf(ref),
      ref,
      entry,
      named: keys.has(keyOf(ref)),
      accounts,
    }));
  });
}

export const entriesOf = ({ grants }: Configuration): readonly Entry[] => grants as readonly Entry[];

/** Keys of the resources that a configuration names. */
export const namedKeysOf = (configuration: Configuration): readonly string[] => [
  ...new Set(entriesOf(configuration).flatMap((entry) => namedBy(entry, configuration).map(keyOf))),
];

/** Places in which patterns of a configuration look: `kind/account/region`. */
export const patternPlaces = (configuration: Configuration): ReadonlySet<string> =>
  new Set(
    entriesOf(configuration)
      .filter((entry) => hasPatterns(readerOf(entry.kind).patterns(entry)))
      .flatMap((entry) =>
        placesOf(entry, configuration).map(({ accountId, region }) =>
          [entry.kind, accountId, region].join('/'),
        ),
      ),
  );

const hasPatterns = ({ names, tags }: Patterns): boolean => names.length > 0 || tags !== undefined;

/**
 * An account that waits for approval has what it would have both here and where it was approved last. Grants that a
 * condition holds know no approval ("Approval", docs/configuration.md).
 */
function dueTo(entry: Entry, ids: ReadonlySet<string>, waiting: Waiting): ReadonlySet<string> {
  if (isHeld(entry)) return ids;
  return new Set(
    [...ids].filter((id) => {
      const approval = waiting.get(id);
      if (approval === undefined) return true;
      const { approvedAs } = approval;
      return approvedAs !== null && selected(entry.for, treeOfOne(id, approvedAs)).has(id);
    }),
  );
}

/** IAM knows no regions: what is on it is kept under one. */
const globalKinds: ReadonlySet<string> = new Set(['assume-role-permission', 'role-trust-policy']);

function placesOf(entry: Entry, { centralAccounts }: Configuration): readonly Omit<Ref, 'kind' | 'id'>[] {
  const central = centralAccounts[entry.account];
  if (central === undefined) throw new Error(`${entry.name} is on an account that is not configured`);
  if (globalKinds.has(entry.kind)) return [{ accountId: central.id, region: 'us-east-1' }];
  const { region, regions } = entry as { readonly region?: string; readonly regions?: readonly string[] };
  return (regions ?? [region ?? central.region]).map((each) => ({ accountId: central.id, region: each }));
}

const namedBy = (entry: Entry, configuration: Configuration): readonly Ref[] =>
  placesOf(entry, configuration).flatMap((place) =>
    readerOf(entry.kind)
      .named(entry)
      .map((id) => ({ kind: entry.kind, ...place, id })),
  );

/** What the patterns of an entry match now. */
function matchedBy(entry: Entry, { world, configuration }: Situation): readonly Ref[] {
  const { patterns, all, findable = all } = readerOf(entry.kind);
  const wanted = patterns(entry);
  if (!hasPatterns(wanted)) return [];
  return placesOf(entry, configuration).flatMap(({ accountId, region }) =>
    findable(world)
      .filter((each) => each.accountId === accountId && each.region === region && isMatch(each, wanted))
      .map(({ id }) => ({ kind: entry.kind, accountId, region, id })),
  );
}

const isMatch = ({ id, tags: actual }: Candidate, { names, tags }: Patterns): boolean =>
  names.some((name) => fitsStars(id, name)) ||
  (tags !== undefined &&
    Object.entries(tags).every(([key, value]) => {
      const values = typeof value === 'string' ? [value] : value;
      return Object.hasOwn(actual, key) && values.includes(actual[key] ?? '');
    }));
