import {
  type Account as OrganizationsAccount,
  type OrganizationsClient,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
  paginateListRoots,
} from '@aws-sdk/client-organizations';
import { pMapIterable, pMapSkip } from 'p-map';
import type { Account } from './account.ts';
import { accountFrom, type OuPosition, pathSegment, tagsOf } from './describe-account.ts';

/**
 * Every account of the organisation, with position and tags, as a listing finds them; an error of any page ends it.
 * A listing is no snapshot: an account that moves meanwhile can come twice or not at all, so absence is never
 * departure, and of two answers neither is the newer one.
 */
export async function* listOrganization(organizations: OrganizationsClient): AsyncGenerator<Account> {
  yield* pMapIterable(accountsOf(organizations), (listed) => withTags(organizations, listed), {
    concurrency: 5,
  });
}

/** An account that left since it was listed has no tags to ask for (TargetNotFoundException), and is left out. */
async function withTags(
  organizations: OrganizationsClient,
  { answer, position }: Listed,
): Promise<Account | typeof pMapSkip> {
  try {
    return accountFrom(answer, position, await tagsOf(organizations, answer.Id ?? ''));
  } catch (error) {
    if (error instanceof Error && error.name === 'TargetNotFoundException') return pMapSkip;
    throw error;
  }
}

interface Listed {
  readonly answer: OrganizationsAccount;
  readonly position: OuPosition;
}

async function* accountsOf(organizations: OrganizationsClient): AsyncGenerator<Listed> {
  for await (const { Roots = [] } of paginateListRoots({ client: organizations }, {}))
    for (const { Id } of Roots)
      if (Id !== undefined) yield* accountsBelow(organizations, { parentIds: [Id], ouPath: '' });
}

/** The accounts directly in the parent, then those of each OU in it. */
async function* accountsBelow(
  organizations: OrganizationsClient,
  position: OuPosition,
): AsyncGenerator<Listed> {
  const config = { client: organizations };
  // Each paginator leaves its token in its input, so each has one of its own.
  const ParentId = position.parentIds.at(-1);
  for await (const { Accounts = [] } of paginateListAccountsForParent(config, { ParentId }))
    for (const answer of Accounts) yield { answer, position };
  for await (const { OrganizationalUnits = [] } of paginateListOrganizationalUnitsForParent(config, {
    ParentId,
  }))
    for (const { Id, Name = '' } of OrganizationalUnits)
      if (Id !== undefined) yield* accountsBelow(organizations, inside(position, Id, Name));
}

const inside = ({ parentIds, ouPath }: OuPosition, id: string, name: string): OuPosition => ({
  parentIds: [...parentIds, id],
  ouPath: ouPath === '' ? pathSegment(name) : `${ouPath}/${pathSegment(name)}`,
});
