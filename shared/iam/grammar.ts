import type { Finding } from '../platform/errors.ts';

/**
 * All reasons why a JSON value is no policy document. Empty for a valid document. Names of condition operators are not
 * checked. AWS may add new ones, and an unmanaged statement with such a name is only kept as it is. Source: "Grammar of
 * the IAM JSON policy language".
 */
export function checkPolicy(value: unknown): readonly Finding[] {
  if (!isObject(value)) return [createFinding('', 'must be a JSON object with Version and Statement', value)];
  return [
    ...unknownElements('', value, ['Version', 'Id', 'Statement']),
    ...versionFindings(value.Version),
    ...optional('Id', value.Id, text),
    ...statementsFindings(value.Statement),
  ];
}

type JsonObject = Readonly<Record<string, unknown>>;
type Check = (path: string, value: unknown) => readonly Finding[];

const versions: readonly unknown[] = [undefined, '2012-10-17', '2008-10-17'];

const pairs = [
  ['Principal', 'NotPrincipal', false],
  ['Action', 'NotAction', true],
  ['Resource', 'NotResource', false],
] as const;

const versionFindings = (version: unknown): readonly Finding[] =>
  versions.includes(version)
    ? []
    : [createFinding('Version', 'must be "2012-10-17" or "2008-10-17"', version)];

function statementsFindings(value: unknown): readonly Finding[] {
  if (value === undefined)
    return [{ path: 'Statement', message: 'is missing: must be a list of statements' }];
  if (Array.isArray(value))
    return value.flatMap((each, index) => statementFindings(`Statement[${index}]`, each));
  return statementFindings('Statement', value);
}

function statementFindings(path: string, value: unknown): readonly Finding[] {
  if (!isObject(value)) return [createFinding(path, 'must be an object with Effect and Action', value)];
  return [
    ...unknownElements(path, value, Object.keys(elements)),
    ...Object.entries(elements).flatMap(([name, check]) => optional(`${path}.${name}`, value[name], check)),
    ...(value.Effect === undefined ? effect(`${path}.Effect`, undefined) : []),
    ...pairs.flatMap(([name, negated, required]) => pairFindings(path, value, name, negated, required)),
  ];
}

function pairFindings(path: string, value: JsonObject, name: string, negated: string, required: boolean) {
  const count = [value[name], value[negated]].filter((each) => each !== undefined).length;
  if (count === 2) return [{ path, message: `must have ${name} or ${negated}, not both` }];
  return required && count === 0 ? [{ path, message: `must have ${name} or ${negated}` }] : [];
}

const effect: Check = (path, value) =>
  value === 'Allow' || value === 'Deny' ? [] : [createFinding(path, 'must be "Allow" or "Deny"', value)];

const text: Check = (path, value) =>
  typeof value === 'string' ? [] : [createFinding(path, 'must be a string', value)];

const texts: Check = (path, value) =>
  eachOf(path, value, (at, each) =>
    typeof each === 'string' ? [] : [createFinding(at, 'must be a string, or a list of strings', each)],
  );

const scalars: Check = (path, value) =>
  eachOf(path, value, (at, each) =>
    ['string', 'number', 'boolean'].includes(typeof each)
      ? []
      : [createFinding(at, 'must be a string, a number, a boolean, or a list of these', each)],
  );

const principal: Check = (path, value) => {
  if (value === '*') return [];
  if (!isObject(value))
    return [createFinding(path, 'must be "*" or an object such as {"AWS": "111122223333"}', value)];
  return [
    ...unknownElements(path, value, ['AWS', 'Service', 'Federated', 'CanonicalUser', '*']),
    ...Object.entries(value).flatMap(([type, named]) => texts(`${path}.${type}`, named)),
  ];
};

const conditions: Check = (path, value) =>
  entriesOf(path, value, 'an object of operators such as {"StringEquals": {…}}', (operatorPath, block) =>
    entriesOf(
      operatorPath,
      block,
      'an object of condition keys such as {"aws:PrincipalOrgID": "o-…"}',
      scalars,
    ),
  );

const elements: Readonly<Record<string, Check>> = {
  Sid: text,
  Effect: effect,
  Principal: principal,
  NotPrincipal: principal,
  Action: texts,
  NotAction: texts,
  Resource: texts,
  NotResource: texts,
  Condition: conditions,
};

const optional = (path: string, value: unknown, check: Check): readonly Finding[] =>
  value === undefined ? [] : check(path, value);

const eachOf = (path: string, value: unknown, check: Check): readonly Finding[] =>
  Array.isArray(value)
    ? value.flatMap((each, index) => check(`${path}[${index}]`, each))
    : check(path, value);

const entriesOf = (path: string, value: unknown, wanted: string, check: Check): readonly Finding[] =>
  isObject(value)
    ? Object.entries(value).flatMap(([name, each]) => check(`${path}.${name}`, each))
    : [createFinding(path, `must be ${wanted}`, value)];

const unknownElements = (
  path: string,
  value: JsonObject,
  knownElements: readonly string[],
): readonly Finding[] =>
  Object.keys(value)
    .filter((name) => !knownElements.includes(name))
    .map((name) => ({
      path: path === '' ? name : `${path}.${name}`,
      message: `is not known here: must be one of ${knownElements.join(', ')}`,
    }));

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const createFinding = (path: string, wanted: string, value: unknown): Finding => ({
  path,
  message: `${wanted}, but is ${value === undefined ? 'missing' : excerpt(JSON.stringify(value))}`,
});

const excerpt = (json: string): string => (json.length > 60 ? `${json.slice(0, 57)}…` : json);
