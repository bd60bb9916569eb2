import { many, type OneOrMany, type Principal, principalMap, type Statement } from './document.ts';

/**
 * All account ids that a statement names, in its principals, resources and condition values: twelve digits that
 * stand alone. Whom a document names, not whom it grants to. Rather too many than too few: an id in a bucket's
 * name or in a path counts.
 */
export const accountIdsIn = (statement: Statement): ReadonlySet<string> =>
  new Set(texts(statement).flatMap((text) => text.match(accountIds) ?? []));

const accountIds = /(?<![0-9A-Za-z])\d{12}(?![0-9A-Za-z])/g;

const texts = (statement: Statement): readonly string[] => [
  ...principals(statement.Principal),
  ...principals(statement.NotPrincipal),
  ...optional(statement.Resource),
  ...optional(statement.NotResource),
  ...Object.values(statement.Condition ?? {}).flatMap((block) =>
    Object.values(block).flatMap((values) => many(values).map(String)),
  ),
];

const principals = (principal: Principal | undefined): readonly string[] =>
  principal === undefined ? [] : Object.values(principalMap(principal)).flatMap(many);

const optional = (values: OneOrMany<string> | undefined): readonly string[] =>
  values === undefined ? [] : many(values);
