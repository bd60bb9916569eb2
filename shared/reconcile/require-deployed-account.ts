import { listCentralNames } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { CentralAccountName } from '../platform/central-accounts.ts';
import { CentralAccountNotDeployedError } from './errors.ts';
import type { Services } from './services.ts';

export const createNotDeployedError = (
  centralAccount: CentralAccountName,
  accountId: string,
): CentralAccountNotDeployedError =>
  new CentralAccountNotDeployedError(
    `The ${centralAccount} account (${accountId}) has no update function, because the active configuration names it and the ` +
      'deployment does not. Nothing was read or written in it. Deploy the active configuration ' +
      '(ONBOARDING_CONFIG=onboarding.yml npx serverless deploy), then start the run again',
    { centralAccount, accountId },
  );

/**
 * Checks that the hub was deployed with this central account, under one of the account's names in the configuration.
 * Otherwise the hub has no function with the right to read the account.
 * @throws CentralAccountNotDeployedError
 */
export function requireDeployedAccount(
  services: Pick<Services, 'findUpdateFunction'>,
  configuration: Configuration,
  accountId: string,
): void {
  const names = listCentralNames(configuration, accountId);
  const [first] = names;
  if (first === undefined || names.some((name) => services.findUpdateFunction(name) !== undefined)) return;
  throw createNotDeployedError(first, accountId);
}
