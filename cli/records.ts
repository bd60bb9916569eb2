import { loadConfiguration } from '../shared/configuration/load.ts';
import { type AccountNames, createAccountNames, formatAccountId } from '../shared/platform/account.ts';
import type { Services } from '../shared/reconcile/services.ts';
import type { Store } from '../shared/store/ports.ts';
import { type CommonOptions, getConfigurationFile, type Session } from './command.ts';
import { openEnvironment } from './environment.ts';
import { connect } from './services.ts';

export interface RecordOptions extends CommonOptions {
  readonly simulate?: boolean;
}

/** For commands that read records: the installation's table, or a simulated organization with onboarded accounts. */
export async function openRecords(session: Session, options: RecordOptions): Promise<Services> {
  if (options.simulate !== true) return connect(session, { memoryAllowed: false }).services;
  const configuration = await loadConfiguration(getConfigurationFile(options, session.io));
  const request = { configuration, simulate: true, memoryAllowed: true, onboarded: true };
  return (await openEnvironment(session, request)).services;
}

/** How many names are read at most, because each needs one read of the table. */
const maxNames = 20;

/** The names of accounts, from the registry. Only the first twenty are read. */
export async function readAccountNames({ registry }: Store, ids: readonly string[]): Promise<AccountNames> {
  const accounts = await Promise.all(ids.slice(0, maxNames).map((id) => registry.getAccount(id)));
  return createAccountNames(accounts.filter((account) => account !== undefined));
}

/** `payments-production (111122223333)`; ids alone for accounts that the registry does not know. */
export async function nameAccounts(store: Store, ids: readonly string[]): Promise<readonly string[]> {
  const names = await readAccountNames(store, ids);
  const shown = ids.slice(0, maxNames).map((id) => formatAccountId(id, names));
  return ids.length > maxNames ? [...shown, `${ids.length - maxNames} more; --json has every id`] : shown;
}
