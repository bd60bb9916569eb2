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
export function matches(selector: Selector, account: Account): boolean {
  if (selector.except?.some((fields) => fieldsMatch(fields, account))) return false;
  return selector.all === true || fieldsMatch(selector, account);
}

/** No field at all matches nothing. */
function fieldsMatch({ ous, tags, names, accounts }: SelectorFields, account: Account): boolean {
  if (ous === undefined && tags === undefined && names === undefined && accounts === undefined) return false;
  return (
    (ous === undefined || ous.some((ou) => ouMatches(ou, account))) &&
    (tags === undefined || tagsMatch(tags, account)) &&
    (names === undefined || names.some((glob) => globMatches(glob, account.name))) &&
    (accounts === undefined || accounts.includes(account.id))
  );
}

function ouMatches(ou: string, account: Account): boolean {
  if (parentIdPattern.test(ou)) return account.parentIds.includes(ou);
  if (!ou.includes('*')) return `${account.ouPath}/`.startsWith(`${ou}/`);
  const actual = account.ouPath.split('/');
  return ou.split('/').every((segment, index) => segmentMatches(segment, actual[index]));
}

/** Only `*` is special in a segment: OU names may hold brackets, braces and question marks. */
function segmentMatches(segment: string, name: string | undefined): boolean {
  if (name === undefined || !segment.includes('*')) return segment === name;
  return globMatches(segment.replace(/[[\]{}?\\]/g, '\\$&'), name);
}

const tagsMatch = (tags: NonNullable<SelectorFields['tags']>, account: Account): boolean =>
  Object.entries(tags).every(
    ([key, value]) => Object.hasOwn(account.tags, key) && [value].flat().includes(account.tags[key] ?? ''),
  );

const matchers = new Map<string, (name: string) => boolean>();

/** Compiled once for each glob; globs come from the configuration, so there are few. */
function globMatches(glob: string, name: string): boolean {
  const known = matchers.get(glob);
  const matcher = known ?? picomatch(plainGlob(glob), globOptions);
  if (known === undefined) matchers.set(glob, matcher);
  return matcher(withoutSlashes(name));
}

/** The special characters of a glob are `*`, `?`, `[…]`, `{…,…}` and `\`; the rest stands for itself. */
const globOptions = { dot: true, nonegate: true, noextglob: true, keepQuotes: true };

const plainGlob = (glob: string): string =>
  withoutSlashes(glob)
    .replaceAll('[!', '[^')
    .replace(/(?<!\[)\^|[()|$]/g, '\\$&');

/** A name is no path: a slash in it is a character like any other, so it is hidden from the glob's rules on paths. */
const withoutSlashes = (text: string): string => text.replaceAll('/', '\u2215');

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
