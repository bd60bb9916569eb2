import { memoizeByObject } from '../platform/memoize.ts';
import { type OneOrMany, type Principal, type Statement, toArray, toPrincipalMap } from './document.ts';

/**
 * All account ids that a statement names in its principals, resources and condition values. An id is twelve digits that
 * are a whole value, or a whole segment of an ARN or path. Twelve digits inside a name do not count, because many
 * buckets are named after the account that owns them. An account also counts if the statement denies it access.
 */
export const findAccountIds = memoizeByObject(
  (statement: Statement): ReadonlySet<string> =>
    new Set(texts(statement).flatMap((text) => text.match(accountIds) ?? [])),
);

const accountIds = /(?<![^:/])\d{12}(?![^:/])/g;

const texts = (statement: Statement): readonly string[] => [
  ...principals(statement.Principal),
  ...principals(statement.NotPrincipal),
  ...optional(statement.Resource),
  ...optional(statement.NotResource),
  ...Object.values(statement.Condition ?? {}).flatMap((block) =>
    Object.values(block).flatMap((values) => toArray(values).map(String)),
  ),
];

const principals = (principal: Principal | undefined): readonly string[] =>
  principal === undefined ? [] : Object.values(toPrincipalMap(principal)).flatMap(toArray);

const optional = (values: OneOrMany<string> | undefined): readonly string[] =>
  values === undefined ? [] : toArray(values);
