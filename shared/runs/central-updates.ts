import type { Configuration } from '../configuration/schema.ts';
import type { CentralAccountName } from '../platform/central-accounts.ts';
import { getTimestamp } from '../platform/clock.ts';
import { toErrorRecord } from '../platform/errors.ts';
import type { DesiredResource } from '../reconcile/desired-resource.ts';
import { createNotDeployedError } from '../reconcile/require-deployed-account.ts';
import type { Services } from '../reconcile/services.ts';
import type { ResourceChange } from '../store/ports.ts';

/** A central account in which a run has work, and the update function that does the work. */
export interface CentralUpdate {
  readonly centralAccount: CentralAccountName;
  readonly accountId: string;
  readonly functionName: string;
}

/** The central accounts in which changes are still open, each once, in the order of the configuration. */
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
 * The failure of a resource whose central account has no update function. `undefined` if the account has one, or if it
 * is no central account any more.
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
