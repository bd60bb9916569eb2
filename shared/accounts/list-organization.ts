import {
  ListAccountsCommand,
  ListAccountsForParentCommand,
  type Account as OrganizationsAccount,
  type OrganizationsClient,
  paginateListOrganizationalUnitsForParent,
  paginateListRoots,
} from '@aws-sdk/client-organizations';
import type { OuCache } from './describe-account.ts';

/** A page of a listing. The next page begins at the token, which is valid only for this listing. */
export interface ListedPage {
  readonly accounts: readonly OrganizationsAccount[];
  readonly token?: string;
}

/** A page of the accounts directly in an OU or the root. An empty page may have a next page. */
export async function listAccountsInParent(
  organizations: OrganizationsClient,
  ParentId: string,
  NextToken: string | undefined,
): Promise<ListedPage> {
  return pageOf(await organizations.send(new ListAccountsForParentCommand({ ParentId, NextToken })));
}

/** A page of all accounts, without their positions. */
export async function listAllAccounts(
  organizations: OrganizationsClient,
  NextToken: string | undefined,
): Promise<ListedPage> {
  return pageOf(await organizations.send(new ListAccountsCommand({ NextToken })));
}

interface Answer {
  readonly Accounts?: readonly OrganizationsAccount[] | undefined;
  readonly NextToken?: string | undefined;
}

const pageOf = ({ Accounts: accounts = [], NextToken: token }: Answer): ListedPage =>
  token === undefined ? { accounts } : { accounts, token };

export async function listRootIds(organizations: OrganizationsClient): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { Roots = [] } of paginateListRoots({ client: organizations }, {}))
    ids.push(...Roots.flatMap(({ Id }) => Id ?? []));
  return ids;
}

/** The OUs directly in an OU or the root. Their names go into the cache. */
export async function listOusIn(
  organizations: OrganizationsClient,
  parentId: string,
  ouCache: OuCache,
): Promise<readonly string[]> {
  const ids: string[] = [];
  const input = { ParentId: parentId };
  for await (const page of paginateListOrganizationalUnitsForParent({ client: organizations }, input))
    for (const { Id, Name = '' } of page.OrganizationalUnits ?? []) {
      if (Id === undefined) continue;
      ids.push(Id);
      ouCache.set(Id, { name: Name, parentId });
    }
  return ids;
}
