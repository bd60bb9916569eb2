import type { OrganizationsClient } from '@aws-sdk/client-organizations';
import { type Clock, type Random, timestamp } from '../clock.ts';
import { ConcurrentUpdateError } from '../errors.ts';
import type { RegistryStore } from '../store/ports.ts';
import type { Account, RegisteredAccount } from './account.ts';
import { approvalText, type NeedsApproval, positionText, withApproval } from './approval.ts';
import { describeAccount, type OuCache } from './describe-account.ts';

export interface RegistryAccess {
  readonly registry: RegistryStore;
  readonly organizations: OrganizationsClient;
  readonly clock: Clock;
  /** Default: `Math.random`. */
  readonly random?: Random;
  /**
   * Which accounts a person must approve where they are; asked before each write, since another configuration may come
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
    const answer = (await describeAccount(organizations, accountId, ouCache)) ?? departed(before);
    if (answer === undefined) return { account: before, changed };
    const now = withApproval(before, answer, await access.needsApproval?.(), timestamp(clock));
    if (before !== undefined && sameAccount(before, now)) return { account: before, changed };
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

const facts = (account: Account): string =>
  JSON.stringify([account.id, account.state, positionText(account), approvalText(account.approval)]);
