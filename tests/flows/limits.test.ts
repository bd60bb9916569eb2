import { expect, test } from '@jest/globals';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { ensureOu } from '../../simulator/example-organization.ts';
import { created, eventOf } from '../fixtures/account-events.ts';
import { example, people, repository, small } from '../fixtures/small-configuration.ts';
import {
  createEnv,
  due,
  type Ended,
  makeReady,
  named,
  onboard,
  policies,
  type TestEnv,
  writeCounts,
} from '../fixtures/test-env.ts';

/** A longer name, so that a policy takes fewer than a hundred. */
const longer = (): Configuration => {
  const { grants, ...rest } = small(['people']);
  return { ...rest, grants: grants.map((grant) => ({ ...grant, role: 'people/DeveloperOfApplications' })) };
};

const ourPolicies = ({ organization }: TestEnv) =>
  [...organization.world.managedPolicies.values()].filter(({ path }) =>
    path.startsWith('/account-onboarding/'),
  );

test('stays within the limit of policy versions in IAM when seven accounts arrive one after the other', async () => {
  const env = await createEnv({ configuration: small(['people']) });

  for (let count = 0; count < 7; count += 1)
    expect(await onboard(env, created(env).event)).toMatchObject({ status: 'SUCCEEDED' });

  expect(named(env)).toEqual(due(env));
  expect(ourPolicies(env).map(({ lastVersion, versions }) => [lastVersion, versions.length])).toEqual([
    [7, 5],
  ]);
});

test('creates a second managed policy when the first one is full', async () => {
  const env = await createEnv({
    configuration: longer(),
    prepare: (organization) => {
      for (let count = 0; count < 88; count += 1)
        organization.addAccount({ id: String(600_000_000_000 + count), name: `account-${count}` });
    },
  });

  for (let count = 88; count < 100; count += 1)
    expect(await onboard(env, created(env).event)).toMatchObject({ status: 'SUCCEEDED' });

  expect(named(env)).toEqual(due(env));
  expect(ourPolicies(env)).toHaveLength(2);
  expect(policies(env)[people]).toHaveLength(3);
});

/** An organization that has them all before anybody looked; every `share`th is a workload. */
async function crowd(share: number): Promise<TestEnv> {
  const env = await createEnv({
    configuration: await example(),
    ready: false,
    prepare: (organization) => {
      const [workloads = '', platform = ''] = ['Workloads', 'Platform'].map((ou) =>
        ensureOu(organization, ou),
      );
      for (let count = 0; count < 300; count += 1)
        organization.addAccount({
          id: String(600_000_000_000 + count),
          name: `account-${count}`,
          parentId: count % share === 0 ? workloads : platform,
        });
    },
  });
  await makeReady(env);
  env.organization.resetCalls();
  return env;
}

test('gives three hundred imported accounts their access in one run, with one write for each policy', async () => {
  const env = await crowd(4);

  const ended = await onboard(env, { accountId: '600000000000' });

  expect(ended.run).toMatchObject({ status: 'succeeded' });
  expect(named(env)).toEqual(due(env));
  expect(writeCounts(env)).toMatchObject({ 'example-org-cloudtrail': 1, 'base/node': 1 });
});

test('writes the accounts that fit, and says how many fit, when a policy has no room for all accounts', async () => {
  const env = await crowd(2);
  const node = 'ecr-repository-policy/444444444444/eu-west-1/base/node';

  const ended = await onboard(env, { accountId: '600000000000' });

  expect(ended.run.unresolved).toEqual([
    expect.stringMatching(/base\/node: no room: PolicyTooLargeError.*\d+ accounts fit/),
  ]);
  const all = due(env)[node] ?? [];
  const fitting = named(env)[node] ?? [];
  const change = ended.changes.find(({ resource }) => resource === node);
  const held = (change?.holds ?? []).filter(({ reason }) => reason === 'capacity');
  expect(fitting.length).toBeGreaterThan(all.length / 2);
  expect([...fitting, ...held.map(({ accountId }) => accountId)].sort()).toEqual([...all].sort());
  expect(named(env)).toEqual({ ...due(env), [node]: fitting });
  expect(change).toMatchObject({ outcome: 'held', wrote: true });
});

/** Others have left so little room on the repository that four workloads do not fit. */
async function nearlyFull(): Promise<TestEnv> {
  const configuration = small(['repository']);
  return createEnv({
    configuration,
    prepare: (organization) => {
      const [repository] = organization.world.repositories.values();
      const Statement = {
        Effect: 'Deny',
        Principal: '*',
        Action: 'ecr:DeleteRepository',
        Condition: { StringEquals: { 'aws:PrincipalTag/text': 'x'.repeat(9_610) } },
      };
      organization.editPolicy(
        'repository',
        repository?.arn ?? '',
        JSON.stringify({ Version: '2012-10-17', Statement }),
      );
    },
  });
}

test('gives the room of a leaving account to a waiting account when a policy is full', async () => {
  const env = await nearlyFull();
  const inWorkloads = async (): Promise<Ended & { readonly id: string }> => {
    const { id } = created(env);
    env.organization.moveAccount(id, ensureOu(env.organization, 'Workloads'));
    return { ...(await onboard(env, { accountId: id })), id };
  };
  const first = await inWorkloads();
  const before = named(env)[repository] ?? [];
  const newAccounts = [];
  for (let count = 0; count < 8; count += 1) newAccounts.push(await inWorkloads());
  const full = named(env)[repository] ?? [];
  const closed = eventOf(env, () => env.organization.closeAccount(first.id));

  const ended = await onboard(env, closed);
  const again = await onboard(env, closed);

  expect(before).toContain(first.id);
  expect(newAccounts.at(-1)?.run.unresolved).toEqual([
    expect.stringMatching(/base\/node: no room: PolicyTooLargeError.*\d accounts fit/),
  ]);
  const waiting = newAccounts.map(({ id }) => id).filter((id) => !full.includes(id));
  expect(named(env)[repository]).toEqual(
    [...full.filter((id) => id !== first.id), ...waiting.slice(0, 1)].sort(),
  );
  expect(ended.run).toMatchObject({
    status: 'failed',
    unresolved: [expect.stringMatching(/base\/node: no room: PolicyTooLargeError.*\d accounts fit/)],
    accessChanges: {
      granted: { accounts: 1, resources: 1 },
      revoked: { accounts: 1, resources: 1 },
    },
  });
  expect(again.run.status).toBe('failed');
  expect(again.run).not.toHaveProperty('accessChanges');
  expect(writeCounts(env)['base/node']).toBe(full.length - before.length + 2);
});
