import { installationName } from '../configuration/installation-names.ts';
import type { Configuration } from '../configuration/schema.ts';
import { type CentralAccountName, toUpdateFunctionName } from '../platform/central-accounts.ts';

/** The functions whose roles work in a central account with these names. */
export const listSpokeFunctions = (names: readonly CentralAccountName[]): readonly string[] => [
  'plan-changes',
  'request-approval',
  ...names.map(toUpdateFunctionName),
  'verify-access',
  'resolve-deployment',
  'advance-deployment',
];

/** The role by which a central account's rules put events on the hub's bus, which admits no other. */
export const getForwarderRoleName = (configuration: Pick<Configuration, 'installation'>): string =>
  `${installationName(configuration)}-forward-events`;
