import picomatch from 'picomatch';
import * as z from 'zod';
import type { Account } from './account.ts';
import { accountIdSchema, parentIdPattern } from './schemas.ts';

/** What can be asked of an account. All fields that are given must hold; of one field's values, one. */
export interface SelectorFields {
  /**
   * Paths from below the root (`Workloads/Production`: that OU and all beneath it), or ids of OUs or the root.
   * A `*` in a segment stands for any characters of that OU's name.
   */
  readonly ous?: readonly string[];
  /** Tag keys with a value, or several of which one must hold. All keys must hold. Case matters. */
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

/** Says nothing of the account's state: whether a closed account gets anything is for the caller to decide. */
export const matches = (selector: Selector, account: Account): boolean => asTest(selector)(account);

type Test = (account: Account) => boolean;

const tests = new WeakMap<Selector, Test>();

/** Made once for each selector, since an organisation has many accounts. */
function asTest(selector: Selector): Test {
  const known = tests.get(selector);
  if (known !== undefined) return known;
  const test = selectorTest(selector);
  tests.set(selector, test);
  return test;
}

function selectorTest(selector: Selector): Test {
  const included = selector.all === true ? () => true : fieldsTest(selector);
  const excluded = anyOf((selector.except ?? []).map(fieldsTest));
  return (account) => included(account) && !excluded(account);
}

/** No field at all matches nothing. */
function fieldsTest({ ous, tags, names, accounts }: SelectorFields): Test {
  const ids = new Set(accounts);
  const fields: readonly Test[] = [
    ...(ous === undefined ? [] : [ousTest(ous)]),
    ...(tags === undefined ? [] : Object.entries(tags).map(tagTest)),
    ...(names === undefined ? [] : [nameTest(names)]),
    ...(accounts === undefined ? [] : [({ id }: Account) => ids.has(id)]),
  ];
  return fields.length === 0 && tags === undefined
    ? () => false
    : (account) => fields.every((test) => test(account));
}

const anyOf =
  (alternatives: readonly Test[]): Test =>
  (account) =>
    alternatives.some((test) => test(account));

function ousTest(ous: readonly string[]): Test {
  const ids = new Set(ous.filter((ou) => parentIdPattern.test(ou)));
  const byPath = anyOf(ous.filter((ou) => !ids.has(ou)).map(pathTest));
  // Many accounts share an OU.
  const answers = new Map<string, boolean>();
  return (account) => {
    const { ouPath, parentIds } = account;
    const answer = answers.get(ouPath) ?? byPath(account);
    answers.set(ouPath, answer);
    return answer || parentIds.some((id) => ids.has(id));
  };
}

function pathTest(ou: string): Test {
  if (!ou.includes('*')) return ({ ouPath }) => ouPath === ou || ouPath.startsWith(`${ou}/`);
  const segments = ou.split('/').map(segmentTest);
  return ({ ouPath }) => {
    const actual = ouPath.split('/');
    return segments.every((test, index) => test(actual[index]));
  };
}

/** Only `*` is special in a segment: OU names may hold brackets, braces and question marks. */
function segmentTest(segment: string): (name: string | undefined) => boolean {
  if (!segment.includes('*')) return (name) => name === segment;
  const glob = globTest([segment.replace(/[[\]{}?\\]/g, '\\$&')]);
  return (name) => name !== undefined && glob(name);
}

function tagTest([key, value]: readonly [string, string | readonly string[]]): Test {
  const values = new Set([value].flat());
  return ({ tags }) => Object.hasOwn(tags, key) && values.has(tags[key] ?? '');
}

function nameTest(globs: readonly string[]): Test {
  const matches = globTest(globs);
  return ({ name }) => matches(name);
}

/** Whether one of the globs matches; a name that is spelled like a glob is one of its matches. */
function globTest(globs: readonly string[]): (name: string) => boolean {
  const plain = new Set(globs.map(plainGlob));
  const pattern = new RegExp([...plain].map((glob) => picomatch.makeRe(glob, globOptions).source).join('|'));
  return (name) => {
    const text = withoutSlashes(name);
    return plain.has(text) || pattern.test(text);
  };
}

/** The special characters of a glob are `*`, `?`, `[…]`, `{…,…}` and `\`; the rest stands for itself. */
const globOptions = { dot: true, nonegate: true, noextglob: true, keepQuotes: true };

const plainGlob = (glob: string): string =>
  withoutSlashes(glob)
    .replaceAll('[!', '[^')
    .replace(/(?<!\[)\^|[()|$]/g, '\\$&');

/** A name is no path: a slash in it is a character like any other, so it is hidden from the glob's rules on paths. */
const withoutSlashes = (text: string): string => (text.includes('/') ? text.replaceAll('/', '\u2215') : text);

const atLeastOne = <T extends z.ZodType>(value: T, what: string) =>
  z
    .array(value, { error: `must be a list of ${what}` })
    .min(1, { error: `must name at least one: ${what}. Leave the field out where it does not matter` });

const ouSchema = z.string({ error: 'must be an OU: its path or its id, as text' }).check((context) => {
  const message = ouMistake(context.value);
  if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
});

function ouMistake(ou: string): string | undefined {
  if (parentIdPattern.test(ou)) return undefined;
  if (ou.startsWith('ou-')) return 'looks like the id of an OU but is none: it must be like ou-ab12-cd34ef56';
  const segments = ou.split('/');
  if (segments.some((segment) => segment.trim() === ''))
    return 'must be a path from below the root such as Workloads/Production, with no slash at either end';
  if (segments.includes('**'))
    return 'must go without **: a path stands for the OU and everything beneath it';
  return undefined;
}

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
  names: atLeastOne(
    z.string().min(1, { error: 'must be a glob such as prod-*' }),
    'globs on account names',
  ).exactOptional(),
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

/** A selector as it stands in the configuration. Holds no transformation, so it can be published as JSON Schema. */
export const selectorSchema: z.ZodType<Selector> = z
  .strictObject(
    {
      all: z.literal(true, { error: 'must be true, or left out' }).exactOptional(),
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
