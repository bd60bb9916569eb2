import { isMember } from '../../accounts/membership.ts';
import { type Statement, toArray, toPrincipalMap } from '../../iam/document.ts';
import { compileStatement, type Sender } from '../../iam/narrow-statement.ts';
import { type Account, accountIdPattern } from '../../platform/account.ts';
import type { Fields } from './candidate-fields.ts';

interface HintRequest {
  readonly statement: Statement;
  readonly accounts: readonly Account[];
  readonly senders: readonly Sender[];
  readonly ownerId: string;
  readonly arns: readonly string[];
}

/**
 * Selectors that might select the accounts of a statement. Those that become a condition come first, then lists of
 * accounts.
 */
export function listSelectors({ statement, ...request }: HintRequest): readonly Fields[] {
  const keys = listConditions(statement);
  const ous = keys
    .filter(({ key }) => /orgpaths$/i.test(key))
    .flatMap(({ values }) => values.flatMap((path) => path.match(/ou-[a-z0-9]+-[a-z0-9]+/g)?.at(-1) ?? []));
  const admitted = listAdmitted({ statement, ...request });
  return [
    ...(keys.some(({ key }) => /orgid$/i.test(key)) ? [{ for: { all: true }, match: 'organization' }] : []),
    ...(ous.length > 0 ? [{ for: { ous: [...new Set(ous)] }, match: 'ou' }] : []),
    ...(admitted.length > 0 ? [{ for: { accounts: admitted } }] : []),
  ];
}

/**
 * The ids of members of the organization to which a statement gives access. An account counts even if a service acts on
 * its behalf.
 */
export function listAdmitted({ statement, accounts, senders, ...policy }: HintRequest): readonly string[] {
  const compiled = compileStatement(statement, policy);
  const admitted = new Set(
    senders.flatMap((sender) => (compiled.narrow(sender).length > 0 ? (sender.accountId ?? []) : [])),
  );
  const sources = listConditions(statement)
    .filter(({ key }) => /^aws:sourcearn$/i.test(key))
    .flatMap(({ values }) => values.map((arn) => arn.split(':')[4] ?? ''));
  const named = new Set(sources);
  return accounts
    .filter(isMember)
    .map(({ id }) => id)
    .filter((id) => admitted.has(id) && (named.size === 0 || named.has(id)))
    .toSorted();
}

/** The names, with paths, of the roles to which the statement is limited. */
export const listRoles = (statement: Statement): readonly string[] => {
  const { AWS = [] } = toPrincipalMap(statement.Principal ?? {});
  const conditions = listConditions(statement).filter(({ key }) => /^aws:principalarn$/i.test(key));
  const arns = [...toArray(AWS), ...conditions.flatMap(({ values }) => values)];
  return [...new Set(arns.flatMap((arn) => arn.split(':role/')[1] ?? []))];
};

/** Texts to try in optional fields of an entry: values of the statement's conditions, and folders in its resources. */
export function listTexts(statements: readonly Statement[]): readonly string[] {
  const values = statements.flatMap(listConditions).flatMap((condition) => condition.values);
  const resources = statements.flatMap(({ Resource = [] }) => toArray(Resource));
  const folders = resources.flatMap((arn) => listFolders(arn.split(':::')[1] ?? ''));
  return [...new Set([...folders, ...values])]
    .filter((text) => !text.includes('*') && !accountIdPattern.test(text))
    .slice(0, maxTexts);
}

/** The number is limited, because each text multiplies the number of candidates. */
const maxTexts = 20;

/** The folders of an object: `a` and `a/b` for `bucket/a/b/c`. */
function listFolders(path: string): readonly string[] {
  const [, ...folders] = path.split('/').slice(0, -1);
  return folders.map((_, index) => folders.slice(0, index + 1).join('/'));
}

export const listConditions = ({ Condition = {} }: Statement) =>
  Object.values(Condition).flatMap((block) =>
    Object.entries(block).map(([key, values]) => ({ key, values: toArray(values).map(String) })),
  );
