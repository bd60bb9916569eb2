import type { Configuration } from '../configuration/schema.ts';
import type { CentralAccountName } from '../platform/central-accounts.ts';
import { getTimestamp } from '../platform/clock.ts';
import { toErrorRecord } from '../platform/errors.ts';
import type { DesiredResource } from '../reconcile/desired-resource.ts';
import { createNotDeployedError } from '../reconcile/require-deployed-account.ts';
import type { Services } from '../reconcile/services.ts';
import type { ResourceChange } from '../store/ports.ts';

/** A central account in which a run has something to do, and the function that does it. */
export interface CentralUpdate {
  readonly centralAccount: CentralAccountName;
  readonly accountId: string;
  readonly functionName: string;
}

/** The central accounts whose resources the run has not finished, each once, in the order of the configuration. */
export const listCentralUpdates = (
  services: Pick<Services, 'findUpdateFunction'>,
  { centralAccounts }: Pick<Configuration, 'centralAccounts'>,
  open: readonly Pick<ResourceChange, 'centralAccount'>[],
): readonly CentralUpdate[] =>
  Object.entries(centralAccounts)
    .filter(([name]) => open.some(({ centralAccount }) => centralAccount === name))
    .flatMap(([centralAccount, { id: accountId }]) => {
      const functionName = services.findUpdateFunction(centralAccount);
      return functionName === undefined ? [] : [{ centralAccount, accountId, functionName }];
    });

/**
 * An error for a resource whose central account has no update function. `undefined` if there is an update function, or
 * if the account is no central account any more.
 */
export function failIfNotDeployed(
  services: Pick<Services, 'findUpdateFunction' | 'clock'>,
  centralAccount: CentralAccountName | undefined,
  { ref }: Pick<DesiredResource, 'ref'>,
): Pick<ResourceChange, 'outcome' | 'error' | 'finishedAt'> | undefined {
  if (centralAccount === undefined || services.findUpdateFunction(centralAccount) !== undefined)
    return undefined;
  const error = toErrorRecord(createNotDeployedError(centralAccount, ref.accountId));
  return { outcome: 'failed', error, finishedAt: getTimestamp(services.clock) };
}
