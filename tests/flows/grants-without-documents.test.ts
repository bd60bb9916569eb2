import { beforeEach, expect, test } from '@jest/globals';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { created, eventOf } from '../fixtures/account-events.ts';
import { autoScalingRole } from '../fixtures/grants/key-grant-fixtures.ts';
import { management, shared, smallText } from '../fixtures/small-configuration.ts';
import { createEnv, type Ended, onboard, outcomes, type TestEnv } from '../fixtures/test-env.ts';

const keyId = '4567abcd-12ab-34cd-56ef-1234567890ab';
const imageId = 'ami-0123456789abcdef0';
const grants = `kms-grant/${shared}/eu-west-1/${keyId}`;
const image = `ami-launch-permission/${shared}/eu-west-1/${imageId}`;

const configuration = parseConfiguration(
  smallText(
    [],
    `
  - name: ami-scaling
    kind: kms-grant
    account: shared
    key: ${keyId}
    preset: auto-scaling
    for: { all: true }
  - name: golden-image
    kind: ami-launch-permission
    account: shared
    images: [${imageId}]
    for: { all: true, except: [{ accounts: ["${management}"] }] }
  - name: golden-image-for-people
    kind: ami-launch-permission
    account: shared
    images: [${imageId}]
    for: { ous: [Workloads] }`,
  ),
  'the test',
);

const partner = '999988887777';

let env: TestEnv;

beforeEach(async () => {
  env = await createEnv({
    configuration,
    prepare: (organization) => {
      organization.addForeignAccount(partner);
      share(organization, partner);
    },
  });
});

function share({ world: { images } }: TestEnv['organization'], UserId: string): void {
  const existing = images.get(imageId);
  if (existing !== undefined) existing.launchPermissions = [...existing.launchPermissions, { UserId }];
}

const granted = (): readonly string[] =>
  [...env.organization.world.grants.values()].flat().map(({ grantee }) => grantee);

const sharedWith = (): readonly (string | undefined)[] =>
  env.organization.world.images.get(imageId)?.launchPermissions.map(({ UserId }) => UserId) ?? [];

const changeOfImage = ({ changes }: Ended) => changes.find(({ resource }) => resource === image);
const addedTo = (ended: Ended): readonly string[] => changeOfImage(ended)?.added ?? [];
const removedFrom = (ended: Ended): readonly string[] => changeOfImage(ended)?.removed ?? [];

const addRole = (accountId: string) =>
  env.organization.addRole({
    accountId,
    path: '/aws-service-role/autoscaling.amazonaws.com/',
    name: 'AWSServiceRoleForAutoScaling',
    trust: { Version: '2012-10-17', Statement: [] },
  });

test('gives an account its KMS grant and launch permission, and revokes both when it closes', async () => {
  const { id, event } = created(env);
  addRole(id);

  const ended = await onboard(env, event);

  expect(ended.run).toMatchObject({ status: 'succeeded' });
  expect(outcomes(ended)).toEqual({ [grants]: 'written', [image]: 'written' });
  expect(granted()).toContain(autoScalingRole(id));
  expect(sharedWith()).toContain(id);

  const closed = eventOf(env, () => env.organization.closeAccount(id));
  expect((await onboard(env, closed)).run).toMatchObject({ status: 'succeeded' });

  expect(granted()).not.toContain(autoScalingRole(id));
  expect(granted().length).toBeGreaterThan(0);
  expect(sharedWith()).not.toContain(id);
  expect(sharedWith()).toContain(partner);
});

test('changes no KMS grant and no launch permission in the second run', async () => {
  const { id, event } = created(env);
  addRole(id);
  await onboard(env, event);

  const again = await onboard(env, { accountId: id });

  expect(outcomes(again)).toEqual({ [grants]: 'unchanged', [image]: 'unchanged' });
});

test('leaves out an account without the service-linked role, updates other accounts, and tries again', async () => {
  const { id, event } = created(env);

  const first = await onboard(env, event);

  expect(first.changes.find(({ resource }) => resource === grants)).toMatchObject({
    outcome: 'held',
    holds: [{ accountId: id, reason: 'rejected-principal' }],
  });
  expect(granted()).toHaveLength([...env.organization.world.accounts.keys()].length - 1);
  expect(sharedWith()).toContain(id);

  addRole(id);
  const second = await onboard(env, { accountId: id });

  expect(outcomes(second)).toMatchObject({ [grants]: 'written' });
  expect(granted()).toContain(autoScalingRole(id));
});

test('shares the image with other accounts when EC2 does not accept an account yet', async () => {
  const refused = created(env);
  env.organization.refusePrincipal(refused.id);

  const first = await onboard(env, refused.event);

  expect(first.changes.find(({ resource }) => resource === image)).toMatchObject({
    outcome: 'held',
    holds: [{ accountId: refused.id, reason: 'rejected-principal' }],
  });
  expect(sharedWith()).not.toContain(refused.id);
  expect(sharedWith().length).toBeGreaterThan(3);
});

test('keeps unmanaged launch permissions of an account when it leaves', async () => {
  const { id, event } = created(env);
  share(env.organization, id);
  const onboarded = await onboard(env, event);

  const closed = await onboard(
    env,
    eventOf(env, () => env.organization.closeAccount(id)),
  );

  expect(sharedWith()).toContain(id);
  expect([...addedTo(onboarded), ...removedFrom(closed)]).not.toContain(id);
});

test('does not report an account as gained again when the image is shared with another account', async () => {
  const theirs = created(env);
  share(env.organization, theirs.id);
  await onboard(env, theirs.event);
  const another = created(env);

  const ended = await onboard(env, another.event);

  expect(addedTo(ended)).toEqual([another.id]);
});

test.each([
  ['Disabled', /ResourceDisabledError: .*its KMS key is disabled .*aws kms enable-key/],
  ['PendingDeletion', /ResourceDisabledError: .*scheduled for deletion .*cancel-key-deletion/],
] as const)(
  'says what to do about a key that is %s, and writes all other resources',
  async (state, expected) => {
    const { id, event } = created(env);
    addRole(id);
    for (const key of env.organization.world.keys.values()) key.state = state;

    const ended = await onboard(env, event);

    expect(outcomes(ended)).toMatchObject({ [grants]: 'failed', [image]: 'written' });
    expect(ended.run.unresolved?.[0]).toMatch(expected);
  },
);

test('says what to do about a disabled image, and writes all other resources', async () => {
  const { id, event } = created(env);
  addRole(id);
  const existing = env.organization.world.images.get(imageId);
  if (existing !== undefined) existing.state = 'disabled';

  const ended = await onboard(env, event);

  expect(outcomes(ended)).toMatchObject({ [image]: 'failed', [grants]: 'written' });
  expect(ended.run.unresolved?.[0]).toMatch(/was deregistered or is disabled .*aws ec2 enable-image/);
});
