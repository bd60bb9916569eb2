import * as z from 'zod';
import type { Account } from '../platform/account.ts';
import { findGlobMistake, matchesGlob, parseGlob } from '../platform/glob.ts';
import { memoizeByObject } from '../platform/memoize.ts';
import { findOuMistake, parseOuEntry, splitOuPath } from './ou-path.ts';
import { accountIdSchema } from './schemas.ts';

/** The conditions on an account. Every given field must match. A field matches if one of its values does. */
export interface SelectorFields {
  /**
   * Paths from below the root (`Workloads/Production`: that OU and all OUs below it), or ids of OUs or the root. A `*`
   * in a segment stands for any characters of that OU's name. `ou-path.ts` defines the spelling of other names.
   */
  readonly ous?: readonly string[];
  /** Tag keys with a value, or with several values of which one must match. All keys must match. Case matters. */
  readonly tags?: Readonly<Record<string, string | readonly string[]>>;
  /** Globs on the account's name. Case matters. */
  readonly names?: readonly string[];
  readonly accounts?: readonly string[];
}

/** Which accounts a grant is for. A match of any `except` entry excludes, whatever else matches. */
export interface Selector extends SelectorFields {
  readonly all?: true;
  readonly except?: readonly SelectorFields[];
}

/** Whether the answer can depend on an account's tags. */
export const usesTags = ({ tags, except = [] }: Selector): boolean =>
  tags !== undefined || except.some((fields) => fields.tags !== undefined);

/** Ignores the account's state: the caller decides whether a closed account gets access. */
export const matchesSelector = (selector: Selector, account: Account): boolean =>
  getSelectorTest(selector)(account);

export type SelectorTest = (account: Account) => boolean;

type Test = SelectorTest;

/** The names of the OUs above an account, from below the root, for comparison with a selector's paths. */
export type OuNames = (path: string, account: Account) => readonly string[];

const namesNow: OuNames = (_, { ouPath }) => splitOuPath(ouPath);

/** Compiled once for each selector, since an organization has many accounts. */
export const getSelectorTest = memoizeByObject(
  (selector: Selector): SelectorTest => compileSelector(selector),
);

/** The test of a selector. @param ouNames Default: the names as they are now */
export function compileSelector(selector: Selector, ouNames: OuNames = namesNow): Test {
  const included = selector.all === true ? () => true : fieldsTest(selector, ouNames);
  if (selector.except === undefined) return included;
  const excluded = anyOf(selector.except.map((fields) => fieldsTest(fields, ouNames)));
  return (account) => included(account) && !excluded(account);
}

/** A selector without fields matches nothing. */
function fieldsTest({ ous, tags, names, accounts }: SelectorFields, ouNames: OuNames): Test {
  const ids = new Set(accounts);
  const fields: readonly Test[] = [
    ...(ous === undefined ? [] : [ousTest(ous, ouNames)]),
    ...(tags === undefined ? [] : Object.entries(tags).map(tagTest)),
    ...(names === undefined ? [] : [nameTest(names)]),
    ...(accounts === undefined ? [] : [({ id }: Account) => ids.has(id)]),
  ];
  const [first, ...others] = fields;
  if (first !== undefined && others.length === 0) return first;
  return fields.length === 0 && tags === undefined
    ? () => false
    : (account) => fields.every((test) => test(account));
}

const anyOf =
  (alternatives: readonly Test[]): Test =>
  (account) =>
    alternatives.some((test) => test(account));

function ousTest(ous: readonly string[], ouNames: OuNames): Test {
  const ids = new Set(ous.filter((ou) => 'id' in parseOuEntry(ou)));
  const paths = pathsIn(ous).map(compileOuPath);
  // Many accounts share an OU.
  const answers = new Map<string, boolean>();
  const placeOf = ouNames === namesNow ? pathOf : placeWithIdsOf;
  const isAtPath: Test = (account) => {
    const place = placeOf(account);
    const known = answers.get(place);
    if (known !== undefined) return known;
    const answer = paths.some((path) => path.test(ouNames(path.path, account)));
    answers.set(place, answer);
    return answer;
  };
  if (ids.size === 0) return isAtPath;
  return (account) => isAtPath(account) || account.parentIds.some((id) => ids.has(id));
}

const pathOf = ({ ouPath }: Account): string => ouPath;

/** Cached, because each of many grants needs it. */
const placeWithIdsOf = memoizeByObject(({ ouPath, parentIds }: Account) => `${parentIds.join()} ${ouPath}`);

/** The paths among entries of `ous`. */
const pathsIn = (ous: readonly string[]): readonly string[] =>
  ous.filter((ou) => 'names' in parseOuEntry(ou));

/** The paths of OUs in a selector, those in `except` included, each once. */
export const listSelectorOuPaths = ({ ous = [], except = [] }: Selector): readonly string[] => [
  ...new Set(pathsIn([...ous, ...except.flatMap((fields) => fields.ous ?? [])])),
];

/**
 * Parses a path once. The result tests whether an OU with these names, from below the root, is at the path or below it.
 */
export function compileOuPath(path: string): OuPathTest {
  const entry = parseOuEntry(path);
  const globs = 'names' in entry ? entry.names : [];
  const test = (names: readonly string[]): boolean =>
    globs.every((glob, index) => {
      const name = names[index];
      return name !== undefined && matchesGlob(glob, name);
    });
  return { path, depth: globs.length, test };
}

export interface OuPathTest {
  readonly path: string;
  /** The number of names in the path. */
  readonly depth: number;
  test(names: readonly string[]): boolean;
}

function tagTest([key, value]: readonly [string, string | readonly string[]]): Test {
  const values = new Set([value].flat());
  // Few accounts have one of the values, so this test comes first.
  return ({ tags }) => values.has(tags[key] ?? '') && Object.hasOwn(tags, key);
}

/** A name that equals a glob is one of its matches. */
function nameTest(texts: readonly string[]): Test {
  const spelled = new Set(texts);
  const globs = texts.map(parseGlob);
  return ({ name }) => spelled.has(name) || globs.some((glob) => matchesGlob(glob, name));
}

const atLeastOne = <T extends z.ZodType>(value: T, what: string) =>
  z
    .array(value, { error: `must be a list of ${what}` })
    .min(1, { error: `must name at least one: ${what}. Omit the field if it does not matter` });

/** A path of five OUs with names of 128 characters fits, in any spelling. */
const longestOu = 2_048;

/** An account's name has 50 characters at most (Organizations API reference, "CreateAccount"). */
const longestNameGlob = 512;

/** A check of text beyond its length and its pattern. */
const withoutMistake =
  (mistakeIn: (text: string) => string | undefined) =>
  (context: z.core.ParsePayload<string>): void => {
    const message = mistakeIn(context.value);
    if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
  };

const ouSchema = z
  .string({ error: 'must be an OU: its path or its id, as text' })
  .max(longestOu, { error: `must be at most ${longestOu} characters` })
  .check(withoutMistake(findOuMistake));

const nameGlobSchema = z
  .string({ error: 'must be a glob such as prod-*, as text' })
  .min(1, { error: 'must be a glob such as prod-*' })
  .max(longestNameGlob, { error: `must be at most ${longestNameGlob} characters; use several globs` })
  .check(withoutMistake(findGlobMistake));

const tagValueSchema = z.string({
  error: 'must be the value of the tag as text, in quotes, or a list of such',
});

const fieldShape = {
  ous: atLeastOne(ouSchema, 'paths or ids of OUs').exactOptional(),
  tags: z
    .record(
      z.string().min(1, { error: 'must be the key of a tag' }),
      z.union([tagValueSchema, atLeastOne(tagValueSchema, 'values of the tag')], {
        error: 'must be the value of the tag as text, in quotes, or a list of at least one',
      }),
      { error: 'must be an object of tag keys, each with a value or a list of values' },
    )
    .refine((tags) => Object.keys(tags).length > 0, { error: 'must name at least one tag' })
    .exactOptional(),
  names: atLeastOne(nameGlobSchema, 'globs on account names').exactOptional(),
  accounts: atLeastOne(accountIdSchema, 'account ids').exactOptional(),
};

const fieldNames = Object.keys(fieldShape) as readonly (keyof SelectorFields)[];

const hasFields = (fields: SelectorFields): boolean => fieldNames.some((name) => fields[name] !== undefined);

const known = (keys: string, expected: string) => (issue: { readonly code?: string | undefined }) =>
  issue.code === 'unrecognized_keys' ? `is not known here; the keys are ${keys}` : `must be ${expected}`;

const exceptSchema = z
  .strictObject(fieldShape, {
    error: known(fieldNames.join(', '), 'an object with ous, tags, names or accounts'),
  })
  .refine(hasFields, { error: 'must have at least one of ous, tags, names and accounts' });

/** A selector in the configuration. It has no transformation, so it can be published as JSON Schema. */
export const selectorSchema: z.ZodType<Selector> = z
  .strictObject(
    {
      all: z.literal(true, { error: 'must be true, or absent' }).exactOptional(),
      ...fieldShape,
      except: atLeastOne(exceptSchema, 'objects with ous, tags, names or accounts').exactOptional(),
    },
    {
      error: known(
        `all, ${fieldNames.join(', ')} and except`,
        'an object: {all: true}, or ous, tags, names and accounts',
      ),
    },
  )
  .refine((selector) => selector.all === true || hasFields(selector), {
    error: 'must say which accounts: all: true, or at least one of ous, tags, names and accounts',
  })
  .refine((selector) => selector.all !== true || !hasFields(selector), {
    error: 'must be all: true, or ous, tags, names and accounts, not both; use except to leave accounts out',
  });
