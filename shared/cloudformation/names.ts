import { installationName } from '../configuration/installation-names.ts';
import type { Configuration } from '../configuration/schema.ts';
import { type CentralAccountName, toUpdateFunctionName } from '../platform/central-accounts.ts';

/** The functions with roles of these names that work in a central account. */
export const listSpokeFunctions = (names: readonly CentralAccountName[]): readonly string[] => [
  'plan-changes',
  'request-approval',
  ...names.map(toUpdateFunctionName),
  'verify-access',
  'resolve-deployment',
  'advance-deployment',
];

/** The role by which a central account's rules put events on the hub's bus. The bus admits no other role. */
export const getForwarderRoleName = (configuration: Pick<Configuration, 'installation'>): string =>
  `${installationName(configuration)}-forward-events`;

/** The role by which the management account's rules put events about accounts on the hub's bus. */
export const getAccountForwarderName = (configuration: Pick<Configuration, 'installation'>): string =>
  `${installationName(configuration)}-forward-account-events`;
