import type { Account as OrganizationsAccount } from '@aws-sdk/client-organizations';
import pMap, { pMapSkip } from 'p-map';
import { type Account, accountIdPattern, type RegisteredAccount } from '../platform/account.ts';
import { ServiceUnavailableError } from '../platform/aws/errors.ts';
import { getTimestamp } from '../platform/clock.ts';
import { type NeedsApproval, withApproval } from './approval.ts';
import {
  type KnownOu,
  listAccountTags,
  type OuCache,
  type OuPosition,
  resolvePositionBelow,
  toAccount,
} from './describe-account.ts';
import { firstCursor, type ImportCounts, type ImportCursor, packIds, unpackIds } from './import-cursor.ts';
import { listAccountsInParent, listAllAccounts, listOusIn, listRootIds } from './list-organization.ts';
import { isSameAccount, type RefreshResult, type RegistryAccess, refreshAccount } from './refresh-account.ts';

interface ImportProgress {
  /** How many accounts the import has seen so far. */
  readonly accounts: number;
}

export interface ImportAccess extends RegistryAccess {
  /**
   * Whether to read the tags of accounts that the registry already has. This takes one call for each account. If false,
   * their stored tags stay. Default: true.
   */
  readonly tags?: boolean;
  readonly onProgress?: (progress: ImportProgress) => void;
}

/** How much one slice of an import reads. A slice always finishes its page, so it may read a little more. */
export interface SliceLimits {
  /**
   * How many accounts may need calls of their own, for example to read their tags. About 10 calls a second are
   * possible.
   */
  readonly accounts: number;
  /** How many pages of listings a slice reads. */
  readonly pages: number;
}

/**
 * For a function that may run for five minutes. Other callers need a part of the account's Organizations quota, so a
 * slice does not use all of it.
 */
const sliceLimits: SliceLimits = { accounts: 500, pages: 100 };

export interface ImportSlice {
  /** Where the next slice continues. Absent if the import is complete, so that the registry can be used. */
  readonly cursor?: ImportCursor;
  readonly counts: ImportCounts;
}

/**
 * Imports one part of the organization into the registry. The last part marks the registry as ready. An error ends the
 * slice. A slice may be repeated. A listing may return old data, and another run may already know that an account has
 * left. Old data must not bring the account back. So data of a listing is stored only if the registry did not have the
 * account before this slice, and only until the registry is ready. Every other account that differs from the listing,
 * appears twice or is absent is read by a call of its own. Absence from a listing does not prove that an account has
 * left.
 * @throws ServiceUnavailableError if Organizations lists no account at all
 */
export async function importSlice(
  access: ImportAccess,
  cursor: ImportCursor = firstCursor,
  limits: SliceLimits = sliceLimits,
): Promise<ImportSlice> {
  const work = await begin(access, cursor, limits);
  const rest = await phases[cursor.phase](work, cursor);
  if (rest === undefined) await access.registry.markReady(getTimestamp(access.clock));
  const counts = { ...work.counts };
  return rest === undefined
    ? { counts }
    : { counts, cursor: { ...rest, seen: packIds(work.seen), counts: { ...counts } } };
}

interface Work {
  readonly access: ImportAccess;
  readonly limits: SliceLimits;
  /** The accounts that the registry had before the slice listed anything. */
  readonly known: ReadonlyMap<string, RegisteredAccount>;
  readonly isReady: boolean;
  readonly ouCache: OuCache;
  readonly seen: Set<string>;
  /** Ids of the accounts that this slice has stored. */
  readonly stored: Set<string>;
  readonly counts: { accounts: number; changed: number; departed: number };
  readonly spent: { accounts: number; pages: number };
}

async function begin(
  access: ImportAccess,
  { seen, counts }: ImportCursor,
  limits: SliceLimits,
): Promise<Work> {
  const accounts = await access.registry.listAccounts();
  // Items whose id is no account id are skipped, because Organizations rejects calls with such an id.
  const known = new Map(
    accounts.filter(({ id }) => accountIdPattern.test(id)).map((account) => [account.id, account]),
  );
  const isReady = (await access.registry.getReadySince()) !== undefined;
  return {
    access,
    limits,
    known,
    isReady,
    ouCache: new Map<string, KnownOu>(),
    seen: unpackIds(seen),
    stored: new Set(),
    counts: { ...counts },
    spent: { accounts: 0, pages: 0 },
  };
}

const isSpent = ({ spent, limits }: Work): boolean =>
  spent.accounts >= limits.accounts || spent.pages >= limits.pages;

type Rest = Pick<ImportCursor, 'phase' | 'parents' | 'token'> | undefined;

const phases: Readonly<Record<ImportCursor['phase'], (work: Work, from: ImportCursor) => Promise<Rest>>> = {
  tree: readTree,
  list: readList,
  absent: askForAbsent,
};

/** Reads the accounts of each root or OU, and then its OUs, depth first. */
async function readTree(work: Work, from: ImportCursor): Promise<Rest> {
  const { organizations } = work.access;
  let parents = from.parents ?? (await listRootIds(organizations));
  let token = from.token;
  while (!isSpent(work)) {
    const [parent, ...others] = parents;
    if (parent === undefined) return { phase: 'list' };
    const read = await unlessGone(() => readParent(work, parent, token));
    parents = read?.token === undefined ? [...(read?.children ?? []), ...others] : parents;
    token = read?.token;
  }
  return { phase: 'tree', parents, ...(token === undefined ? {} : { token }) };
}

interface ReadParent {
  readonly children: readonly string[];
  /** The token of the page where the next slice continues. Absent if this listing is complete. */
  readonly token?: string | undefined;
}

async function readParent(work: Work, parent: string, from: string | undefined): Promise<ReadParent> {
  const { organizations } = work.access;
  const position = await resolvePositionBelow(organizations, parent, work.ouCache);
  let token = from;
  do {
    const page = await listAccountsInParent(organizations, parent, token);
    work.spent.pages += 1;
    await storeListed(work, page.accounts, position);
    token = page.token;
    if (token !== undefined && isSpent(work)) return { children: [], token };
  } while (token !== undefined);
  work.spent.pages += 1;
  return { children: await listOusIn(organizations, parent, work.ouCache) };
}

/**
 * `undefined` if the OU was deleted since it was listed. AWS deletes only empty OUs, so its accounts have moved. At the
 * end, the import reads each account that it has not seen.
 */
async function unlessGone<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error && goneMeanwhile.has(error.name)) return undefined;
    throw error;
  }
}

const goneMeanwhile: ReadonlySet<string> = new Set([
  'ChildNotFoundException',
  'OrganizationalUnitNotFoundException',
  'ParentNotFoundException',
]);

async function storeListed(
  work: Work,
  answers: readonly OrganizationsAccount[],
  position: OuPosition,
): Promise<void> {
  const isNew = ({ Id = '' }: OrganizationsAccount): boolean => work.isReady && !work.known.has(Id);
  const listed = answers.filter((answer) => !isNew(answer));
  const accounts = await pMap(listed, (answer) => withTags(work, answer, position), { concurrency: 5 });
  work.spent.accounts += listed.length;
  const needsApproval = accounts.some(mayNeedApproval(work))
    ? await work.access.needsApproval?.()
    : undefined;
  for (const account of accounts) note(work, account.id, await storeOne(work, account, needsApproval));
  await refreshAll(
    work,
    answers.filter(isNew).flatMap(({ Id }) => Id ?? []),
  );
}

/** Whether an account may have to wait for approval: it is new, or it waits already. Then its tags must be read. */
const mayNeedApproval =
  ({ known }: Work) =>
  ({ id }: Account): boolean => {
    const before = known.get(id);
    return before === undefined || before.approval !== undefined;
  };

/** Adds the tags of an account. Skips an account that has left since it was listed (TargetNotFoundException). */
async function withTags(
  { access, known }: Work,
  answer: OrganizationsAccount,
  position: OuPosition,
): Promise<Account | typeof pMapSkip> {
  const before = known.get(answer.Id ?? '');
  if (access.tags === false && before !== undefined) return toAccount(answer, position, before.tags);
  try {
    return toAccount(answer, position, await listAccountTags(access.organizations, answer.Id ?? ''));
  } catch (error) {
    if (error instanceof Error && error.name === 'TargetNotFoundException') return pMapSkip;
    throw error;
  }
}

async function storeOne(
  work: Work,
  listed: Account,
  needsApproval: NeedsApproval | undefined,
): Promise<RefreshResult> {
  const { access, known, seen } = work;
  const before = known.get(listed.id);
  const ouCache = new Map<string, KnownOu>();
  const refreshed = () => refreshAccount({ ...access, ouCache, accountId: listed.id });
  if (seen.has(listed.id)) return refreshed();
  const account = withApproval(before, listed, needsApproval, getTimestamp(access.clock));
  if (before !== undefined && isSameAccount(before, account)) return { account: before, changed: false };
  const stored =
    before === undefined && (await access.registry.put(account, undefined, getTimestamp(access.clock)));
  return stored ? { account: stored, changed: true } : refreshed();
}

/** Reads the list of all accounts. An account that `readTree` missed is read by a call of its own. */
async function readList(work: Work, from: ImportCursor): Promise<Rest> {
  let token = from.token;
  do {
    const page = await listAllAccounts(work.access.organizations, token);
    work.spent.pages += 1;
    await refreshAll(
      work,
      page.accounts.flatMap(({ Id }) => (Id === undefined || work.seen.has(Id) ? [] : Id)),
    );
    token = page.token;
    if (token !== undefined && isSpent(work)) return { phase: 'list', token };
  } while (token !== undefined);
  if (work.seen.size === 0) throw nothingListed();
  return { phase: 'absent' };
}

async function askForAbsent(work: Work): Promise<Rest> {
  const { known, seen, limits } = work;
  const absent = [...known.values()]
    .filter(({ id, state }) => state !== 'DEPARTED' && !seen.has(id))
    .map(({ id }) => id);
  await refreshAll(work, absent.slice(0, limits.accounts));
  return absent.length > limits.accounts ? { phase: 'absent' } : undefined;
}

async function refreshAll(work: Work, ids: readonly string[]): Promise<void> {
  const { access, ouCache } = work;
  for (const accountId of ids) {
    note(work, accountId, await refreshAccount({ ...access, ouCache, accountId }));
    work.spent.accounts += 1;
  }
}

/** Adds an account to the counts. If a slice stores an account twice, it counts once. */
function note({ seen, stored, counts, access }: Work, id: string, { account, changed }: RefreshResult): void {
  const departed = account === undefined || account.state === 'DEPARTED';
  if (!seen.has(id) && !departed) counts.accounts += 1;
  if (changed && !stored.has(id)) {
    counts.changed += 1;
    if (departed) counts.departed += 1;
    stored.add(id);
  }
  seen.add(id);
  access.onProgress?.({ accounts: seen.size });
}

/**
 * Every organization has at least its management account. So an empty list is an error. If it were believed, every
 * account would seem to have left.
 */
const nothingListed = (): ServiceUnavailableError =>
  new ServiceUnavailableError(
    'Organizations listed no account, not even the management account. Check that the credentials belong to the ' +
      'management account or a delegated administrator, and run `onboarding import` again',
  );
