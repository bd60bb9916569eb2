import type * as z from 'zod';
import { findNearestWord } from '../platform/nearest-name.ts';

/** A mistake in a configuration: where it is, and how to correct it. */
export interface PathFinding {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Converts an issue of zod to findings: one for each mistake, with a way to correct it. */
export function explainIssue(issue: z.core.$ZodIssue, root: unknown): readonly PathFinding[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: unknownKey(issue.message, key) }));
  const value = valueAt(root, issue.path);
  const right = sentence(expectation(issue));
  // A key without a value is null in YAML. It counts as missing.
  if (value === undefined || value === null)
    return [{ path: issue.path, message: `is missing; it ${right}` }];
  return [{ path: issue.path, message: `${right}${excerpt(value)}${suggestion(issue, value)}` }];
}

/** Messages of `describeKeyErrors` already name the unknown key, so they stay as they are. */
const unknownKey = (message: string, key: string): string =>
  message.startsWith('Unrecognized key')
    ? 'is not a key here; remove or correct it'
    : `${message}${suggestWord(findNearestWord(key, keysIn(message)))}`;

/** The keys in a message of `describeKeyErrors`. */
const keysIn = (message: string): readonly string[] =>
  message.replace(/^.*the keys are /s, '').split(/, | and /);

export const suggestWord = (word: string | undefined): string =>
  word === undefined ? '' : `; did you mean ${word}?`;

/**
 * Makes a sentence of a message. Messages of this project's schemas are sentences, or describe the required value after
 * "must be".
 */
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

/** Whether the message is zod's own, such as "Invalid input: expected string, received undefined". */
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

/** Suggests the allowed value that is most similar to the given value. */
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

/** The given value for the message, if it is short enough. */
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
