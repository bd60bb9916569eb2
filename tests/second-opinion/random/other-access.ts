import fc from 'fast-check';
import type { KeyGrant, LaunchPermissions } from '../shapes.ts';
import { home, organizationId, other, roleArn, userArn } from './world.ts';

const encryptionContext = fc.constantFrom({ app: 'orders' }, { App: 'orders' }, { team: 'x' });

const keyGrant: fc.Arbitrary<KeyGrant> = fc.record(
  {
    granteePrincipal: fc.constantFrom(
      roleArn(home),
      roleArn(home),
      roleArn(home),
      userArn(home),
      roleArn(other),
      `arn:aws:sts::${home}:assumed-role/Reader/build`,
      'cloudtrail.amazonaws.com',
    ),
    operations: fc.constantFrom(
      ['Decrypt', 'GenerateDataKey'],
      ['GenerateDataKey', 'DescribeKey'],
      ['Encrypt'],
    ),
    encryptionContextEquals: encryptionContext,
    encryptionContextSubset: encryptionContext,
  },
  { requiredKeys: ['granteePrincipal', 'operations'] },
);

export const keyGrants: fc.Arbitrary<readonly KeyGrant[] | undefined> = fc.option(
  fc.array(keyGrant, { minLength: 1, maxLength: 2 }),
  { nil: undefined, freq: 2 },
);

const organizations = 'arn:aws:organizations::123456789012';

export const launchPermissions: fc.Arbitrary<LaunchPermissions> = fc.record(
  {
    isPublic: fc.constant(false),
    accountIds: fc.constantFrom([home], [other], [other, home]),
    organizationArns: fc.constantFrom(
      [`${organizations}:organization/${organizationId}`],
      [`${organizations}:organization/o-otherorgid`],
    ),
    ouArns: fc.constantFrom(
      [`${organizations}:ou/${organizationId}/ou-ab12-11111111`],
      [`${organizations}:ou/${organizationId}/ou-ab12-22222222`],
    ),
  },
  { requiredKeys: [] },
);
