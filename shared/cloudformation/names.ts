import type { Configuration } from '../configuration/schema.ts';
import { type CentralAccountName, toUpdateFunctionName } from '../platform/central-accounts.ts';

/** What the hub and its spokes are called; `serverless.yml` uses the same names, which a test holds together. */
export const installationName = ({ installation }: Pick<Configuration, 'installation'>): string =>
  `account-onboarding-${installation}`;

/** The path of the roles that are ours in the hub and in the central accounts; a spoke role has one of its own. */
export const rolePath = '/account-onboarding/';

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
