import type { Configuration } from './schema.ts';

/** What the hub and its spokes are called; `serverless.yml` uses the same names, which a test holds together. */
export const installationName = ({ installation }: Pick<Configuration, 'installation'>): string =>
  `account-onboarding-${installation}`;

/** The path of the roles that are ours in the hub, in the central accounts and in member accounts; a spoke role has one of its own. */
export const rolePath = '/account-onboarding/';
