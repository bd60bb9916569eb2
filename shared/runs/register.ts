import type { RunMode } from '../accounts/account-event.ts';
import { AccountNotMemberError, AccountNotReadyError } from '../accounts/errors.ts';
import { refreshAccount } from '../accounts/refresh-account.ts';
import { requireReady } from '../accounts/registry.ts';
import type { Account } from '../platform/account.ts';
import type { Services } from '../reconcile/services.ts';
import { getActiveApproval } from './approval/active-approval.ts';

export interface RegisteredStep {
  readonly accountId: string;
  /**
   * The registry revision of the account's last change. Absent if neither Organizations nor the registry has the
   * account.
   */
  readonly revision?: number;
  readonly state: Account['state'];
}

/**
 * Brings one account of the registry up to date. This is done before any policy is written for the account.
 * @throws RegistryNotReadyError, ConcurrentUpdateError
 * @throws AccountNotReadyError while Organizations is still creating the account
 * @throws AccountNotMemberError if an operator onboards an account that neither Organizations nor the registry has. For
 * an event this is no error, because the account may have left before any run read it
 */
export async function registerAccount(
  { store, hub, clock, random }: Services,
  { accountId, mode }: { accountId: string; mode: RunMode },
): Promise<RegisteredStep> {
  await requireReady(store.registry);
  const { organizations } = hub;
  const { account } = await refreshAccount({
    registry: store.registry,
    organizations,
    clock,
    random,
    accountId,
    needsApproval: () => getActiveApproval(store),
  });
  if (account === undefined && mode === 'sync') return { accountId, state: 'DEPARTED' };
  if (account === undefined)
    throw new AccountNotMemberError(
      `Account ${accountId} is not in the organization, and the registry does not have it either. Check the id`,
      { accountId },
    );
  if (account.state === 'PENDING_ACTIVATION')
    throw new AccountNotReadyError(`Account ${accountId} is still being created (${account.state})`, {
      accountId,
    });
  return { accountId, revision: account.revision, state: account.state };
}
