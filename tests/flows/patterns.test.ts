import { describe, expect, test } from '@jest/globals';
import { eventOf } from '../fixtures/account-events.ts';
import {
  abroad,
  addRepository,
  afterCreateRepository,
  callEvent,
  having,
  home,
  images,
  namedOn,
  repositoryArn,
  repositoryKey,
  secrets,
} from '../fixtures/discovered-resources.ts';
import { onRepository, withNode, workload } from '../fixtures/pattern-grants.ts';
import { shared } from '../fixtures/small-configuration.ts';
import { activated, announcements, createSweptEnv, operationCount, sweep } from '../fixtures/sweeps.ts';
import { createEnv, onboard, type TestEnv } from '../fixtures/test-env.ts';

test('grants access on repositories that a pattern matches, in each region, and on no other repository', async () => {
  const env = await createEnv({
    configuration: having(images('["base/*", tool]', `[${home}, ${abroad}]`)),
  });
  addRepository(env, 'base/node');
  addRepository(env, 'base/node', abroad);
  addRepository(env, 'other/node');

  const { run } = await onboard(env, { accountId: workload });

  expect(run).toMatchObject({ status: 'succeeded' });
  expect(onRepository(env, 'base/node')).toEqual([workload]);
  expect(onRepository(env, 'base/node', abroad)).toEqual([workload]);
  expect(onRepository(env, 'tool', abroad)).toEqual([workload]);
  expect(onRepository(env, 'other/node')).toEqual([]);
});

describe('a repository that is made later', () => {
  const made = async () => {
    const env = await createSweptEnv({ configuration: having(images('["base/*"]')) });
    addRepository(env, 'base/python');
    return env;
  };

  test('discovers a new repository by its event, and announces the run', async () => {
    const env = await made();

    const ended = await afterCreateRepository(env);

    expect(ended.run).toMatchObject({ status: 'succeeded', cause: 'resource', accountIds: [] });
    expect(onRepository(env, 'base/python')).toEqual([workload]);
    expect(announcements(env)).toEqual(['Resources Updated']);
  });

  test('discovers a new repository in the next sweep', async () => {
    const env = await made();

    const { run } = await sweep(env);

    expect(run.counts).toMatchObject({ written: 1, failed: 0 });
    expect(onRepository(env, 'base/python')).toEqual([workload]);
  });

  test('searches for no resources in a run for an account', async () => {
    const env = await made();
    env.organization.addAccount({ id: '555566667777', name: 'new-account' });

    const event = eventOf(env, () => env.organization.moveAccount('555566667777', 'ou-exam-workload1'));
    await onboard(env, event);

    expect(operationCount(env, 'DescribeRepositories')).toBe(0);
    expect(onRepository(env, 'base/python')).toEqual([]);
  });

  test('ignores the event of a repository when no grant has a pattern for its region', async () => {
    const env = await made();

    const { run } = await afterCreateRepository(env, abroad);

    expect(run).toMatchObject({
      status: 'ignored',
      reason: `no grant has a pattern for resources of aws.ecr in account ${shared}, ${abroad}`,
    });
  });

  test('records an event that changes nothing, without an announcement', async () => {
    const env = await createSweptEnv({ configuration: having(images('["base/*"]')), prepare: withNode });

    const { run } = await afterCreateRepository(env);

    expect(run).toMatchObject({ status: 'succeeded', reason: expect.stringContaining('Nothing to do') });
    expect(announcements(env)).toEqual([]);
  });

  test('grants access again when a repository is deleted and created again', async () => {
    const env = await createSweptEnv({ configuration: having(images('["base/*"]')), prepare: withNode });
    // However often: nobody fights over it.
    for (let time = 0; time < 3; time += 1) {
      env.clock.advance(600_000);
      env.organization.deleteRepository(repositoryArn('base/node'));
      addRepository(env, 'base/node');
      await afterCreateRepository(env);
    }

    expect(onRepository(env, 'base/node')).toEqual([workload]);
  });
});

test('succeeds when a repository is deleted, and forgets the repository', async () => {
  const env = await createSweptEnv({ configuration: having(images('["base/*"]')), prepare: withNode });
  env.organization.deleteRepository(repositoryArn('base/node'));

  const first = await sweep(env);
  const second = await sweep(env);

  expect(first.run).toMatchObject({ status: 'succeeded', counts: { equal: 1, failed: 0 } });
  expect((await env.store.resources.get(repositoryKey('base/node')))?.managed.sids).toEqual([]);
  expect(second.changes).toEqual([]);
});

describe('a secret whose tag is taken away', () => {
  const arnOf = (env: TestEnv): string => [...env.organization.world.secrets.keys()][0] ?? '';
  const tagged = () =>
    createSweptEnv({
      configuration: having(secrets('tags: { use: runner }')),
      prepare: (organization) => {
        organization.addSecret({
          accountId: shared,
          region: home,
          name: 'deploy/token',
          tags: { use: 'runner' },
        });
      },
    });

  test('revokes access when an event reports that a secret lost its tag', async () => {
    const env = await tagged();
    expect(namedOn(env, 'secret', arnOf(env))).toEqual([workload]);
    env.organization.tagResource('secret', arnOf(env), { use: undefined });

    const { run } = await onboard(env, callEvent('UntagResource', 'aws.secretsmanager'));

    expect(run).toMatchObject({ status: 'succeeded' });
    expect(namedOn(env, 'secret', arnOf(env))).toEqual([]);
  });

  test('revokes access to a secret without its tag once the secret is restored from scheduled deletion', async () => {
    const env = await tagged();
    const secret = env.organization.world.secrets.get(arnOf(env));
    if (secret === undefined) throw new Error('there is no secret');
    env.organization.tagResource('secret', arnOf(env), { use: undefined });
    secret.deletedAt = env.clock.now();

    const { run } = await sweep(env);
    secret.deletedAt = undefined;
    await sweep(env);

    expect(run).toMatchObject({ status: 'succeeded' });
    expect(namedOn(env, 'secret', arnOf(env))).toEqual([]);
  });

  test("keeps access that another grant gives by the secret's name", async () => {
    const env = await tagged();
    const both = await activated(
      env,
      having(
        secrets('tags: { use: runner }') +
          secrets('secrets: [deploy/token]').replace('name: token', 'name: by-name'),
      ),
    );
    await sweep(both);
    env.organization.tagResource('secret', arnOf(env), { use: 'other' });

    await sweep(both);

    const sids = env.organization.policyOf('secret', arnOf(env))?.Statement.map(({ Sid }) => Sid);
    expect(sids).toEqual(['AccountOnboardingflowsByNameRead']);
    expect(namedOn(both, 'secret', arnOf(env))).toEqual([workload]);
  });
});
