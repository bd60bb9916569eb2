import type { Configuration } from './schema.ts';

/**
 * The beginning of the names of all resources of an installation. `serverless.yml` uses equal names, and a test
 * compares both.
 */
export const installationName = ({ installation }: Pick<Configuration, 'installation'>): string =>
  `account-onboarding-${installation}`;

/**
 * The path of this installation's roles in the hub, in central accounts and in member accounts. Only the spoke role has
 * a path of its own.
 */
export const rolePath = '/account-onboarding/';
