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

/** The name and the parent of an OU. The parent never changes, but the name may. */
export interface KnownOu {
  readonly name: string;
  readonly parentId: string;
}

/** A cache of OUs, which saves calls to Organizations. For one listing of the organization, a `Map` is enough. */
export interface OuCache {
  get(id: string): KnownOu | undefined | Promise<KnownOu | undefined>;
  /** Called with each OU that Organizations returned. */
  set(id: string, ou: KnownOu): unknown;
  /**
   * The cached OU, however old it is. It is used for the OU's parent, which never changes. Default: nothing is cached.
   */
  former?(id: string): Promise<KnownOu | undefined>;
  /** Waits a moment, because another run may be reading the same OU now and store it. Default: does not wait. */
  fromOthers?(id: string): Promise<KnownOu | undefined>;
}

/** Where an account is: the ids from the root down to its parent, and the names of the OUs. */
export interface OuPosition {
  readonly parentIds: readonly string[];
  readonly ouPath: string;
}

/**
 * Reads the state, the position and the tags of one account from Organizations. If the account moves or leaves during
 * these calls, all calls are repeated, at most three times.
 * @returns `undefined` if Organizations does not have the account (AccountNotFoundException)
 */
export async function describeAccount(
  organizations: OrganizationsClient,
  accountId: string,
  ouCache: OuCache = new Map<string, KnownOu>(),
): Promise<Account | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readOnce(organizations, accountId, ouCache);
    } catch (error) {
      if (named(error, 'AccountNotFoundException')) return undefined;
      if (!named(error, ...goneMeanwhile)) throw error;
      if ((await fetchAccount(organizations, accountId)) === undefined) return undefined;
      if (attempt === 3) throw error;
    }
  }
}

/** Errors that say that the account is unknown, has left between two calls, or that its OU was deleted. */
const goneMeanwhile = [
  'ChildNotFoundException',
  'OrganizationalUnitNotFoundException',
  'TargetNotFoundException',
];

const named = (error: unknown, ...names: readonly string[]): boolean =>
  error instanceof Error && names.includes(error.name);

/**
 * The call with the lowest limit comes first. In a burst, Organizations throttles it most often, and then no other call
 * is wasted ("Quotas and service limits for AWS Organizations", throttling limits: ListParents 5 a second,
 * ListTagsForResource 10, DescribeAccount 20).
 */
async function readOnce(
  organizations: OrganizationsClient,
  accountId: string,
  ouCache: OuCache,
): Promise<Account> {
  const position = await positionOf(organizations, accountId, ouCache);
  const tags = await listAccountTags(organizations, accountId);
  const { Account: answer } = await organizations.send(new DescribeAccountCommand({ AccountId: accountId }));
  return toAccount({ Id: accountId, ...answer }, position, tags);
}

/** Reads the account without its position and tags. `undefined` if Organizations does not have the account. */
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
 * Converts an account as Organizations returns it. `Status` is read only if `State` is absent, because AWS has replaced
 * `Status` by `State` (Organizations API reference, Account).
 */
export function toAccount(
  { Id: id, Name: name = '', State, Status }: OrganizationsAccount,
  { parentIds, ouPath }: OuPosition,
  tags: Readonly<Record<string, string>>,
): Account {
  const state: string | undefined = State ?? Status;
  if (id === undefined || !isState(state))
    throw incomplete(`account ${id ?? '(no id)'}`, `a known state, but ${state ?? 'none'}`);
  return { id, name, state, parentIds, ouPath, tags };
}

const isState = (state: string | undefined): state is AccountState =>
  (accountStates as readonly (string | undefined)[]).includes(state);

const incomplete = (of: string, missing: string): ServiceUnavailableError =>
  new ServiceUnavailableError(`Organizations' answer about ${of} does not have ${missing}`, { of });

/**
 * Finds the OUs above the account, up to the root. Each account or OU has exactly one parent (Organizations API
 * reference, ListParents).
 */
const positionOf = async (
  organizations: OrganizationsClient,
  accountId: string,
  ouCache: OuCache,
): Promise<OuPosition> =>
  resolvePositionBelow(organizations, await parentOf(organizations, accountId), ouCache);

/** The position of every account whose parent is `parentId`: an OU or the root. */
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
 * Reads an OU with one call. With several calls, throttling would often reject one of them in a burst, and the answers
 * to the others would be wasted.
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
 * Reads all tags of an account. A tag named `__proto__` is dropped: JavaScript cannot store it as a property, and no
 * selector can name it.
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
