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
   * Reads from the active configuration which accounts an operator must approve. Called before each write, because
   * another configuration may have become active. Default: no account needs approval.
   */
  readonly needsApproval?: (() => Promise<NeedsApproval | undefined>) | undefined;
}

export interface RefreshResult {
  /** `undefined` if neither Organizations nor the registry has the account. */
  readonly account: RegisteredAccount | undefined;
  /** Whether this call wrote to the registry. */
  readonly changed: boolean;
}

const maxAttempts = 20;

/**
 * Brings one account of the registry up to date. It reads the account's item, reads the account from Organizations, and
 * writes if the item is still the same. It starts again after a conflict, and also after a write. It ends when
 * Organizations answers, after the item was read, with an account that equals the item. Why it reads again after a
 * write: its own answer may be old by then, because it may have been delayed before the write. Another run with a newer
 * answer may have found the item up to date and ended, before this write put the old state back. It starts again in
 * fewer cases than that:
 * - If its write failed only because another account's change took the revision, the answer is still valid.
 * - If the registry had no item, no other run can have found it up to date, except when Organizations does not have
 *   the account. So after the first write, only this is checked (docs/decisions/0016).
 * If Organizations does not have the account but the registry does, it is stored as DEPARTED, with its last position.
 * @throws ConcurrentUpdateError after 20 attempts
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

/** What Organizations answered about an account, and the registry's item from before the call. */
interface CurrentState {
  readonly before: RegisteredAccount | undefined;
  /** `undefined` if neither Organizations nor the registry has the account. */
  readonly answer: Account | undefined;
}

async function ask(
  access: RegistryAccess & { readonly accountId: string; readonly ouCache?: OuCache },
  before: RegisteredAccount | undefined,
): Promise<CurrentState> {
  // A cached name of an OU may be older than the name in the account's item. So cached names are used only if there is
  // no item.
  const ouCache = access.ouCache ?? createRememberedOuCache(access, { trust: before === undefined });
  const answer = await describeAccount(access.organizations, access.accountId, ouCache);
  return { before, answer: answer ?? (before && toDeparted(before)) };
}

/** Whether the item is still the same as before the call to Organizations. */
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

/** The account in the state DEPARTED, without the fields that only the registry has. */
export const toDeparted = ({ id, name, parentIds, ouPath, tags }: RegisteredAccount): Account => ({
  id,
  name,
  parentIds,
  ouPath,
  tags,
  state: 'DEPARTED',
});

/** Waits for a random time ("full jitter"), so that two runs whose writes collided do not collide again. */
const pause = (attempt: number, random: Random = Math.random): number =>
  Math.floor(random() * Math.min(2_000, 50 * 2 ** attempt));

/** Whether two answers of Organizations are equal in everything that decides about grants. */
export const isSameAccount = (one: Account, other: Account): boolean => facts(one) === facts(other);

const facts = (account: Account): string =>
  JSON.stringify([
    account.id,
    account.state,
    serializePosition(account),
    serializePendingApproval(account.approval),
  ]);
