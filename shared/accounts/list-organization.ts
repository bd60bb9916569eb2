import {
  ListAccountsCommand,
  ListAccountsForParentCommand,
  type Account as OrganizationsAccount,
  type OrganizationsClient,
  paginateListOrganizationalUnitsForParent,
  paginateListRoots,
} from '@aws-sdk/client-organizations';
import type { OuCache } from './describe-account.ts';

/** One page of a listing, and the token of the next page. The token is valid for this listing only. */
export interface ListedPage {
  readonly accounts: readonly OrganizationsAccount[];
  readonly token?: string;
}

/** Lists one page of the accounts in an OU or the root. An empty page can be followed by another page. */
export async function listAccountsInParent(
  organizations: OrganizationsClient,
  ParentId: string,
  NextToken: string | undefined,
): Promise<ListedPage> {
  return pageOf(await organizations.send(new ListAccountsForParentCommand({ ParentId, NextToken })));
}

/** Lists one page of all accounts. This call does not return their OUs. */
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

/** Lists the OUs directly in an OU or the root, and puts their names into the cache. */
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
