import {
  DescribeImageAttributeCommand,
  type LaunchPermissionModifications,
  ModifyImageAttributeCommand,
} from '@aws-sdk/client-ec2';
import { beforeEach, expect, test } from '@jest/globals';
import {
  createSimulatorEnv,
  log,
  member,
  policy,
  refusal,
  region,
  type SimulatorEnv,
  shared,
} from '../fixtures/simulator-env.ts';

const ImageId = 'ami-0123456789abcdef0';
const organizationArn = 'arn:aws:organizations::111122223333:organization/o-example1234';

let env: SimulatorEnv;

beforeEach(() => {
  env = createSimulatorEnv();
  env.organization.addImage({ accountId: shared, region, id: ImageId });
});

const modify = (LaunchPermission: LaunchPermissionModifications, accountId = shared, id = ImageId) =>
  env.clients(accountId).ec2.send(new ModifyImageAttributeCommand({ ImageId: id, LaunchPermission }));

const read = async (accountId = shared, id = ImageId, inRegion = region) =>
  (
    await env
      .clients(accountId, inRegion)
      .ec2.send(new DescribeImageAttributeCommand({ ImageId: id, Attribute: 'launchPermission' }))
  ).LaunchPermissions;

test('shares a new image with no account', async () => {
  expect(await read()).toEqual([]);
});

test('adds and removes each launch permission once', async () => {
  await modify({ Add: [{ UserId: member }, { OrganizationArn: organizationArn }] });
  await modify({
    Add: [{ UserId: log }, { UserId: member }],
    Remove: [{ OrganizationArn: organizationArn }],
  });

  expect(await read()).toEqual([{ UserId: member }, { UserId: log }]);
});

test.each([
  { OrganizationArn: organizationArn.replace(/[^/]+$/, 'o-somebodyelse') },
  { OrganizationalUnitArn: `${organizationArn.replace(':organization/', ':ou/')}/ou-abcd-99999999` },
])('refuses an organization or OU that does not exist in a launch permission (%#)', async (permission) => {
  const [arn = ''] = Object.values(permission);
  expect(await refusal(modify({ Add: [{ UserId: member }, permission] }))).toMatchObject({
    name: 'InvalidAMIAttributeItemValue',
    message: expect.stringContaining(arn),
  });
  expect(await read()).toEqual([]);
});

test('refuses all launch permissions of a request when one account does not exist', async () => {
  const request = modify({ Add: [{ UserId: member }, { UserId: '000000000000' }] });

  expect(await refusal(request)).toEqual({
    name: 'InvalidAMIAttributeItemValue',
    status: 400,
    message: 'Invalid attribute item value "000000000000" for userId item type.',
  });
  expect(await read()).toEqual([]);
});

test('refuses to add a launch permission of a closed account, and removes one', async () => {
  await modify({ Add: [{ UserId: member }] });
  env.organization.closeAccount(member);

  expect(await refusal(modify({ Add: [{ UserId: member }] }))).toMatchObject({
    name: 'InvalidAMIAttributeItemValue',
  });
  await modify({ Remove: [{ UserId: member }] });
  expect(await read()).toEqual([]);
});

test('refuses more than a thousand launch permissions', async () => {
  const ids = Array.from({ length: 1_001 }, (_, index) => String(300_000_000_000 + index));
  for (const id of ids) env.organization.addForeignAccount(id);
  await modify({ Add: ids.slice(0, 1_000).map((UserId) => ({ UserId })) });

  expect(await refusal(modify({ Add: [{ UserId: ids[1_000] }] }))).toMatchObject({
    name: 'ResourceLimitExceeded',
  });
});

test.each<[string, Parameters<typeof read>, string]>([
  ['that does not exist', [shared, 'ami-00000000000000000'], 'InvalidAMIID.NotFound'],
  ['of another region', [shared, ImageId, 'eu-west-1'], 'InvalidAMIID.NotFound'],
  ['of another account', [log], 'AuthFailure'],
])('refuses an image %s', async (_, given, name) => {
  expect(await refusal(read(...given))).toMatchObject({ name });
});

test('requires permission to read launch permissions', async () => {
  env = createSimulatorEnv(policy());
  env.organization.addImage({ accountId: shared, region, id: ImageId });

  expect(await refusal(read())).toMatchObject({ name: 'UnauthorizedOperation', status: 403 });
});
