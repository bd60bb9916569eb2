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
   * Which accounts an operator must approve where they are; asked before each write, since another configuration may come
   * into force meanwhile. Default: none.
   */
  readonly needsApproval?: (() => Promise<NeedsApproval | undefined>) | undefined;
}

export interface RefreshResult {
  /** `undefined`: neither Organizations nor the registry knows the account. */
  readonly account: RegisteredAccount | undefined;
  /** Whether this call stored something. */
  readonly changed: boolean;
}

const maxAttempts = 20;

/**
 * Brings one account of the registry up to date: reads its item, then asks Organizations, then writes on the
 * condition that the item is still the one that was read. It starts over after a conflict, and after a write too: it
 * is done when an answer that is younger than the item says what the item says. Otherwise a writer that was held up
 * between answer and write could restore an old state after another one, finding nothing to do, had left.
 *
 * Where only the registry's revision was taken by another account, the answer is as good as before. And of an account
 * that had no item, others find nothing to do only where Organizations does not know it: so after its first write that
 * is all that is asked for again (docs/decisions/0016).
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

/** What Organizations said, and what the registry held before it was asked. */
interface CurrentState {
  readonly before: RegisteredAccount | undefined;
  /** `undefined`: neither knows the account. */
  readonly answer: Account | undefined;
}

async function ask(
  access: RegistryAccess & { readonly accountId: string; readonly ouCache?: OuCache },
  before: RegisteredAccount | undefined,
): Promise<CurrentState> {
  // A name that is remembered may be older than the one in the item, and must not replace it.
  const ouCache = access.ouCache ?? createRememberedOuCache(access, { trust: before === undefined });
  const answer = await describeAccount(access.organizations, access.accountId, ouCache);
  return { before, answer: answer ?? departed(before) };
}

/** Whether the item is the one that was read before Organizations was asked. */
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
export const isSameAccount = (one: Account, other: Account): boolean => facts(one) === facts(other);

const facts = (account: Account): string =>
  JSON.stringify([
    account.id,
    account.state,
    serializePosition(account),
    serializePendingApproval(account.approval),
  ]);
