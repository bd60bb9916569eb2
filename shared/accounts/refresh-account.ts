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
   * Reads which accounts an operator must approve. Called before each write, because another configuration may have
   * become active. Default: no account needs approval.
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
 * Brings one account of the registry up to date. It reads the account's item, then Organizations, then writes if the
 * item is unchanged. It starts over after a conflict, and also after a write. It ends when an answer that is newer than
 * the item equals the item.
 *
 * Why again after a write: a writer may be delayed between its answer and its write, and then restore an old state. A
 * writer with a newer answer may have ended already, because it found no difference.
 *
 * Two cases need less. If only the revision was taken by a change of another account, the answer is still valid. If the
 * account had no item, other writers find no difference only while Organizations does not have the account. So after
 * the first write of an account, only that is checked (docs/decisions/0016).
 *
 * An account that only the registry has is stored as DEPARTED, with its last position.
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

/** What Organizations answered, and the item of the registry from before the call. */
interface CurrentState {
  readonly before: RegisteredAccount | undefined;
  /** `undefined` if neither Organizations nor the registry has the account. */
  readonly answer: Account | undefined;
}

async function ask(
  access: RegistryAccess & { readonly accountId: string; readonly ouCache?: OuCache },
  before: RegisteredAccount | undefined,
): Promise<CurrentState> {
  // A cached name of an OU may be older than the name in the item. So it is used only for an account without an item.
  const ouCache = access.ouCache ?? createRememberedOuCache(access, { trust: before === undefined });
  const answer = await describeAccount(access.organizations, access.accountId, ouCache);
  return { before, answer: answer ?? (before && toDeparted(before)) };
}

/** Whether the item is as it was before the call to Organizations. */
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

/** The account as departed, without the fields that only the registry has. */
export const toDeparted = ({ id, name, parentIds, ouPath, tags }: RegisteredAccount): Account => ({
  id,
  name,
  parentIds,
  ouPath,
  tags,
  state: 'DEPARTED',
});

/** A random wait ("full jitter"), so that two writers that collided do not collide again. */
const pause = (attempt: number, random: Random = Math.random): number =>
  Math.floor(random() * Math.min(2_000, 50 * 2 ** attempt));

/** Whether two answers about an account are equal in everything that grants depend on. */
export const isSameAccount = (one: Account, other: Account): boolean => facts(one) === facts(other);

const facts = (account: Account): string =>
  JSON.stringify([
    account.id,
    account.state,
    serializePosition(account),
    serializePendingApproval(account.approval),
  ]);
