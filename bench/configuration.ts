import type { Configuration } from '../shared/configuration/schema.ts';
import { validateConfiguration } from '../shared/configuration/validate.ts';

/** A configuration with these grants and defaults. @param more other fields of the configuration */
export const benchConfiguration = (
  grants: readonly object[],
  installation = 'bench',
  more: object = {},
): Configuration =>
  validateConfiguration(
    {
      version: 1,
      installation,
      organization: { id: 'o-exampleorg1', managementAccount: '111111111111' },
      centralAccounts: {
        log: { id: '222222222222', region: 'eu-west-1' },
        security: { id: '333333333333', region: 'us-east-1' },
        shared: { id: '444444444444', region: 'eu-west-1' },
      },
      grants,
      ...more,
    },
    'the benchmark',
  );
