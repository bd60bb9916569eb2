import { type Answer, every, not, some, whether } from './answer.ts';
import { isMultivalued, type Values, valuesOf } from './context.ts';
import { type Case, type Conditions, listOf } from './shapes.ts';
import { expand, matchesArn, matchesPattern } from './text.ts';
import { anyOf, boolean, type Comparison, compare, inRange, numberOf, timeOf } from './values.ts';

/** What a condition is judged with: the request, and whether the document's version knows variables. */
export interface Reader {
  readonly input: Case;
  readonly variables: boolean;
}

/** All operators and all keys must be met; of several values one is enough. */
export function conditionsMet(conditions: Conditions | undefined, reader: Reader): Answer {
  return every(
    Object.entries(conditions ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, wanted]) =>
        keyMeets(operator, key, listOf(wanted).map(String), reader),
      ),
    ),
  );
}

function keyMeets(operator: string, key: string, wanted: readonly string[], reader: Reader): Answer {
  const values = valuesOf(key, reader.input);
  // Without a set operator, what AWS does with several values is not documented, nor with a list of one.
  const needsSet = isMultivalued(key, reader.input) && values.length > 0 && operator !== 'Null';
  if (needsSet && !operator.includes(':')) return 'unknown';
  return operatorMet(operator, values, wanted, reader);
}

function operatorMet(operator: string, values: Values, wanted: readonly string[], reader: Reader): Answer {
  const [prefix, name] = operator.includes(':') ? operator.split(':') : ['', operator];
  if (values === 'unknown' || name === undefined) return 'unknown';
  if (name === 'Null') return some(wanted.map((each) => boolean(String(isNull(values)), each)));
  const plain = name.endsWith('IfExists') ? name.slice(0, -'IfExists'.length) : name;
  if (testOf(plain.replace('Not', ''), reader) === undefined) return 'unknown';
  if (plain !== name && values.length === 0) return 'yes';
  return setMet(prefix ?? '', plain, values, wanted, reader);
}

/** `true` (the key doesn't exist) or `false` (the key exists and its value is not null). */
const isNull = (values: readonly string[]): boolean => values.length === 0;

function setMet(
  prefix: string,
  name: string,
  values: readonly string[],
  wanted: readonly string[],
  reader: Reader,
): Answer {
  const answers = withoutEmpty(prefix, values).map((value) => valueMet(name, value, wanted, reader));
  if (prefix === 'ForAllValues') return every(answers);
  if (prefix === 'ForAnyValue') return some(answers);
  if (prefix !== '' || values.length > 1) return 'unknown';
  return values.length === 0 ? whether(isNegated(name)) : (answers[0] ?? 'unknown');
}

/** An empty string is "a null dataset" for set operators: `ForAllValues` is true for it, and `ForAnyValue` false. */
const withoutEmpty = (prefix: string, values: readonly string[]): readonly string[] =>
  prefix !== '' && values.length === 1 && values[0] === '' ? [] : values;

/** "If the policy condition requires that the key is not matched, and the right key is not present, the condition is true." */
const isNegated = (name: string): boolean => name.includes('Not');

/** Whether one value of the request meets the operator. The values of a negated operator are combined by NOR. */
function valueMet(name: string, value: string, wanted: readonly string[], reader: Reader): Answer {
  const test = testOf(name.replace('Not', ''), reader);
  if (test === undefined) return 'unknown';
  const met = anyOf(wanted, (each) => test(value, each));
  return isNegated(name) ? not(met) : met;
}

type Test = (value: string, wanted: string) => Answer;

function testOf(name: string, { input, variables }: Reader): Test | undefined {
  const text = (each: string, wild: boolean) => expand(each, wild ? 'wildcards' : 'plain', variables, input);
  if (name === 'StringEquals') return (value, wanted) => matchesPattern(text(wanted, false), value);
  if (name === 'StringLike') return (value, wanted) => matchesPattern(text(wanted, true), value);
  if (name === 'StringEqualsIgnoreCase') return ignoringCase(text);
  if (name === 'ArnEquals' || name === 'ArnLike')
    return (value, wanted) => matchesPattern(text(wanted, true), value, matchesArn);
  if (name === 'Bool') return boolean;
  // Both are base-64, of which a byte has one spelling only.
  if (name === 'BinaryEquals') return (value, wanted) => whether(value === wanted);
  if (name === 'IpAddress') return inRange;
  return comparisonOf(name);
}

const ignoringCase =
  (text: (each: string, wild: boolean) => ReturnType<typeof expand>): Test =>
  (value, wanted) => {
    const tokens = text(wanted, false);
    if (typeof tokens === 'string') return matchesPattern(tokens, value);
    const lower = tokens.map((token) => ('char' in token ? { char: token.char.toLowerCase() } : token));
    return matchesPattern(lower, value.toLowerCase());
  };

function comparisonOf(name: string): Test | undefined {
  const comparisons: readonly Comparison[] = [
    'Equals',
    'LessThan',
    'LessThanEquals',
    'GreaterThan',
    'GreaterThanEquals',
  ];
  const kind = name.startsWith('Numeric') ? 'Numeric' : 'Date';
  const comparison = comparisons.find((each) => name === `${kind}${each}`);
  if (comparison === undefined) return undefined;
  return (value, wanted) => compare(comparison, kind === 'Numeric' ? numberOf : timeOf, value, wanted);
}
