import type { Configuration } from './schema.ts';

/** The names of the hub's and the spokes' resources. `serverless.yml` uses equal names, and a test compares them. */
export const installationName = ({ installation }: Pick<Configuration, 'installation'>): string =>
  `account-onboarding-${installation}`;

/**
 * The path of this installation's roles in the hub, in the central accounts and in member accounts. The spoke role has
 * its own path.
 */
export const rolePath = '/account-onboarding/';
