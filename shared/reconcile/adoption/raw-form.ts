import { type Conditions, type Statement, toArray, toPrincipalMap } from '../../iam/document.ts';
import { toCanonicalAccount } from '../../iam/normalize.ts';
import type { Fields } from './candidate-fields.ts';

/** Condition keys that limit a statement to accounts. In a grant, the selector does that. */
const accountKeys = /^aws:principal(account|orgid|orgpaths)$/i;

/**
 * The fields of a grant with `preset: raw` for a statement, with placeholders in place of its accounts. The result may
 * mean something else than the statement, so callers must compare both. `undefined` if raw statements cannot have such
 * principals.
 */
export function toRawFields(statement: Statement, ids: readonly string[], arn: string): Fields | undefined {
  const { Action = [], Resource, Principal = {} } = statement;
  const { AWS, Service, ...others } = toPrincipalMap(Principal);
  const [first] = toArray(Action);
  if (
    first === undefined ||
    (AWS === undefined) === (Service === undefined) ||
    Object.keys(others).length > 0
  )
    return undefined;
  const conditions =
    AWS === undefined ? withAccountIds(statement, new Set(ids)) : withRoles(statement, toArray(AWS));
  const raw = {
    part: toPart(first),
    Principal: AWS === undefined ? { Service } : { AWS: '{accountRoots}' },
    Action,
    ...(Resource === undefined ? {} : { Resource: toArray(Resource).map(withPlaceholder(arn)) }),
    ...(Object.keys(conditions).length === 0 ? {} : { Condition: conditions }),
  };
  return { statements: [raw] };
}

/** The `part` of a raw statement: `get-object` for `s3:GetObject`. */
const toPart = (action: string): string =>
  (action.split(':')[1] ?? '')
    .replace(/[^A-Za-z0-9]/g, '')
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-')
    .toLowerCase()
    .slice(0, 40)
    .replace(/-$/, '') || 'all';

const withPlaceholder =
  (arn: string) =>
  (resource: string): string =>
    resource === arn || resource.startsWith(`${arn}/`)
      ? `{resourceArn}${resource.slice(arn.length)}`
      : resource;

/** The conditions of a statement for a service. `{accountId}` replaces each account that the grant selects. */
const withAccountIds = ({ Condition = {} }: Statement, ids: ReadonlySet<string>): Conditions =>
  mapConditions(Condition, (key, values) => {
    const texts = values.map((value) =>
      value.replace(/(?<![^:/])\d{12}(?![^:/])/g, (id) => (ids.has(id) ? '{accountId}' : id)),
    );
    return [key, [...new Set(texts)]];
  });

/** The conditions of a statement for principals. If it names single roles, a condition on their ARNs is added. */
function withRoles({ Condition = {} }: Statement, principals: readonly string[]): Conditions {
  const others = mapConditions(Condition, (key, values) =>
    accountKeys.test(key) ? undefined : [key, key.toLowerCase() === arnKey ? inAnyAccount(values) : values],
  );
  const arns = principals.filter((name) => /^arn:/.test(toCanonicalAccount(name)));
  return arns.length === 0
    ? others
    : { ...others, ArnLike: { ...others.ArnLike, 'aws:PrincipalArn': inAnyAccount(arns) } };
}

const arnKey = 'aws:principalarn';

const inAnyAccount = (arns: readonly string[]): readonly string[] => [
  ...new Set(arns.map((arn) => arn.replace(/^(arn:[^:]*:iam::)\d{12}:/, '$1*:'))),
];

/** Changes each condition key with its values. If `change` returns nothing, the key is dropped. */
function mapConditions(
  conditions: Conditions,
  change: (
    key: string,
    values: readonly string[],
  ) => readonly [key: string, values: readonly string[]] | undefined,
): Conditions {
  const changed = Object.entries(conditions).map(([operator, block]) => {
    const entries = Object.entries(block).flatMap(([key, values]) => {
      const entry = change(key, toArray(values).map(String));
      return entry === undefined ? [] : [entry];
    });
    return [operator, Object.fromEntries(entries)] as const;
  });
  return Object.fromEntries(changed.filter(([, block]) => Object.keys(block).length > 0));
}
