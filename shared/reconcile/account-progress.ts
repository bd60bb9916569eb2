import { AccountNotMemberError } from '../accounts/errors.ts';
import { isMember } from '../accounts/membership.ts';
import { getActiveConfiguration } from '../configuration/active-configuration.ts';
import { formatAccount, type RegisteredAccount } from '../platform/account.ts';
import { clockSkew } from '../platform/clock.ts';
import { listActiveResources, listGrantNames } from './desired-resources.ts';
import { isUpToDate } from './is-up-to-date.ts';
import type { Services } from './services.ts';

/**
 * How far an account has come on its way to the access that the configuration gives it. Only the table is read.
 * - `unregistered`: no run has found the account yet.
 * - `in-creation`: Organizations is still creating the account.
 * - `running`: a run for the account is in progress.
 * - `waiting-for-approval`: an operator must approve the account.
 * - `unwritten`: no run for the account is in progress, and some resources were not yet written with its access.
 * - `written`: every resource was written with its access.
 */
export type AccountProgress =
  | { readonly step: 'unregistered' | 'in-creation' | 'written' }
  | { readonly step: 'running'; readonly runId: string }
  | { readonly step: 'waiting-for-approval'; readonly runId?: string }
  | { readonly step: 'unwritten'; readonly resources: readonly string[] };

/**
 * Reads from the table how far an account has come: the account, the open runs, and the state of its resources. Writes
 * nothing.
 * @throws AccountNotMemberError if the account is closed or has left the organization
 */
export async function readAccountProgress(services: Services, accountId: string): Promise<AccountProgress> {
  const { store, clock } = services;
  const soon = new Date(clock.now() + clockSkew).toISOString();
  const { items } = await store.runs.listUnfinished(soon);
  const open = items.find(({ accountIds }) => accountIds.includes(accountId));
  if (open?.status === 'running') return { step: 'running', runId: open.runId };
  if (open !== undefined) return { step: 'waiting-for-approval', runId: open.runId };
  const account = await store.registry.getAccount(accountId);
  return account === undefined ? { step: 'unregistered' } : readRegistered(services, account);
}

async function readRegistered(services: Services, account: RegisteredAccount): Promise<AccountProgress> {
  if (account.state === 'PENDING_ACTIVATION') return { step: 'in-creation' };
  if (!isMember(account)) {
    const message = `Account ${formatAccount(account)} is ${account.state}, so no run will give it access`;
    throw new AccountNotMemberError(message, { accountId: account.id });
  }
  if (account.approval !== undefined) return { step: 'waiting-for-approval' };
  const resources = await listUnwritten(services, account);
  return resources.length === 0 ? { step: 'written' } : { step: 'unwritten', resources };
}

/**
 * The keys of resources on which the account should have access, and whose last write was made before the account was
 * registered.
 */
async function listUnwritten({ store }: Services, account: RegisteredAccount): Promise<readonly string[]> {
  const active = await getActiveConfiguration(store);
  const desired = listActiveResources(active, [account]).filter(({ shares }) =>
    shares.some(({ accounts }) => accounts.length > 0),
  );
  const states = await store.resources.getMany(desired.map(({ key }) => key));
  const sought = {
    revision: account.revision,
    activationId: active.activationId,
    accountIds: [account.id],
  };
  return desired
    .filter((resource) => {
      const state = states.get(resource.key)?.state;
      return !isUpToDate(state, { ...sought, grants: listGrantNames(resource) });
    })
    .map(({ key }) => key);
}
