import { AccountNotMemberError, AccountNotReadyError } from '../errors.ts';
import type { AccountState } from '../organization/account.ts';
import { refreshAccount, requireReady } from '../organization/registry.ts';
import type { Services } from '../services.ts';

export interface RegisteredStep {
  readonly accountId: string;
  /** The revision of the account's last change. */
  readonly revision: number;
  readonly state: AccountState;
}

/**
 * Brings one account of the registry up to date, before anything is written for it.
 * @throws RegistryNotReadyError, ConcurrentUpdateError
 * @throws AccountNotReadyError while Organizations is creating it
 * @throws AccountNotMemberError for an account that neither Organizations nor the registry knows
 */
export async function registerAccount(
  { store, hub, clock, random }: Services,
  { accountId }: { accountId: string },
): Promise<RegisteredStep> {
  await requireReady(store.registry);
  const { organizations } = hub;
  const { account } = await refreshAccount({
    registry: store.registry,
    organizations,
    clock,
    random,
    accountId,
  });
  if (account === undefined)
    throw new AccountNotMemberError(
      `Account ${accountId} is not in the organisation, and never was as far as the registry knows. Check the id`,
      { accountId },
    );
  if (account.state === 'PENDING_ACTIVATION')
    throw new AccountNotReadyError(`Account ${accountId} is still being created (${account.state})`, {
      accountId,
    });
  return { accountId, revision: account.revision, state: account.state };
}
