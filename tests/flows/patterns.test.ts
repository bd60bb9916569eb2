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

test('repositories that a pattern matches get the grant, in each region, and others do not', async () => {
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

  test('finds a later repository by its event, and announces the run', async () => {
    const env = await made();

    const ended = await afterCreateRepository(env);

    expect(ended.run).toMatchObject({ status: 'succeeded', cause: 'resource', accountIds: [] });
    expect(onRepository(env, 'base/python')).toEqual([workload]);
    expect(announcements(env)).toEqual(['Resources Updated']);
  });

  test('finds a later repository in the next sweep', async () => {
    const env = await made();

    const { run } = await sweep(env);

    expect(run.counts).toMatchObject({ written: 1, failed: 0 });
    expect(onRepository(env, 'base/python')).toEqual([workload]);
  });

  test('searches nothing in a run for an account', async () => {
    const env = await made();
    env.organization.addAccount({ id: '555566667777', name: 'newcomer' });

    const event = eventOf(env, () => env.organization.moveAccount('555566667777', 'ou-exam-workload1'));
    await onboard(env, event);

    expect(operationCount(env, 'DescribeRepositories')).toBe(0);
    expect(onRepository(env, 'base/python')).toEqual([]);
  });

  test('ignores the event of a repository when no grant has a pattern there', async () => {
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

  test('grants again when a repository is deleted and created again', async () => {
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

test('succeeds when a repository is deleted, and drops it', async () => {
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

  test('loses the grant with the event', async () => {
    const env = await tagged();
    expect(namedOn(env, 'secret', arnOf(env))).toEqual([workload]);
    env.organization.tagResource('secret', arnOf(env), { use: undefined });

    const { run } = await onboard(env, callEvent('UntagResource', 'aws.secretsmanager'));

    expect(run).toMatchObject({ status: 'succeeded' });
    expect(namedOn(env, 'secret', arnOf(env))).toEqual([]);
  });

  test('succeeds when a secret without its tag is planned for deletion, and revokes the grant once the secret is restored', async () => {
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

  test('keeps what another grant gives it by name', async () => {
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
