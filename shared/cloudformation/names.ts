import { installationName } from '../configuration/installation-names.ts';
import type { Configuration } from '../configuration/schema.ts';
import { type CentralAccountName, toUpdateFunctionName } from '../platform/central-accounts.ts';

/** The names of the functions that work in a central account. Their roles have the same names. */
export const listSpokeFunctions = (names: readonly CentralAccountName[]): readonly string[] => [
  'plan-changes',
  'request-approval',
  ...names.map(toUpdateFunctionName),
  'verify-access',
  'resolve-deployment',
  'advance-deployment',
];

/**
 * The role with which the rules of a central account put events on the hub's event bus. The bus accepts events about
 * resources from this role only.
 */
export const getForwarderRoleName = (configuration: Pick<Configuration, 'installation'>): string =>
  `${installationName(configuration)}-forward-events`;

/** The role with which the rules of the management account put events about accounts on the hub's event bus. */
export const getAccountForwarderName = (configuration: Pick<Configuration, 'installation'>): string =>
  `${installationName(configuration)}-forward-account-events`;
