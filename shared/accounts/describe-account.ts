import {
  DescribeAccountCommand,
  DescribeOrganizationalUnitCommand,
  ListParentsCommand,
  type Account as OrganizationsAccount,
  type OrganizationsClient,
  paginateListTagsForResource,
} from '@aws-sdk/client-organizations';
import { type Account, type AccountState, accountStates } from '../platform/account.ts';
import { ServiceUnavailableError, ThrottledError } from '../platform/aws/errors.ts';
import { formatOuPath } from './ou-path.ts';

/** An OU, as far as it was read. OUs cannot be moved, but they can be renamed. */
export interface KnownOu {
  readonly name: string;
  readonly parentId: string;
}

/** A cache of OUs that need no call, such as a `Map` that lives for one listing. */
export interface OuCache {
  get(id: string): KnownOu | undefined | Promise<KnownOu | undefined>;
  /** Receives each OU that a call returned. */
  set(id: string, ou: KnownOu): unknown;
  /** A cached answer of any age: an OU never changes its parent. Default: nothing is cached. */
  former?(id: string): Promise<KnownOu | undefined>;
  /** Waits a moment for other runs that call for the OU at this time. Default: no waiting. */
  fromOthers?(id: string): Promise<KnownOu | undefined>;
}

/** From the root to the parent: the ids, and the names of the OUs among them. */
export interface OuPosition {
  readonly parentIds: readonly string[];
  readonly ouPath: string;
}

/**
 * The present state, position and tags of one account in Organizations. If the account moves or leaves during the
 * calls, they are repeated, at most three times.
 * @returns `undefined` if Organizations does not know the account (AccountNotFoundException)
 */
export async function describeAccount(
  organizations: OrganizationsClient,
  accountId: string,
  ouCache: OuCache = new Map<string, KnownOu>(),
): Promise<Account | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await look(organizations, accountId, ouCache);
    } catch (error) {
      if (named(error, 'AccountNotFoundException')) return undefined;
      if (!named(error, ...goneMeanwhile)) throw error;
      if ((await fetchAccount(organizations, accountId)) === undefined) return undefined;
      if (attempt === 3) throw error;
    }
  }
}

/** Answers about an unknown account, an account that left meanwhile, or a deleted OU. */
const goneMeanwhile = [
  'ChildNotFoundException',
  'OrganizationalUnitNotFoundException',
  'TargetNotFoundException',
];

const named = (error: unknown, ...names: readonly string[]): boolean =>
  error instanceof Error && names.includes(error.name);

/**
 * The call with the lowest limit comes first. In a burst Organizations throttles most calls, and each answered call
 * before a throttled one would be wasted ("Quotas and service limits for AWS Organizations", throttling limits:
 * ListParents 5 a second, ListTagsForResource 10, DescribeAccount 20).
 */
async function look(
  organizations: OrganizationsClient,
  accountId: string,
  ouCache: OuCache,
): Promise<Account> {
  const position = await positionOf(organizations, accountId, ouCache);
  const tags = await listAccountTags(organizations, accountId);
  const { Account: answer } = await organizations.send(new DescribeAccountCommand({ AccountId: accountId }));
  return toAccount({ Id: accountId, ...answer }, position, tags);
}

/** Without position and tags. `undefined` if Organizations does not know the account. */
export async function fetchAccount(
  organizations: OrganizationsClient,
  accountId: string,
): Promise<OrganizationsAccount | undefined> {
  try {
    const answer = await organizations.send(new DescribeAccountCommand({ AccountId: accountId }));
    return { Id: accountId, ...answer.Account };
  } catch (error) {
    if (named(error, 'AccountNotFoundException')) return undefined;
    throw error;
  }
}

/**
 * Converts the service's account to the project's. `State` replaces `Status`; `Status` is read only if `State` is
 * absent (Organizations API reference, Account).
 */
export function toAccount(
  { Id: id, Name: name = '', State, Status }: OrganizationsAccount,
  { parentIds, ouPath }: OuPosition,
  tags: Readonly<Record<string, string>>,
): Account {
  const state: string | undefined = State ?? Status;
  if (id === undefined || !isState(state))
    throw incomplete(`account ${id ?? '(no id)'}`, `a state that is known here, but ${state ?? 'none'}`);
  return { id, name, state, parentIds, ouPath, tags };
}

const isState = (state: string | undefined): state is AccountState =>
  (accountStates as readonly (string | undefined)[]).includes(state);

const incomplete = (of: string, missing: string): ServiceUnavailableError =>
  new ServiceUnavailableError(`Organizations' answer about ${of} does not have ${missing}`, { of });

/** Climbs from the account to the root. An account or OU has one parent (Organizations API reference, ListParents). */
const positionOf = async (
  organizations: OrganizationsClient,
  accountId: string,
  ouCache: OuCache,
): Promise<OuPosition> =>
  resolvePositionBelow(organizations, await parentOf(organizations, accountId), ouCache);

/** The position of accounts directly in `parentId`, an OU or the root. */
export async function resolvePositionBelow(
  organizations: OrganizationsClient,
  parentId: string,
  ouCache: OuCache,
): Promise<OuPosition> {
  const parentIds: string[] = [];
  const names: string[] = [];
  let id = parentId;
  while (id.startsWith('ou-')) {
    const ou = (await ouCache.get(id)) ?? (await askedFor(organizations, id, ouCache));
    parentIds.unshift(id);
    names.unshift(ou.name);
    id = ou.parentId;
  }
  return { parentIds: [id, ...parentIds], ouPath: formatOuPath(names) };
}

async function parentOf(organizations: OrganizationsClient, childId: string): Promise<string> {
  const { Parents = [] } = await organizations.send(new ListParentsCommand({ ChildId: childId }));
  const id = Parents[0]?.Id;
  if (id === undefined) throw incomplete(childId, 'a parent');
  return id;
}

/**
 * In a burst Organizations throttles most calls, so one answer must be enough. A restart would waste the answers so
 * far.
 */
async function askedFor(organizations: OrganizationsClient, id: string, ouCache: OuCache): Promise<KnownOu> {
  try {
    const ou = await describeOu(organizations, id, await ouCache.former?.(id));
    await ouCache.set(id, ou);
    return ou;
  } catch (error) {
    const ou = error instanceof ThrottledError ? await ouCache.fromOthers?.(id) : undefined;
    if (ou === undefined) throw error;
    return ou;
  }
}

async function describeOu(
  organizations: OrganizationsClient,
  id: string,
  former: KnownOu | undefined,
): Promise<KnownOu> {
  const { OrganizationalUnit: ou } = await organizations.send(
    new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: id }),
  );
  if (ou?.Name === undefined) throw incomplete(id, 'a name');
  return { name: ou.Name, parentId: former?.parentId ?? (await parentOf(organizations, id)) };
}

/**
 * All tags, from every page. A tag `__proto__` is dropped: a stored record would lose it, and no selector can name it.
 */
export async function listAccountTags(
  organizations: OrganizationsClient,
  accountId: string,
): Promise<Readonly<Record<string, string>>> {
  const tags: [string, string][] = [];
  for await (const { Tags = [] } of paginateListTagsForResource(
    { client: organizations },
    { ResourceId: accountId },
  ))
    for (const { Key, Value } of Tags)
      if (Key !== undefined && Key !== '__proto__') tags.push([Key, Value ?? '']);
  return Object.fromEntries(tags);
}
