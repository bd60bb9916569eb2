import { expect, test } from '@jest/globals';
import { parseConfiguration } from '../../../shared/configuration/load.ts';
import { locateHosted } from '../../../shared/secrets/deployment/claim-hosted.ts';
import { security, shared, smallText } from '../../fixtures/small-configuration.ts';

const application = {
  name: 'shop',
  account: 'shared',
  region: 'us-west-2',
  environments: [{ name: 'test' }],
  profiles: [{ name: 'settings' }],
};
const configuration = parseConfiguration(
  `${smallText(['secret'])}applications: [${JSON.stringify(application)}]\n`,
  'the test',
);

test.each([
  ['its own account and region', {}, { accountId: shared, region: 'us-west-2' }],
  ['its own account, stated twice', { account: 'shared' }, { accountId: shared, region: 'us-west-2' }],
  [
    'another region that is stated',
    { region: 'eu-central-1' },
    { accountId: shared, region: 'eu-central-1' },
  ],
  [
    "another account, in that account's region",
    { account: 'security' },
    { accountId: security, region: 'us-east-1' },
  ],
] as const)(
  'finds the account and region of an application that the configuration has in %s',
  (_, said, location) => {
    const request = {
      type: 'hosted',
      cause: 'deployment',
      application: 'shop',
      profile: 'settings',
      version: '1',
    } as const;
    expect(locateHosted({ ...request, ...said }, configuration)).toEqual(location);
  },
);
