import { expect, test } from '@jest/globals';
import { importOrganization } from '../../shared/accounts/registry.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import { created, workloads } from '../fixtures/account-events.ts';
import { bucket, repository, secret, small } from '../fixtures/small-configuration.ts';
import { createEnv, named, onboard, outcomes, type TestEnv } from '../fixtures/test-env.ts';

const activate = (env: TestEnv, configuration: Configuration) =>
  activateConfiguration(env.services, configuration, 'the test');

/** The small configuration with its grant `name` changed. */
const changed = (name: string, change: object): Configuration => {
  const configuration = small();
  const grants = configuration.grants.map((grant) => (grant.name === name ? { ...grant, ...change } : grant));
  return { ...configuration, grants };
};

test('removes all access from a resource in the next run when the configuration no longer names it', async () => {
  const env = await createEnv();
  const { id } = created(env);
  env.organization.tagAccount(id, { runner: 'yes' });
  await onboard(env, { accountId: id });
  const before = named(env)[secret];

  const activation = await activate(env, small(['bucket', 'key', 'people', 'repository']));
  const ended = await onboard(env, { accountId: id });
  const after = named(env)[secret];
  const again = await activate(env, small(['bucket', 'key', 'people']));

  expect(before).toContain(id);
  expect(activation.removedResources).toEqual([secret]);
  expect(ended.run.status).toBe('succeeded');
  expect(outcomes(ended)[secret]).toBe('written');
  expect(after).toEqual([]);
  expect(again.removedResources).toEqual([repository]);
});

test('names the resources that keep statements when their account is no longer a central account', async () => {
  const env = await createEnv();
  await onboard(env, created(env).event);
  const configuration = small(['key', 'people', 'repository', 'secret']);
  const moved = { ...configuration.centralAccounts, log: { id: '999999999999', region: 'eu-west-1' } };

  const { unreachableResources } = await activate(env, {
    ...configuration,
    centralAccounts: moved,
    grants: configuration.grants.filter(({ account }) => account !== 'log'),
  });

  expect(unreachableResources).toContain(bucket);
});

test('keeps many accounts and adds new ones when a grant gets a new name and a wrong selector at once', async () => {
  const env = await createEnv();
  const many = Array.from({ length: 12 }, () => created(env).id);
  await onboard(env, { accountIds: many });
  const before = named(env)[bucket];
  const { id: newAccount } = created(env);

  await activate(env, changed('logs', { name: 'trail', for: { accounts: [newAccount] } }));
  const ended = await onboard(env, { accountId: newAccount });
  const again = await onboard(env, { accountId: newAccount });

  for (const { changes } of [ended, again])
    expect(changes.find(({ resource }) => resource === bucket)).toMatchObject({
      outcome: 'held',
      error: { name: 'UnsafeChangeError' },
      holds: expect.arrayContaining(
        many.map((accountId) => expect.objectContaining({ accountId, reason: 'removal-limit' })),
      ),
    });
  expect(ended.run).toMatchObject({
    status: 'failed',
    unresolved: [expect.stringContaining('UnsafeChangeError')],
  });
  expect(named(env)[bucket]).toEqual([...(before ?? []), newAccount].toSorted());

  const narrow = changed('logs', { name: 'trail', for: { accounts: [newAccount] } });
  await activate(env, { ...narrow, removalLimits: { ...narrow.removalLimits, fraction: 1 } });
  expect((await onboard(env, { accountId: newAccount })).run.status).toBe('succeeded');
  expect(named(env)[bucket]).toEqual([newAccount]);
});

test('removes the access of a closed account although a former grant keeps other accounts', async () => {
  const env = await createEnv();
  const many = Array.from({ length: 12 }, () => created(env).id);
  const [closed = ''] = many;
  await onboard(env, { accountIds: many });
  const before = named(env)[bucket] ?? [];
  await activate(env, changed('logs', { name: 'trail', for: { accounts: [closed] } }));
  env.organization.closeAccount(closed);
  env.organization.refusePrincipal(closed);

  await onboard(env, { accountId: closed, mode: 'sync' });

  expect(named(env)[bucket]).toEqual(before.filter((id) => id !== closed));
});

test('keeps every account when a grant is only renamed', async () => {
  const env = await createEnv();
  const many = Array.from({ length: 12 }, () => created(env).id);
  await onboard(env, { accountIds: many });
  const before = named(env)[bucket];

  await activate(env, changed('logs', { name: 'trail' }));
  const ended = await onboard(env, { accountId: many[0] });

  expect(outcomes(ended)[bucket]).toBe('written');
  expect(named(env)[bucket]).toEqual(before);
});

test('reports blocked removals in each run by hand', async () => {
  const env = await createEnv();
  const many = Array.from({ length: 12 }, () => created(env).id);
  await onboard(env, { accountIds: many });
  await activate(env, changed('logs', { for: { accounts: ['111111111111'] } }));

  const first = await onboard(env, { accountId: many[0] });
  const second = await onboard(env, { accountId: many[0] });

  expect([outcomes(first)[bucket], outcomes(second)[bucket]]).toEqual(['held', 'held']);
  expect(second.run.status).toBe('failed');
});

test('reports a resource that cannot be planned in a run by hand, even if the table calls it up to date', async () => {
  const env = await createEnv();
  const { id } = created(env);
  await onboard(env, { accountId: id });
  env.organization.editPolicy('bucket', 'example-logs', {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AccountOnboardingflowsOtherPart',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:Put*',
        Resource: '*',
      },
    ],
  });

  const ended = await onboard(env, { accountId: id });

  expect(outcomes(ended)[bucket]).toBe('refused');
  expect(ended.run.unresolved).toEqual([expect.stringContaining('OwnershipClashError')]);
});

test('keeps every account when the accounts are imported before the configuration with the new OU path is activated', async () => {
  const env = await createEnv();
  const { id } = created(env);
  env.organization.moveAccount(id, workloads);
  await onboard(env, { accountId: id });
  const ou = env.organization.world.organizationalUnits.get(workloads);
  if (ou !== undefined)
    env.organization.world.organizationalUnits.set(workloads, { ...ou, name: 'Production' });
  const before = named(env)[repository];

  const { registry } = env.store;
  await importOrganization({ registry, organizations: env.services.hub.organizations, clock: env.clock });
  await activate(env, changed('images', { for: { ous: ['Production'] } }));
  await onboard(env, created(env).event);

  expect(before).toContain(id);
  expect(named(env)[repository]).toEqual(before);
});

test('ends as succeeded when an account left before any run registered it', async () => {
  const env = await createEnv();
  const { id } = created(env);
  env.organization.removeAccount(id);

  const byHand = await onboard(env, { accountId: id });
  const leaving = await onboard(env, { accountId: id, mode: 'sync' });

  expect(byHand.run).toMatchObject({
    status: 'failed',
    unresolved: [expect.stringContaining('AccountNotMemberError')],
  });
  expect(leaving).toMatchObject({ status: 'SUCCEEDED', run: { status: 'succeeded' } });
});
