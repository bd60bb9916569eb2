import * as z from 'zod';
import type { Account } from '../platform/account.ts';
import { findGlobMistake, matchesGlob, parseGlob } from '../platform/glob.ts';
import { memoizeByObject } from '../platform/memoize.ts';
import { findOuMistake, parseOuEntry, splitOuPath } from './ou-path.ts';
import { accountIdSchema } from './schemas.ts';

/**
 * Conditions on an account. The account must match every field that is present. It matches a field if it matches one
 * value of the field.
 */
export interface SelectorFields {
  /**
   * Paths from below the root, or ids of OUs or the root. `Workloads/Production` selects that OU and all OUs below it.
   * A `*` matches any characters of one OU's name. `ou-path.ts` says how to write names with special characters.
   */
  readonly ous?: readonly string[];
  /**
   * Tag keys, each with one value or several. The account must have every key, with one of the key's values. Case
   * matters.
   */
  readonly tags?: Readonly<Record<string, string | readonly string[]>>;
  /** Patterns with `*` for the account's name. Case matters. */
  readonly names?: readonly string[];
  readonly accounts?: readonly string[];
}

/** Selects the accounts of a grant. An account that matches an entry of `except` is never selected. */
export interface Selector extends SelectorFields {
  readonly all?: true;
  readonly except?: readonly SelectorFields[];
}

/** Whether the selector reads tags of accounts. */
export const usesTags = ({ tags, except = [] }: Selector): boolean =>
  tags !== undefined || except.some((fields) => fields.tags !== undefined);

/** Whether an account matches a selector. The account's state is ignored here: callers exclude closed accounts. */
export const matchesSelector = (selector: Selector, account: Account): boolean =>
  getSelectorTest(selector)(account);

export type SelectorTest = (account: Account) => boolean;

type Test = SelectorTest;

/**
 * Returns the names of the OUs above an account, from below the root. They are compared with the path of a selector,
 * which may mean present names or earlier names.
 */
export type OuNames = (path: string, account: Account) => readonly string[];

const namesNow: OuNames = (_, { ouPath }) => splitOuPath(ouPath);

/** A selector as a function that tests an account. Cached, because an organization has many accounts. */
export const getSelectorTest = memoizeByObject(
  (selector: Selector): SelectorTest => compileSelector(selector),
);

/**
 * Converts a selector to a function that tests an account.
 * @param ouNames how to find the names of the OUs above an account. Default: their present names
 */
export function compileSelector(selector: Selector, ouNames: OuNames = namesNow): Test {
  const included = selector.all === true ? () => true : fieldsTest(selector, ouNames);
  if (selector.except === undefined) return included;
  const excluded = anyOf(selector.except.map((fields) => fieldsTest(fields, ouNames)));
  return (account) => included(account) && !excluded(account);
}

/** A selector without any field matches no account. */
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
  // Caches the answer for each OU, because many accounts are in the same OU.
  const answers = new Map<string, boolean>();
  const placeOf = ouNames === namesNow ? pathOf : placeWithIdsOf;
  const isAtPath: Test = (account) => {
    const position = placeOf(account);
    const cachedAnswer = answers.get(position);
    if (cachedAnswer !== undefined) return cachedAnswer;
    const answer = paths.some((path) => path.test(ouNames(path.path, account)));
    answers.set(position, answer);
    return answer;
  };
  if (ids.size === 0) return isAtPath;
  return (account) => isAtPath(account) || account.parentIds.some((id) => ids.has(id));
}

const pathOf = ({ ouPath }: Account): string => ouPath;

/** The OU path and the OU ids of an account in one string. Cached, because the selectors of many grants need it. */
const placeWithIdsOf = memoizeByObject(({ ouPath, parentIds }: Account) => `${parentIds.join()} ${ouPath}`);

/** Those entries of `ous` that are paths and no ids. */
const pathsIn = (ous: readonly string[]): readonly string[] =>
  ous.filter((ou) => 'names' in parseOuEntry(ou));

/** The OU paths in a selector, each once. Includes the paths in `except`. */
export const listSelectorOuPaths = ({ ous = [], except = [] }: Selector): readonly string[] => [
  ...new Set(pathsIn([...ous, ...except.flatMap((fields) => fields.ous ?? [])])),
];

/**
 * Parses a path once. The returned test gets the names of the OUs above an account, from below the root. It says
 * whether the account is in the OU at this path or below it.
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
  /** How many OUs the path names. */
  readonly depth: number;
  test(names: readonly string[]): boolean;
}

function tagTest([key, value]: readonly [string, string | readonly string[]]): Test {
  const values = new Set([value].flat());
  // This quick test comes first, because it excludes most accounts.
  return ({ tags }) => values.has(tags[key] ?? '') && Object.hasOwn(tags, key);
}

/** Tests a name against patterns. A pattern without `*` matches only the same name. */
function nameTest(texts: readonly string[]): Test {
  const spelled = new Set(texts);
  const globs = texts.map(parseGlob);
  return ({ name }) => spelled.has(name) || globs.some((glob) => matchesGlob(glob, name));
}

const atLeastOne = <T extends z.ZodType>(value: T, what: string) =>
  z
    .array(value, { error: `must be a list of ${what}` })
    .min(1, { error: `must name at least one: ${what}. Omit the field if it does not matter` });

/**
 * Enough for a path of five OUs (the deepest that AWS allows) with names of 128 characters, even if every character is
 * encoded.
 */
const longestOu = 2_048;

/**
 * More than a useful pattern needs: an account's name has at most 50 characters (Organizations API reference,
 * "CreateAccount").
 */
const longestNameGlob = 512;

/** Adds a check of its own to a string schema. It runs only if length and pattern are valid. */
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

const describeError = (keys: string, expected: string) => (issue: { readonly code?: string | undefined }) =>
  issue.code === 'unrecognized_keys' ? `is not known here; the keys are ${keys}` : `must be ${expected}`;

const exceptSchema = z
  .strictObject(fieldShape, {
    error: describeError(fieldNames.join(', '), 'an object with ous, tags, names or accounts'),
  })
  .refine(hasFields, { error: 'must have at least one of ous, tags, names and accounts' });

/** The schema of a selector. It transforms nothing, so that it can be published as JSON Schema. */
export const selectorSchema: z.ZodType<Selector> = z
  .strictObject(
    {
      all: z.literal(true, { error: 'must be true, or absent' }).exactOptional(),
      ...fieldShape,
      except: atLeastOne(exceptSchema, 'objects with ous, tags, names or accounts').exactOptional(),
    },
    {
      error: describeError(
        `all, ${fieldNames.join(', ')} and except`,
        'an object: {all: true}, or ous, tags, names and accounts',
      ),
    },
  )
  .refine((selector) => selector.all === true || hasFields(selector), {
    error: 'must say which accounts: all: true, or at least one of ous, tags, names and accounts',
  })
  .refine((selector) => selector.all !== true || !hasFields(selector), {
    error: 'must be all: true, or ous, tags, names and accounts, not both; use except to exclude accounts',
  });
