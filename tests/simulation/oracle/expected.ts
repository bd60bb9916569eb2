import type { Configuration } from '../../../shared/configuration/schema.ts';
import type { SimulatedWorld } from '../../../simulator/world.ts';
import type { Entry } from './entry.ts';
import { fitsStars } from './globs.ts';
import { isHeld } from './held.ts';
import { readerOf } from './kinds/index.ts';
import { treeOf, treeOfOne, type Waiting } from './organization.ts';
import type { Candidate, Patterns } from './reader.ts';
import { keyOf, type Ref } from './resources.ts';
import type { Tree } from './selectors.ts';
import { type Answer, answersOf, noStoredOus, type StoredOus } from './stored-ous.ts';

/**
 * The input of the comparison: the present world, the active configuration, and the accounts that wait for approval.
 */
export interface Situation {
  readonly world: SimulatedWorld;
  readonly configuration: Configuration;
  readonly waiting: Waiting;
  /** The OUs at paths when the configuration was activated. Default: paths refer to today's names. */
  readonly stored?: StoredOus;
  /** The access before the latest sweep: `cellName` of each cell of the matrix. Default: none. */
  readonly had?: ReadonlySet<string>;
}

/** One grant on one resource, and the accounts that must have it: a row of the matrix account × access. */
export interface Expected {
  readonly key: string;
  readonly ref: Ref;
  readonly entry: Entry;
  /** Whether the configuration names the resource, so that it must exist. */
  readonly named: boolean;
  readonly accounts: ReadonlySet<string>;
}

/** The expected matrix. */
export function expected(situation: Situation): readonly Expected[] {
  const tree = treeOf(situation.world);
  return entriesOf(situation.configuration).flatMap((entry) => {
    const answers = answersTo(entry, tree, situation);
    const named = namedBy(entry, situation.configuration);
    const keys = new Set(named.map(keyOf));
    const matches = matchedBy(entry, situation).filter((ref) => !keys.has(keyOf(ref)));
    return [...named, ...matches].map((ref) => ({
      key: keyOf(ref),
      ref,
      entry,
      named: keys.has(keyOf(ref)),
      accounts: dueOn(`${keyOf(ref)} ${entry.name}`, answers, situation),
    }));
  });
}

/** The accounts that get access on a resource by a grant, and the accounts that keep it. */
function dueOn(row: string, answers: ReadonlyMap<string, Answer>, { had }: Situation): ReadonlySet<string> {
  const isDue = (id: string, answer: Answer): boolean =>
    answer === 'gets' || (answer === 'keeps' && had?.has(cellName(row, id)) === true);
  return new Set([...answers].filter(([id, answer]) => isDue(id, answer)).map(([id]) => id));
}

/** @param row the key of the resource, a space, and the name of the grant */
export const cellName = (row: string, id: string): string => `${row} ${id}`;

export const entriesOf = ({ grants }: Configuration): readonly Entry[] => grants as readonly Entry[];

/** Keys of the resources that a configuration names. */
export const namedKeysOf = (configuration: Configuration): readonly string[] => [
  ...new Set(entriesOf(configuration).flatMap((entry) => namedBy(entry, configuration).map(keyOf))),
];

/** Accounts and regions of the configuration's patterns: `kind/account/region`. */
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
 * An account that waits for approval has the access that both its present position and the position of its last
 * approval give. Grants with a condition ignore approval (docs/approval.md).
 */
function answersTo(
  entry: Entry,
  tree: Tree,
  { world, waiting, stored = noStoredOus }: Situation,
): ReadonlyMap<string, Answer> {
  const here = answersOf(entry.for, tree, stored);
  return new Map(
    [...world.accounts.keys()].map((id): [string, Answer] => {
      const approval = isHeld(entry) ? undefined : waiting.get(id);
      if (approval === undefined) return [id, here(id)];
      const { approvedAs } = approval;
      if (approvedAs === null) return [id, 'nothing'];
      return [id, weaker(here(id), answersOf(entry.for, treeOfOne(id, approvedAs), stored)(id))];
    }),
  );
}

const weaker = (one: Answer, other: Answer): Answer =>
  (['nothing', 'keeps'] as const).find((each) => one === each || other === each) ?? 'gets';

/** IAM has no regions, so its resources have one fixed region in their keys. */
const globalKinds: ReadonlySet<string> = new Set(['assume-role-permission', 'role-trust-policy']);

function placesOf(entry: Entry, { centralAccounts }: Configuration): readonly Omit<Ref, 'kind' | 'id'>[] {
  const central = centralAccounts[entry.account];
  if (central === undefined) throw new Error(`${entry.name} is on an account that is not configured`);
  if (globalKinds.has(entry.kind)) return [{ accountId: central.id, region: 'us-east-1' }];
  const { region, regions } = entry as { readonly region?: string; readonly regions?: readonly string[] };
  return (regions ?? [region ?? central.region]).map((each) => ({ accountId: central.id, region: each }));
}

const namedBy = (entry: Entry, configuration: Configuration): readonly Ref[] =>
  placesOf(entry, configuration).flatMap((location) =>
    readerOf(entry.kind)
      .named(entry)
      .map((id) => ({ kind: entry.kind, ...location, id })),
  );

/** The present matches of an entry's patterns. */
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
