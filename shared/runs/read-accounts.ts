import pMap from 'p-map';
import type { RegisteredAccount } from '../platform/account.ts';
import type { Store } from '../store/ports.ts';

const concurrency = 8;

/**
 * Reads accounts from the registry, for their names in messages. Accounts that the registry does not have are absent.
 */
export async function readAccounts(
  registry: Store['registry'],
  ids: readonly string[],
): Promise<readonly RegisteredAccount[]> {
  const accounts = await pMap(new Set(ids), (id) => registry.getAccount(id), { concurrency });
  return accounts.filter((account) => account !== undefined);
}
