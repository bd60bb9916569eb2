import type { OrganizationsClient } from '@aws-sdk/client-organizations';
import { type Clock, type Random, timestamp } from '../clock.ts';
import { ConcurrentUpdateError, RegistryNotReadyError, ServiceUnavailableError } from '../errors.ts';
import type { RegistryStore } from '../store/ports.ts';
import type { Account, RegisteredAccount } from './account.ts';
import { describeAccount, type OuCache } from './describe-account.ts';
import { listOrganization } from './list-organization.ts';

export interface RegistryAccess {
  readonly registry: RegistryStore;
  readonly organizations: OrganizationsClient;
  readonly clock: Clock;
  /** Default: `Math.random`. */
  readonly random?: Random;
}

export interface RefreshResult {
  /** `undefined`: neither Organizations nor the registry knows the account. */
  readonly account: RegisteredAccount | undefined;
  /** Whether this call stored something. */
  readonly changed: boolean;
}

const mostAttempts = 20;

/**
 * Brings one account of the registry up to date: reads its item, then asks Organizations, then writes on the
 * condition that the item is still the one that was read. It starts over after a conflict, and after a write too: it
 * is done when an answer that is younger than the item says what the item says. Otherwise a writer that was held up
 * between answer and write could restore an old state after another one, finding nothing to do, had left.
 *
 * An account that the registry knows and Organizations does not is stored as DEPARTED, with its last position.
 * @throws ConcurrentUpdateError after 20 rounds
 */
export async function refreshAccount(
  access: RegistryAccess & { readonly accountId: string; readonly ouCache?: OuCache },
): Promise<RefreshResult> {
  const { registry, organizations, clock, accountId, ouCache } = access;
  let changed = false;
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const before = await registry.account(accountId);
    const now = (await describeAccount(organizations, accountId, ouCache)) ?? departed(before);
    if (now === undefined || (before !== undefined && sameAccount(before, now)))
      return { account: before, changed };
    const stored = await registry.put(now, before?.revision, timestamp(clock));
    if (stored === undefined) await clock.sleep(pause(attempt, access.random));
    else changed = true;
  }
  throw new ConcurrentUpdateError(
    `Account ${accountId} could not be stored in the registry: it changed during each of ${mostAttempts} attempts. ` +
      'Run again',
    { accountId, attempts: mostAttempts },
  );
}

/** The account without what the registry adds. */
const departed = (before: RegisteredAccount | undefined): Account | undefined => {
  if (before === undefined) return undefined;
  const { id, name, parentIds, ouPath, tags } = before;
  return { id, name, parentIds, ouPath, tags, state: 'DEPARTED' };
};

/** Full jitter, so that writers who met once do not meet again. */
const pause = (attempt: number, random: Random = Math.random): number =>
  Math.floor(random() * Math.min(2_000, 50 * 2 ** attempt));

/** Whether two answers about an account are equal in everything that a grant can depend on. */
export const sameAccount = (one: Account, other: Account): boolean => facts(one) === facts(other);

const facts = ({ id, name, state, parentIds, ouPath, tags }: Account): string =>
  JSON.stringify([
    id,
    name,
    state,
    parentIds,
    ouPath,
    Object.keys(tags)
      .sort()
      .map((key) => [key, tags[key]]),
  ]);

export interface ImportProgress {
  /** Accounts that were listed so far. */
  readonly accounts: number;
}

export interface ImportReport {
  /** Accounts that the organisation has. */
  readonly accounts: number;
  /** Accounts that were stored because they are new or differ, departed ones included. */
  readonly changed: number;
  /** Accounts that were found to have left. */
  readonly departed: number;
  /** Whether the registry is ready; an import that does not go through throws instead. */
  readonly ready: boolean;
}

/**
 * Brings the whole registry up to date, and marks it ready when everything went through; the first error ends it.
 * A listing is older than it looks, so it only adds accounts that were unknown before it began. An account that it
 * shows different, twice, or not at all is asked for by itself; its absence alone means nothing.
 */
export async function importOrganization(
  access: RegistryAccess & { readonly onProgress?: (progress: ImportProgress) => void },
): Promise<ImportReport> {
  const { registry, organizations, clock, onProgress } = access;
  const known = new Map((await registry.accounts()).map((account) => [account.id, account]));
  const results = new Map<string, RefreshResult>();
  for await (const account of listOrganization(organizations)) {
    const earlier = results.get(account.id);
    results.set(account.id, await storeListed(access, account, earlier, known.get(account.id)));
    onProgress?.({ accounts: results.size });
  }
  if (results.size === 0) throw nothingListed();
  for (const { id, state } of known.values())
    if (!results.has(id) && state !== 'DEPARTED')
      results.set(id, await refreshAccount({ ...access, accountId: id }));
  await registry.markReady(timestamp(clock));
  return report(results);
}

async function storeListed(
  access: RegistryAccess,
  account: Account,
  earlier: RefreshResult | undefined,
  before: RegisteredAccount | undefined,
): Promise<RefreshResult> {
  if (earlier !== undefined) {
    const again = await refreshAccount({ ...access, accountId: account.id });
    return { account: again.account, changed: again.changed || earlier.changed };
  }
  if (before !== undefined && sameAccount(before, account)) return { account: before, changed: false };
  const stored =
    before === undefined && (await access.registry.put(account, undefined, timestamp(access.clock)));
  return stored ? { account: stored, changed: true } : refreshAccount({ ...access, accountId: account.id });
}

/** An organisation has its management account at least, so this is a wrong answer, and everyone would look gone. */
const nothingListed = (): ServiceUnavailableError =>
  new ServiceUnavailableError(
    'Organizations listed no account, not even the management account. Check that the credentials belong to the ' +
      'management account or a delegated administrator, and run `onboarding import` again',
  );

function report(results: ReadonlyMap<string, RefreshResult>): ImportReport {
  const all = [...results.values()];
  const left = all.filter(({ account }) => account?.state === 'DEPARTED');
  return {
    accounts: all.length - left.length,
    changed: all.filter(({ changed }) => changed).length,
    departed: left.filter(({ changed }) => changed).length,
    ready: true,
  };
}

/** @throws RegistryNotReadyError until an import went through: an incomplete picture must take nothing away */
export async function requireReady(registry: RegistryStore): Promise<void> {
  if ((await registry.readySince()) !== undefined) return;
  throw new RegistryNotReadyError(
    'The registry does not hold the whole organisation yet, so nothing may be written. Run `onboarding import` first',
  );
}
