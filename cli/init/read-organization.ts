import {
  DescribeOrganizationCommand,
  type Organization,
  type OrganizationsClient,
} from '@aws-sdk/client-organizations';
import type { KnownOu } from '../../shared/accounts/describe-account.ts';
import { listAllAccounts, listOusIn, listRootIds } from '../../shared/accounts/list-organization.ts';
import { formatOuPath } from '../../shared/accounts/ou-path.ts';
import { AccessDeniedError } from '../../shared/platform/aws/errors.ts';
import { SettingMissingError } from '../usage-error.ts';
import type { NamedAccount, NamedOu, OrganizationFacts } from './facts.ts';

/**
 * Reads the organization: its id, active accounts and OUs.
 * @throws AccessDeniedError that names the needed permissions, SettingMissingError if there is no member account
 */
export async function readOrganization(client: OrganizationsClient): Promise<OrganizationFacts> {
  try {
    const { Organization } = await client.send(new DescribeOrganizationCommand({}));
    const { id, managementAccount, partition } = toIds(Organization);
    const accounts = await readAccounts(client);
    if (accounts.every((account) => account.id === managementAccount)) throw createNoMembersError(id);
    return { id, managementAccount, partition, accounts, ous: await readOus(client) };
  } catch (error) {
    throw error instanceof AccessDeniedError ? createDeniedError(error) : error;
  }
}

function toIds({ Id, MasterAccountId, MasterAccountArn = '' }: Organization = {}) {
  if (Id === undefined || MasterAccountId === undefined)
    throw new SettingMissingError(
      'Organizations answered without the id of the organization. Nothing was written',
    );
  return { id: Id, managementAccount: MasterAccountId, partition: MasterAccountArn.split(':')[1] ?? 'aws' };
}

async function readAccounts(client: OrganizationsClient): Promise<readonly NamedAccount[]> {
  const accounts: NamedAccount[] = [];
  let token: string | undefined;
  do {
    const page = await listAllAccounts(client, token);
    for (const { Id, Name = '', State, Status } of page.accounts)
      if (Id !== undefined && (State ?? Status) === 'ACTIVE') accounts.push({ id: Id, name: Name });
    token = page.token;
  } while (token !== undefined);
  return accounts.sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
}

const compare = (a: string, b: string): number => Number(a > b) - Number(a < b);

async function readOus(client: OrganizationsClient): Promise<readonly NamedOu[]> {
  const ous: NamedOu[] = [];
  const visit = async (parentId: string, names: readonly string[]): Promise<void> => {
    const cache = new Map<string, KnownOu>();
    for (const id of await listOusIn(client, parentId, cache)) {
      const below = [...names, cache.get(id)?.name ?? ''];
      ous.push({ id, path: formatOuPath(below) });
      await visit(id, below);
    }
  };
  for (const rootId of await listRootIds(client)) await visit(rootId, []);
  if (ous.length === 0) throw createNoOusError();
  return ous.sort((a, b) => compare(a.path, b.path));
}

const createDeniedError = ({ message, fields }: AccessDeniedError): AccessDeniedError =>
  new AccessDeniedError(
    `Cannot read the organization (${message}). Nothing was written. Use credentials of the management account, or of ` +
      'a delegated administrator, that allow organizations:DescribeOrganization, ListAccounts, ListRoots and ' +
      'ListOrganizationalUnitsForParent. To try without AWS: onboarding init --simulate',
    fields,
  );

const createNoMembersError = (id: string): SettingMissingError =>
  new SettingMissingError(
    `Organization ${id} has one active account, the management account. Grants give member accounts access to a ` +
      'central account, so init needs at least one member account. Nothing was written. Create an account in ' +
      'Organizations, then run onboarding init again',
  );

const createNoOusError = (): SettingMissingError =>
  new SettingMissingError(
    'The organization has no OU. The grants of init are for the accounts of one OU. Nothing was written. Create an OU ' +
      'in Organizations, move the accounts that need access to it, then run onboarding init again',
  );
