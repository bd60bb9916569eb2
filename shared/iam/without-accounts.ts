import { type ConditionValue, type OneOrMany, type Statement, toArray, toPrincipalMap } from './document.ts';

/**
 * Removes accounts from a statement: every list value that names one of them. The result never allows more than before.
 * Example: a statement for `arn:aws:iam::111122223333:root` and `arn:aws:iam::444455556666:root`, without
 * `111122223333`, is for `arn:aws:iam::444455556666:root`.
 * @returns the same statement if it is a Deny or has an element with `Not`; `undefined` if a list would become empty
 */
export function withoutAccounts(statement: Statement, ids: ReadonlySet<string>): Statement | undefined {
  if (ids.size === 0 || excludes(statement)) return statement;
  const { Principal, Resource, Condition } = statement;
  const lists = [
    ...(Principal === undefined ? [] : Object.values(toPrincipalMap(Principal))),
    ...(Resource === undefined ? [] : [Resource]),
    ...Object.values(Condition ?? {}).flatMap((block) => Object.values(block)),
  ];
  if (lists.some((list) => isEmptied(list, ids))) return undefined;
  if (!lists.some((list) => toArray<ConditionValue>(list).some((value) => names(value, ids))))
    return statement;
  return {
    ...statement,
    ...(Principal === undefined || Principal === '*' ? {} : { Principal: filterLists(Principal, ids) }),
    ...(Resource === undefined ? {} : { Resource: filterList(Resource, ids) }),
    ...(Condition === undefined
      ? {}
      : { Condition: mapValues(Condition, (block) => filterLists(block, ids)) }),
  };
}

/**
 * Whether the statement is a Deny or has an element with `Not`. If such a statement lost a value of a list, it might
 * allow more.
 */
const excludes = ({ Effect, NotPrincipal, NotResource, Condition = {} }: Statement): boolean =>
  Effect === 'Deny' ||
  NotPrincipal !== undefined ||
  NotResource !== undefined ||
  Object.keys(Condition).some((operator) => /not(equals|like|ip)/i.test(operator));

const names = (value: ConditionValue, ids: ReadonlySet<string>): boolean =>
  String(value)
    .split(/[:/]/)
    .some((segment) => ids.has(segment));

const isEmptied = (list: OneOrMany<ConditionValue>, ids: ReadonlySet<string>): boolean =>
  toArray(list).length > 0 && toArray(list).every((value) => names(value, ids));

/** The list without the values that name the accounts. A single value does not become a list. */
const filterList = <T extends ConditionValue>(list: OneOrMany<T>, ids: ReadonlySet<string>): OneOrMany<T> =>
  Array.isArray(list) ? list.filter((value) => !names(value, ids)) : list;

const filterLists = <T extends ConditionValue>(
  lists: Readonly<Record<string, OneOrMany<T>>>,
  ids: ReadonlySet<string>,
): Readonly<Record<string, OneOrMany<T>>> => mapValues(lists, (list) => filterList(list, ids));

const mapValues = <A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A) => B,
): Readonly<Record<string, B>> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
