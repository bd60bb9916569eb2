import type { OrganizationsClient } from '@aws-sdk/client-organizations';
import type { Account, RegisteredAccount } from '../platform/account.ts';
import { type Clock, getTimestamp, type Random } from '../platform/clock.ts';
import { ConcurrentUpdateError } from '../platform/errors.ts';
import type { RegistryStore } from '../store/ports.ts';
import { type NeedsApproval, serializePendingApproval, serializePosition, withApproval } from './approval.ts';
import { describeAccount, fetchAccount, type OuCache, toAccount } from './describe-account.ts';
import { createRememberedOuCache } from './remembered-ous.ts';

export interface RegistryAccess {
  readonly registry: RegistryStore;
  readonly organizations: OrganizationsClient;
  readonly clock: Clock;
  /** Default: `Math.random`. */
  readonly random?: Random;
  /**
   * The accounts that an operator must approve in their position. Read before each write, since another configuration
   * may become active meanwhile. Default: none.
   */
  readonly needsApproval?: (() => Promise<NeedsApproval | undefined>) | undefined;
}

export interface RefreshResult {
  /** `undefined`: neither Organizations nor the registry knows the account. */
  readonly account: RegisteredAccount | undefined;
  /** Whether this call stored an item. */
  readonly changed: boolean;
}

const maxAttempts = 20;

/**
 * Brings one account of the registry up to date: reads its item, then reads Organizations, then writes on the condition
 * that the item is unchanged. It starts over after a conflict, and also after a write. It ends when an answer that is
 * younger than the item equals the item. Otherwise a writer that was delayed between answer and write could restore an
 * old state. The writer with the newer answer may already have ended, because it found nothing to do.
 *
 * Two cases need less. If only another account took the registry's revision, the answer is still good. If an account
 * had no item, other writers find nothing to do only while Organizations does not know the account. So after the
 * account's first write only that is checked again (docs/decisions/0016).
 *
 * An account that the registry knows and Organizations does not is stored as DEPARTED, with its last position.
 * @throws ConcurrentUpdateError after 20 rounds
 */
export async function refreshAccount(
  access: RegistryAccess & { readonly accountId: string; readonly ouCache?: OuCache },
): Promise<RefreshResult> {
  const { registry, clock, accountId } = access;
  let changed = false;
  let refused: CurrentState | undefined;
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const before = await registry.getAccount(accountId);
    const asked = refused !== undefined && isStill(refused, before) ? refused : await ask(access, before);
    const { answer } = asked;
    if (answer === undefined) return { account: before, changed };
    const now = withApproval(before, answer, await access.needsApproval?.(), getTimestamp(clock));
    if (before !== undefined && isSameAccount(before, now)) return { account: before, changed };
    const stored = await registry.put(now, before?.revision, getTimestamp(clock));
    refused = stored === undefined ? asked : undefined;
    if (stored === undefined) {
      await clock.sleep(pause(attempt, access.random));
      continue;
    }
    changed = true;
    if (before === undefined && (await isStillThere(access, stored))) return { account: stored, changed };
  }
  throw new ConcurrentUpdateError(
    `Account ${accountId} could not be stored in the registry: it changed during each of ${maxAttempts} attempts. ` +
      'Run again',
    { accountId, attempts: maxAttempts },
  );
}

/** The answer of Organizations, and the item of the registry before the call. */
interface CurrentState {
  readonly before: RegisteredAccount | undefined;
  /** `undefined`: neither Organizations nor the registry knows the account. */
  readonly answer: Account | undefined;
}

async function ask(
  access: RegistryAccess & { readonly accountId: string; readonly ouCache?: OuCache },
  before: RegisteredAccount | undefined,
): Promise<CurrentState> {
  // A cached OU name may be older than the name in the item, and must not replace it.
  const ouCache = access.ouCache ?? createRememberedOuCache(access, { trust: before === undefined });
  const answer = await describeAccount(access.organizations, access.accountId, ouCache);
  return { before, answer: answer ?? departed(before) };
}

/** Whether the item is unchanged since before the call to Organizations. */
const isStill = ({ before }: CurrentState, now: RegisteredAccount | undefined): boolean =>
  before?.revision === now?.revision;

async function isStillThere(
  { organizations, accountId }: RegistryAccess & { readonly accountId: string },
  stored: RegisteredAccount,
): Promise<boolean> {
  const answer = await fetchAccount(organizations, accountId);
  if (answer === undefined) return false;
  const { name, state } = toAccount(answer, stored, stored.tags);
  return name === stored.name && state === stored.state;
}

/** The account without the fields that the registry adds. */
const departed = (before: RegisteredAccount | undefined): Account | undefined => {
  if (before === undefined) return undefined;
  const { id, name, parentIds, ouPath, tags } = before;
  return { id, name, parentIds, ouPath, tags, state: 'DEPARTED' };
};

/** Full jitter, so that two writers that collided do not collide again. */
const pause = (attempt: number, random: Random = Math.random): number =>
  Math.floor(random() * Math.min(2_000, 50 * 2 ** attempt));

/** Whether two answers about an account are equal in every field that a grant can depend on. */
export const isSameAccount = (one: Account, other: Account): boolean => facts(one) === facts(other);

const facts = (account: Account): string =>
  JSON.stringify([
    account.id,
    account.state,
    serializePosition(account),
    serializePendingApproval(account.approval),
  ]);
