import { expect, it } from '@jest/globals';
import { SimulatedOrganization } from '../../../simulator/organization.ts';
import type { Entry } from './entry.ts';
import { assumableRoles } from './kinds/assumable-roles.ts';

const security = '333344445555';
const id = '555566667777';

/** A group that may assume one role of the account, by the grant `people`. */
function worldWith(role: string) {
  const organization = new SimulatedOrganization({
    organizationId: 'o-exampleorg1',
    managementAccountId: '111122223333',
    rootId: 'r-root',
    hubAccountId: '111122223333',
    clock: { now: () => Date.UTC(2026, 2, 1), sleep: async () => {} },
    random: () => 0.5,
  });
  const name = 'People';
  const group = organization.addGroup({ accountId: security, name });
  const policy = organization.addManagedPolicy({
    accountId: security,
    name,
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'AccountOnboardingsimPeopleAssume',
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Resource: [`arn:aws:iam::${id}:role/${role}`],
        },
      ],
    },
  });
  organization.world.groups.get(group)?.attached.add(policy);
  return organization.world;
}

const entry = { name: 'people', kind: 'assume-role-permission', role: 'Present', mfa: false };

const judge = (role: string, account: string) =>
  assumableRoles.has(
    worldWith(role),
    {
      entry: entry as unknown as Entry,
      ref: { kind: 'assume-role-permission', accountId: security, region: 'us-east-1', id: 'group/People' },
      subject: { id: account, parentIds: ['r-root'] },
      organizationId: 'o-exampleorg1',
    },
    'sim',
    'people',
  );

it.each([
  ['all access', 'the present role of the account', 'Present', id, 'everything'],
  ['a part of the access', 'an earlier role of the account', 'Earlier', id, 'something'],
  ['no access', 'a role of another account', 'Earlier', '666677778888', 'nothing'],
])('finds %s when the grant names %s', (_, __, role, account, expected) => {
  expect(judge(role, account)).toBe(expected);
});
