import type { LaunchPermission } from '@aws-sdk/client-ec2';
import type { ResourceRef } from '../../shared/grants/contract.ts';
import type { SimulatedGrant } from '../../simulator/simulated-resources.ts';
import { central, type GrantEnv, type Holder, members, stranger } from './grants-fixture.ts';

const serviceLinkedRole = 'AWSServiceRoleForAutoScaling';

export const autoScalingRole = (accountId: string): string =>
  `arn:aws:iam::${accountId}:role/aws-service-role/autoscaling.amazonaws.com/${serviceLinkedRole}`;

/** With the service-linked role in each account: without it, KMS refuses the grant. */
export function keyGrantsHolder({ organization }: GrantEnv, { id, region }: ResourceRef): Holder {
  const arn = `arn:aws:kms:${region}:${central}:key/${id}`;
  const grants = () => organization.world.grants.get(arn) ?? [];
  const put = (grant: Partial<SimulatedGrant>) => () => {
    organization.world.grants.set(arn, [...grants(), { ...outsiders, id: `${grants().length}`, ...grant }]);
  };
  return {
    missingId: '00000000-12ab-34cd-56ef-1234567890ab',
    make: () => {
      organization.addKey({ accountId: central, region, id });
      for (const accountId of [...members, stranger])
        organization.addRole({
          accountId,
          path: '/aws-service-role/autoscaling.amazonaws.com/',
          name: serviceLinkedRole,
          trust: { Version: '2012-10-17', Statement: [] },
        });
    },
    foreign: [
      { name: 'without a name', put: put({ name: undefined }) },
      { name: 'with a name like ours', put: put({ name: 'account-onboarding/tests/example/1' }) },
      { name: 'of another installation', put: put({ name: `account-onboarding/other/example/${stranger}` }) },
      { name: 'to the same role, under a constraint', put: put({ constraints: { SourceArn: 'arn:aws:x' } }) },
    ],
    clashes: [
      {
        name: 'a grant with our mark that we never made',
        put: put({ name: `account-onboarding/test/something-else/${stranger}` }),
      },
    ],
    othersContent: () => grants().filter(({ name }) => !name?.startsWith('account-onboarding/test/')),
    content: grants,
  };
}

const outsiders: SimulatedGrant = {
  id: '0',
  name: 'by-hand',
  grantee: autoScalingRole(members[0]),
  operations: ['Decrypt'],
  constraints: undefined,
};

/** Every launch permission of an account that is no member is an outsider's. */
export function imageHolder({ organization }: GrantEnv, { id, region }: ResourceRef): Holder {
  const permissions = (): readonly LaunchPermission[] =>
    organization.world.images.get(id)?.launchPermissions ?? [];
  const put = (launchPermissions: readonly LaunchPermission[]) => () => {
    const image = organization.world.images.get(id);
    if (image !== undefined) image.launchPermissions = launchPermissions;
  };
  const ours: readonly (string | undefined)[] = members;
  return {
    missingId: 'ami-00000000000000000',
    make: () => void organization.addImage({ accountId: central, region, id }),
    foreign: [
      { name: 'an account', put: put([{ UserId: stranger }]) },
      {
        name: 'an organization',
        put: put([{ OrganizationArn: 'arn:aws:organizations::222233334444:organization/o-example1234' }]),
      },
      {
        name: 'an OU and an account',
        put: put([
          { OrganizationalUnitArn: 'arn:aws:organizations::222233334444:ou/o-example1234/ou-abcd-workloads' },
          { UserId: stranger },
        ]),
      },
      { name: 'everybody', put: put([{ Group: 'all' }]) },
    ],
    clashes: [],
    give: (accountId) => put([...permissions(), { UserId: accountId }])(),
    othersContent: () => permissions().filter(({ UserId }) => !ours.includes(UserId)),
    content: permissions,
  };
}
