import type * as z from 'zod';
import { findNearestWord } from '../platform/nearest-name.ts';

/** A mistake in a configuration: its place, and the correction. */
export interface PathFinding {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** An issue of the schema as one finding for each mistake, with the correction. */
export function explainIssue(issue: z.core.$ZodIssue, root: unknown): readonly PathFinding[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: unknownKey(issue.message, key) }));
  const value = valueAt(root, issue.path);
  const right = sentence(expectation(issue));
  // A key with nothing after it is null in YAML.
  if (value === undefined || value === null)
    return [{ path: issue.path, message: `is missing; it ${right}` }];
  return [{ path: issue.path, message: `${right}${excerpt(value)}${suggestion(issue, value)}` }];
}

/** A schema of this project that names its keys reports the error itself; see `describeKeyErrors`. */
const unknownKey = (message: string, key: string): string =>
  message.startsWith('Unrecognized key')
    ? 'is not a key here; remove or correct it'
    : `${message}${suggestWord(findNearestWord(key, keysIn(message)))}`;

/** The keys that a message of `describeKeyErrors` lists. */
const keysIn = (message: string): readonly string[] =>
  message.replace(/^.*the keys are /s, '').split(/, | and /);

export const suggestWord = (word: string | undefined): string =>
  word === undefined ? '' : `; did you mean ${word}?`;

/** Messages of this project's schemas describe the required value, or are a sentence that begins with a verb. */
const sentence = (text: string): string => (/^(must|looks|is) /.test(text) ? text : `must be ${text}`);

function expectation(issue: z.core.$ZodIssue): string {
  if (!isDefault(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'invalid_union':
      return oneOf(issue.discriminator === undefined ? [] : optionsOf(issue));
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
    default:
      return issue.message;
  }
}

/** The library's own words, which say "received undefined" and the like. */
const isDefault = (message: string): boolean => /^(Invalid|Too (small|big))/.test(message);

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const oneOf = (options: readonly unknown[]): string =>
  options.length === 1 ? String(options[0]) : `one of ${options.map(String).join(', ')}`;

/** The option with the spelling nearest to the present value. */
function suggestion(issue: z.core.$ZodIssue, value: unknown): string {
  if (typeof value !== 'string') return '';
  const options =
    issue.code === 'invalid_value'
      ? issue.values
      : optionsOf((issue.code === 'custom' ? issue.params : undefined) ?? issue);
  const words = options.map(String);
  return words.includes(value) ? '' : suggestWord(findNearestWord(value, words));
}

const optionsOf = (issue: object): readonly unknown[] =>
  'options' in issue && Array.isArray(issue.options) ? issue.options : [];

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null
        ? (value as Readonly<Record<PropertyKey, unknown>>)[part]
        : undefined,
    root,
  );
}

/** The present value, if it is short. */
function excerpt(value: unknown): string {
  if (typeof value === 'object' && value !== null) return '';
  const text = JSON.stringify(value);
  return text.length > 60 ? '' : ` (it is ${text})`;
}

/** `['grants', 2, 'bucket']` → `grants[2].bucket`. */
export const formatPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text && '.'}${String(part)}`),
    '',
  );
