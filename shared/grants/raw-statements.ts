import * as z from 'zod';
import { type Conditions, type OneOrMany, type Statement, toArray } from '../iam/document.ts';
import { textSchema } from '../platform/schema-fields.ts';
import type { GrantContext, ResourceRef } from './contract.ts';
import type { Part, StatementRequest } from './document-rendering.ts';
import { accountsOnly } from './grant-schema.ts';
import { toAccountPrincipals } from './principals.ts';

/**
 * `preset: raw`: statements from the configuration, for access that no preset covers. They are managed like all other
 * statements: marked, restored, removed, and checked for access from outside the organization. In any text,
 *
 *     {partition} {organizationId} {region} {resourceArn}    stand for one value each
 *     {accountRoots}     as the AWS principal: the accounts of the grant
 *     {accountId}        in a condition on a service: one value for each account
 *
 * A statement lists its accounts in exactly one field. Two lists in one statement would multiply: each account could
 * use the part of every other account. If a second field must follow the account, use a policy variable:
 * `${aws:PrincipalAccount}` for principals, `${aws:SourceAccount}` for services. Verification does not evaluate raw
 * statements, because their access is not derived.
 */
export const createRawFields = <R extends z.ZodType<OneOrMany<string> | undefined>>(resource: R) => ({
  preset: z.literal('raw'),
  match: accountsOnly('its statements list the accounts'),
  statements: z
    .array(z.strictObject({ ...statementFields, Resource: resource }).check(oneDimension))
    .min(1, 'must have at least one statement')
    .refine((statements) => new Set(statements.map(({ part }) => part)).size === statements.length, {
      message: 'must give each statement a part of its own',
    }),
});

const placeholders = ['partition', 'organizationId', 'region', 'resourceArn', 'accountId', 'accountRoots'];

/** Matches `{…}` but not `${…}`, which is a policy variable of AWS. */
const placeholder = /(?<!\$)\{([^{}]*)\}/g;

const words = (form: z.ZodString) => z.union([form, z.array(form).min(1, 'must name at least one')]);

/** For policies in which a statement names the resource. */
export const rawResourceSchema = words(z.string().min(1));

const statementFields = {
  part: textSchema(
    /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    'lower-case words joined by hyphens, the end of the Sid',
  ).max(40),
  Effect: z
    .literal(
      'Allow',
      'Allow: a Deny could lock out the managers of the resource. Write a Deny by hand; unmanaged statements are kept',
    )
    .default('Allow'),
  Principal: z.union(
    [
      z.strictObject({ AWS: z.literal('{accountRoots}') }),
      z.strictObject({
        Service: words(textSchema(/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/, 'a service principal')),
      }),
    ],
    '{ AWS: "{accountRoots}" }, or { Service: … } limited by {accountId} in a condition; never a role or everybody',
  ),
  Action: words(textSchema(/^[a-z0-9-]+:[\w*?]+$/i, 'an action, such as s3:GetObject')),
  Condition: z
    .record(z.string(), z.record(z.string(), z.union([words(z.string()), z.boolean(), z.number()])))
    .optional(),
};

interface RawStatement {
  readonly part: string;
  readonly Effect: 'Allow';
  readonly Principal: { readonly AWS: '{accountRoots}' } | { readonly Service: OneOrMany<string> };
  readonly Action: OneOrMany<string>;
  readonly Resource?: OneOrMany<string> | undefined;
  readonly Condition?: Conditions | undefined;
}

interface Mistake {
  readonly path: string[];
  readonly message: string;
}

function oneDimension(payload: z.core.ParsePayload<RawStatement>): void {
  const statement = payload.value;
  const places = [...rootPlaces(statement), ...conditionPlaces(statement)];
  const mistakes: readonly Mistake[] = [
    ...textMistakes(statement),
    ...conditionMistakes(statement),
    ...(places.length === 1
      ? []
      : [{ path: [], message: dimensions[places.length === 0 ? 'none' : 'many'] }]),
  ];
  for (const { path, message } of mistakes)
    payload.issues.push({ code: 'custom', path, message, input: payload.value });
}

const dimensions = {
  none: 'must restrict the service to the accounts by {accountId} in a condition, such as aws:SourceAccount',
  many:
    'must name the accounts in one place only, since two lists multiply; ' +
    'elsewhere use ${aws:PrincipalAccount} or ${aws:SourceAccount}',
};

const rootPlaces = ({ Principal }: RawStatement): readonly string[] =>
  'AWS' in Principal ? ['Principal'] : [];

const conditionPlaces = (statement: RawStatement): readonly string[] =>
  conditionTexts(statement)
    .filter(({ texts }) => texts.some((each) => each.includes('{accountId}')))
    .map(({ operator, key }) => `${operator} ${key}`);

const conditionTexts = ({ Condition = {} }: RawStatement) =>
  Object.entries(Condition).flatMap(([operator, block]) =>
    Object.entries(block).map(([key, values]) => ({ operator, key, texts: toArray(values).map(String) })),
  );

function textMistakes(statement: RawStatement): readonly Mistake[] {
  const fields = [
    { path: ['Action'], texts: toArray(statement.Action), known: [] },
    {
      path: ['Resource'],
      texts: toArray(statement.Resource ?? []),
      known: ['partition', 'organizationId', 'region', 'resourceArn'],
    },
    ...conditionTexts(statement).map(({ operator, key, texts }) => ({
      path: ['Condition', operator, key],
      texts,
      known: ['partition', 'organizationId', 'region', 'accountId'],
    })),
  ];
  return fields.flatMap(({ path, texts, known }) =>
    texts
      .flatMap((each) => [...each.matchAll(placeholder)].map(([, name = '']) => name))
      .filter((name) => !known.some((each) => each === name))
      .map((name) => ({ path, message: placeMistake(name, known) })),
  );
}

function placeMistake(name: string, known: readonly string[]): string {
  if (!placeholders.includes(name))
    return `must use ${placeholders.map((each) => `{${each}}`).join(', ')} only`;
  const advice = name.startsWith('account') ? '; use ${aws:PrincipalAccount} or ${aws:SourceAccount}' : '';
  return `must not have {${name}} here${known.length === 0 ? '' : advice}`;
}

/**
 * Statements from which it cannot be read which accounts they admit. They are errors, because table and plan must know
 * the accounts.
 */
function conditionMistakes(statement: RawStatement): readonly Mistake[] {
  return conditionTexts(statement).flatMap(({ operator, key, texts }) => {
    const path = ['Condition', operator, key];
    const mistake = (message: string) => [{ path, message }];
    if (texts.some((each) => /\d{12}/.test(each)))
      return mistake('must not name an account: the selector does, by {accountId}');
    if (organizationKey.test(key)) return mistake('must be absent: the accounts are listed');
    if (!texts.some((each) => each.includes('{accountId}'))) return [];
    if (!positive.test(operator)) return mistake('must be an operator such as StringEquals for {accountId}');
    return texts.every((each) => each.split(/[:/]/).includes('{accountId}'))
      ? []
      : mistake('must have {accountId} as a whole value, or a whole part of an ARN or path, in each value');
  });
}

/**
 * The accounts that a condition with one of these keys admits cannot be listed. `match` is the way to use such a
 * condition.
 */
const organizationKey = /^aws:(principal|source|resource)org(id|paths)$/i;

const positive = /^(ForAnyValue:)?(StringEquals|StringLike|ArnEquals|ArnLike)$/i;

/** The statements for a list of accounts, which is never empty. */
export function createRawParts(
  statements: readonly RawStatement[],
  { accounts, ref, context }: Pick<StatementRequest<unknown>, 'accounts' | 'ref' | 'context'>,
  resourceArn: string,
): readonly Part[] {
  const filled = fill(ref, context, resourceArn);
  const listed = (value: string): readonly string[] =>
    value.includes('{accountId}')
      ? accounts.map(({ id }) => filled(value).replaceAll('{accountId}', id))
      : [filled(value)];
  const condition = (conditions: Conditions): Conditions =>
    mapValues(conditions, (block) =>
      mapValues(block, (values) => toArray(values).flatMap((value) => listed(String(value)))),
    );
  return statements.map(({ part, Effect, Principal, Action, Resource, Condition }) => {
    const statement: Statement = {
      Effect,
      Principal: 'AWS' in Principal ? toAccountPrincipals(accounts, context) : Principal,
      Action,
      ...(Resource === undefined ? {} : { Resource: toArray(Resource).map(filled) }),
      ...(Condition === undefined ? {} : { Condition: condition(Condition) }),
    };
    return { part, statement };
  });
}

const fill =
  ({ region }: ResourceRef, { partition, organizationId }: GrantContext, resourceArn: string) =>
  (value: string): string => {
    const values: Readonly<Record<string, string>> = { partition, organizationId, region, resourceArn };
    return value.replaceAll(placeholder, (whole, name: string) => values[name] ?? whole);
  };

const mapValues = <From, To>(map: Readonly<Record<string, From>>, change: (value: From) => To) =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
