import { isMember } from '../../accounts/membership.ts';
import { getOrganizationKeys } from '../../grants/principals.ts';
import { findAccountIds } from '../../iam/accounts.ts';
import { type Statement, toArray, toPrincipalMap } from '../../iam/document.ts';
import type { Sender } from '../../iam/narrow-statement.ts';
import { absent, type ContextValues } from '../../iam/request.ts';
import type { Account } from '../../platform/account.ts';
import { listConditions } from './statement-hints.ts';

/** Stands for every account that neither the registry nor a statement names. */
const anyOtherAccount = '000000000000';

/** Stands for every service that no statement names. */
const anyOtherService = 'other.amazonaws.com';

/**
 * Everybody who may send requests, as far as the statements distinguish them: each account of the registry, each other
 * account that a statement names, any other account inside and outside the organization, each service on behalf of each
 * account, and anonymous callers.
 *
 * Nobody knows to which organization an account outside the registry belongs. So it is listed several times: in each
 * known OU, in another organization, and in none. A service does not always say for which organization it acts, so its
 * organization keys are unknown.
 */
export function listSenders(
  statements: readonly Statement[],
  accounts: readonly Account[],
  organizationId: string,
): readonly Sender[] {
  const members = accounts.filter(isMember);
  const memberIds = new Set(members.map(({ id }) => id));
  const named = statements.flatMap((statement) => [
    ...findAccountIds(statement),
    ...listConditions(statement).flatMap(listExampleAccounts),
  ]);
  const others = [...new Set([...accounts.map(({ id }) => id), ...named, anyOtherAccount])].filter(
    (id) => !memberIds.has(id),
  );
  const possible = createPossibleKeys(statements, accounts, organizationId);
  const services = [...new Set([...statements.flatMap(listServices), anyOtherService])];
  return [
    ...members.map((account) =>
      createAccountSender(account.id, getOrganizationKeys('Principal', account, { organizationId })),
    ),
    ...others.flatMap((id) => possible(id).map((keys) => createAccountSender(id, keys))),
    ...services.flatMap((service) => [
      ...[...memberIds, ...others].map((accountId) => createServiceSender(service, accountId)),
      createServiceSender(service, undefined),
    ]),
    anonymous,
  ];
}

/** The organization keys that a request may have, if its account is no member now. */
function createPossibleKeys(
  statements: readonly Statement[],
  accounts: readonly Account[],
  organizationId: string,
): (id: string) => readonly ContextValues[] {
  const toKeys = (path: string): ContextValues => ({
    'aws:PrincipalOrgID': path.split('/')[0] ?? '',
    'aws:PrincipalOrgPaths': [path],
  });
  const elsewhere = ['o-other00000/r-other/', ...statements.flatMap(listForeignPaths)].filter(
    (path) => !path.startsWith(`${organizationId}/`),
  );
  const outside = [...[...new Set(elsewhere)].map(toKeys), noPrincipalOrganization];
  const everywhere = listPaths(statements, accounts, organizationId).map(toKeys);
  const registered = new Map(accounts.map((account) => [account.id, toPath(account, organizationId)]));
  return (id) => {
    const path = registered.get(id);
    return [...(path === undefined ? everywhere : [toKeys(path)]), ...outside];
  };
}

/** Paths in other organizations that conditions of the statement name. A wildcard is replaced by the empty text. */
const listForeignPaths = (statement: Statement): readonly string[] =>
  listConditions(statement)
    .filter(({ key }) => /org(id|paths)$/i.test(key))
    .flatMap(({ values }) => values.map((value) => value.replaceAll(/[*?]/g, '')))
    .map((value) => (value.includes('/') ? value : `${value}/r-other/`));

/** For each pattern in a condition on accounts, such as `1234*`, an account id that matches it. */
const listExampleAccounts = ({
  key,
  values,
}: {
  key: string;
  values: readonly string[];
}): readonly string[] =>
  /account$/i.test(key)
    ? values
        .filter((value) => /[*?]/.test(value))
        .map((value) => value.replaceAll('?', '0').replace('*', '0'.repeat(Math.max(0, 13 - value.length))))
    : [];

const toPath = ({ parentIds }: Account, organizationId: string): string =>
  `${[organizationId, ...parentIds].join('/')}/`;

/**
 * The paths of all OUs that have accounts or that a statement names, and of a new OU below each of them. An OU id
 * occurs only once, so each OU has one path.
 */
function listPaths(
  statements: readonly Statement[],
  accounts: readonly Account[],
  organizationId: string,
): readonly string[] {
  const known = new Set(accounts.map((account) => toPath(account, organizationId)));
  const root = accounts[0]?.parentIds[0] ?? 'r-root';
  const ous = statements
    .flatMap(listConditions)
    .flatMap(({ values }) => values.flatMap((value) => value.match(/ou-[a-z0-9]+-[a-z0-9]+/g) ?? []));
  const paths = [...known];
  const unknown = [...new Set(ous)].filter((ou) => !paths.some((path) => path.includes(`/${ou}/`)));
  const all = [
    `${organizationId}/${root}/`,
    ...paths,
    ...unknown.map((ou) => `${organizationId}/${root}/${ou}/`),
  ];
  return [...new Set(all.flatMap((path) => [path, `${path}ou-new0-00000000/`]))];
}

const noPrincipalOrganization = { 'aws:PrincipalOrgID': absent, 'aws:PrincipalOrgPaths': absent } as const;

/** Condition keys that only requests of AWS services have ("AWS global condition context keys"). */
const noSource = {
  'aws:SourceAccount': absent,
  'aws:SourceArn': absent,
  'aws:SourceOrgID': absent,
  'aws:SourceOrgPaths': absent,
} as const;

const createAccountSender = (accountId: string, keys: ContextValues): Sender => ({
  type: 'account',
  accountId,
  context: {
    ...noSource,
    'aws:PrincipalIsAWSService': 'false',
    'aws:PrincipalAccount': accountId,
    ...keys,
  },
});

/** @param accountId the account on whose behalf the service acts; `undefined` if the request names no account */
const createServiceSender = (service: string, accountId: string | undefined): Sender => ({
  type: 'service',
  service,
  ...(accountId === undefined ? {} : { accountId }),
  context: {
    ...noPrincipalOrganization,
    'aws:PrincipalIsAWSService': 'true',
    'aws:SourceAccount': accountId ?? absent,
  },
});

const anonymous: Sender = {
  type: 'anonymous',
  context: {
    ...noSource,
    ...noPrincipalOrganization,
    'aws:PrincipalAccount': 'anonymous',
    'aws:PrincipalArn': absent,
  },
};

function listServices({ Principal = {} }: Statement): readonly string[] {
  const { Service = [] } = toPrincipalMap(Principal);
  return toArray(Service);
}
