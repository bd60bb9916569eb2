import type { Configuration } from './schema.ts';

/**
 * The beginning of the names of all resources of an installation. `serverless.yml` must use the same names. A test
 * compares them.
 */
export const installationName = ({ installation }: Pick<Configuration, 'installation'>): string =>
  `account-onboarding-${installation}`;

/**
 * The IAM path of this installation's roles in the hub, in central accounts and in member accounts. Only the spoke role
 * has a configurable path.
 */
export const rolePath = '/account-onboarding/';
