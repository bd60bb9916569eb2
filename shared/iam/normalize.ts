import {
  type Conditions,
  type ConditionValue,
  defaultVersion,
  type OneOrMany,
  type PolicyDocument,
  type Principal,
  type Statement,
  toArray,
} from './document.ts';

/**
 * One form for all statements that mean the same:
 *
 * - Lists are sorted and have no duplicates. A single value becomes a list.
 * - The root ARN of an account becomes the account id, in any partition.
 * - Actions and condition keys are in lower case, condition values are strings.
 * - Empty conditions are dropped, and elements have one order.
 *
 * The Sid stays. `"*"` and `{"AWS": "*"}` stay different, because services may treat them differently.
 *
 * Sources: "AWS JSON policy elements: Principal" (account id and root ARN), "IAM JSON policy elements: Action" and "…
 * Condition" (letter case).
 */
export const normalizeStatement = (statement: Statement): Statement => ({
  ...element('Sid', statement.Sid),
  Effect: statement.Effect,
  ...element('Principal', mapped(statement.Principal, normalizePrincipal)),
  ...element('NotPrincipal', mapped(statement.NotPrincipal, normalizePrincipal)),
  ...element('Action', mapped(statement.Action, normalizeActions)),
  ...element('NotAction', mapped(statement.NotAction, normalizeActions)),
  ...element('Resource', mapped(statement.Resource, textSet)),
  ...element('NotResource', mapped(statement.NotResource, textSet)),
  ...element('Condition', mapped(statement.Condition, normalizeConditions)),
});

/**
 * Like `normalizeStatement`, for a document. Statements become a sorted set, and an absent version becomes AWS's
 * default.
 */
export const normalizePolicy = (document: PolicyDocument): PolicyDocument => ({
  Version: document.Version ?? defaultVersion,
  ...element('Id', document.Id),
  Statement: statementSet(document.Statement),
});

/** The account id instead of an account's root ARN. Any other principal stays unchanged. */
export const toCanonicalAccount = (principal: string): string =>
  /^arn:[^:]*:iam::(\d{12}):root$/.exec(principal)?.[1] ?? principal;

/**
 * Names the condition keys of one operator in lower case. Exception: two keys that differ only in case keep their case.
 * They are two conditions that a request must satisfy, and must not become one.
 */
export function createKeyNaming(keys: readonly string[]): (key: string) => string {
  const counts = Map.groupBy(keys, (key) => key.toLowerCase());
  return (key) => (counts.get(key.toLowerCase())?.length === 1 ? key.toLowerCase() : key);
}

const element = <Name extends string, Value>(name: Name, value: Value | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { readonly [name in Name]?: Value };

const mapped = <From, To>(value: From | undefined, map: (value: From) => To): To | undefined =>
  value === undefined ? undefined : map(value);

const textSet = (texts: OneOrMany<string>): readonly string[] => sortedSet(toArray(texts));

const sortedSet = (values: readonly string[]): readonly string[] =>
  isSortedSet(values) ? values : [...new Set(values)].toSorted();

/** Most lists are already sorted, because accounts are rendered in order. */
const isSortedSet = (values: readonly string[]): boolean =>
  values.every((value, index) => index === 0 || (values[index - 1] ?? '') < value);

const statementSet = (statements: readonly Statement[]): readonly Statement[] =>
  sortedSet(statements.map((each) => JSON.stringify(normalizeStatement(each)))).map((text) =>
    JSON.parse(text),
  );

const normalizeActions = (actions: OneOrMany<string>): readonly string[] =>
  sortedSet(toArray(actions).map((action) => action.toLowerCase()));

function normalizePrincipal(principal: Principal): Principal {
  if (principal === '*') return principal;
  return Object.fromEntries(
    sortedEntries(principal).map(([type, named]) => [type, sortedSet(toArray(named).map(byType(type)))]),
  );
}

const byType = (type: string) => (type === 'AWS' ? toCanonicalAccount : (principal: string) => principal);

function normalizeConditions(conditions: Conditions): Conditions | undefined {
  const operators = sortedEntries(conditions).filter(([, block]) => Object.keys(block).length > 0);
  if (operators.length === 0) return undefined;
  return Object.fromEntries(operators.map(([operator, block]) => [operator, normalizeBlock(block)]));
}

function normalizeBlock(block: Conditions[string]): Conditions[string] {
  const keyName = createKeyNaming(Object.keys(block));
  const entries = Object.entries(block).map(([key, values]) => [keyName(key), valueSet(values)] as const);
  return Object.fromEntries(entries.toSorted(byName));
}

const valueSet = (values: OneOrMany<ConditionValue>): readonly string[] =>
  sortedSet(toArray(values).map(String));

const sortedEntries = <Value>(record: Readonly<Record<string, Value>>): [string, Value][] =>
  Object.entries(record).toSorted(byName);

const byName = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : Number(a[0] > b[0]);
