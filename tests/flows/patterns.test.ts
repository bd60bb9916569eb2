import { describe, expect, test } from '@jest/globals';
import { createAwsError } from '../../simulator/aws-error.ts';
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
import { shared } from '../fixtures/small-configuration.ts';
import { activated, announcements, createSweptEnv, operationCount, sweep } from '../fixtures/sweeps.ts';
import { createEnv, onboard, type TestEnv } from '../fixtures/test-env.ts';

/** The account in the OU Workloads. */
const workload = '888888888888';

const onRepository = (env: TestEnv, name: string, region?: string) =>
  namedOn(env, 'repository', repositoryArn(name, region));

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

  test('is found by its event, and the run is announced', async () => {
    const env = await made();

    const ended = await afterCreateRepository(env);

    expect(ended.run).toMatchObject({ status: 'succeeded', cause: 'resource', accountIds: [] });
    expect(onRepository(env, 'base/python')).toEqual([workload]);
    expect(announcements(env)).toEqual(['Resources Updated']);
  });

  test('is found by the next sweep', async () => {
    const env = await made();

    const { run } = await sweep(env);

    expect(run.counts).toMatchObject({ written: 1, failed: 0 });
    expect(onRepository(env, 'base/python')).toEqual([workload]);
  });

  test('a run for an account does not look again', async () => {
    const env = await made();
    env.organization.addAccount({ id: '555566667777', name: 'newcomer' });

    const event = eventOf(env, () => env.organization.moveAccount('555566667777', 'ou-exam-workload1'));
    await onboard(env, event);

    expect(operationCount(env, 'DescribeRepositories')).toBe(0);
    expect(onRepository(env, 'base/python')).toEqual([]);
  });

  test('its event is ignored where no grant has a pattern', async () => {
    const env = await made();

    const { run } = await afterCreateRepository(env, abroad);

    expect(run).toMatchObject({
      status: 'ignored',
      reason: `no grant has a pattern for resources of aws.ecr in account ${shared}, ${abroad}`,
    });
  });

  test('an event that changes nothing is recorded and not announced', async () => {
    const env = await createSweptEnv({ configuration: having(images('["base/*"]')), prepare: withNode });

    const { run } = await afterCreateRepository(env);

    expect(run).toMatchObject({ status: 'succeeded', reason: expect.stringContaining('Nothing to do') });
    expect(announcements(env)).toEqual([]);
  });

  test('one that was deleted and made again gets its grant again', async () => {
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

const withNode = (organization: TestEnv['organization']): void =>
  void organization.addRepository({ accountId: shared, region: home, name: 'base/node' });

test('a repository that is deleted is no failure, and is forgotten', async () => {
  const env = await createSweptEnv({ configuration: having(images('["base/*"]')), prepare: withNode });
  env.organization.deleteRepository(repositoryArn('base/node'));

  const first = await sweep(env);
  const second = await sweep(env);

  expect(first.run).toMatchObject({ status: 'succeeded', counts: { equal: 1, failed: 0 } });
  expect((await env.store.resources.get(repositoryKey('base/node')))?.owned).toEqual([]);
  expect(second.changes).toEqual([]);
});

describe('a secret whose tag is taken away', () => {
  const arnOf = (env: TestEnv): string => [...env.organization.world.secrets.keys()][0] ?? '';
  const tagged = () =>
    createSweptEnv({
      configuration: having(secrets('tagged: { use: runner }')),
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

  test('and that is then planned for deletion is no failure, and loses the grant once it is restored', async () => {
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
        secrets('tagged: { use: runner }') +
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

describe('when the configuration changes', () => {
  test('what a dropped pattern has found is cleared', async () => {
    const env = await createSweptEnv({ configuration: having(images('["base/*"]')), prepare: withNode });
    const without = await activated(env, having(images('[other]')));
    addRepository(without, 'other');

    const { run } = await sweep(without);

    expect(run).toMatchObject({ status: 'succeeded' });
    expect(onRepository(without, 'base/node')).toEqual([]);
    expect(onRepository(without, 'other')).toEqual([workload]);
    expect((await sweep(without)).run.counts).toMatchObject({ written: 0, failed: 0 });
  });

  test('a name that becomes a pattern keeps its grant, also while nobody can look', async () => {
    const env = await createSweptEnv({ configuration: having(images('[base/node]')) });
    const stop = env.organization.intercept((call, proceed) => {
      if (call.operation === 'DescribeRepositories')
        throw createAwsError('AccessDeniedException', 'not authorized');
      return proceed();
    });
    const next = await activated(env, having(images('["base/*"]')));

    const failed = await sweep(next);
    const during = onRepository(next, 'base/node');
    stop();
    const { run } = await sweep(next);

    expect(failed.run).toMatchObject({
      status: 'failed',
      left: [expect.stringMatching(/^Search for base\/\* \(ECR repository policy .*AccessDeniedError/)],
    });
    expect(during).toEqual([workload]);
    expect(run).toMatchObject({ status: 'succeeded' });
    expect(onRepository(next, 'base/node')).toEqual([workload]);
  });
});

test('more resources than the limit: the run says which, and the others are done', async () => {
  const env = await createEnv({
    configuration: having(
      images('["base/*"]') + images('[tool]').replace('name: images', 'name: tools'),
      'limits: { resourcesPerPattern: 1 }\n',
    ),
  });
  for (const name of ['base/node', 'base/python']) addRepository(env, name);

  const { run } = await sweep(env);

  expect(run.status).toBe('failed');
  expect(run.left).toEqual([
    expect.stringMatching(
      /TooManyResourcesError: .*base\/\* matches more than 1 .*limits.resourcesPerPattern/,
    ),
  ]);
  expect(onRepository(env, 'tool')).toEqual([workload]);
  expect(onRepository(env, 'base/node')).toEqual([]);
});

test('a pattern that finds nothing is a warning, and no failure', async () => {
  const env = await createEnv({ configuration: having(images('["base/*", tool]')) });

  const { run } = await sweep(env);

  expect(run).toMatchObject({
    status: 'succeeded',
    warnings: [expect.stringMatching(/^Nothing matches base\/\* .*grant images/)],
  });
  const [announced] = env.organization.world.putEvents;
  expect(JSON.parse(String(announced?.Detail)).warnings).toEqual(run.warnings);
});

test('a region that is not enabled is named, and the other region is done', async () => {
  const env = await createEnv({
    configuration: having(images('["base/*", tool]', `[${home}, ${abroad}]`)),
    prepare: withNode,
  });
  env.organization.disableRegion(shared, abroad);

  const { run, changes } = await sweep(env);

  expect(run.status).toBe('failed');
  expect(run.left).toEqual([
    expect.stringMatching(/^Search for base\/\* .*RegionNotEnabledError: .*us-west-2.*enable it there/),
    expect.stringMatching(/us-west-2\/tool: failed: RegionNotEnabledError/),
  ]);
  expect(onRepository(env, 'base/node')).toEqual([workload]);
  expect(changes).toHaveLength(3);
});

describe('keys and images by their tags', () => {
  const key = (region: string) => `arn:aws:kms:${region}:${shared}:key/${keyId}`;
  const launches = (env: TestEnv) =>
    env.organization.world.images.get(image)?.launchPermissions.map(({ UserId }) => UserId);
  const tagged = () =>
    createSweptEnv({
      configuration: having(`
  - name: image-key
    kind: kms-key-policy
    account: shared
    regions: [${home}, ${abroad}]
    tagged: { use: images }
    preset: launch-encrypted-ami
    for: { ous: [Workloads] }
  - name: golden
    kind: ami-launch-permission
    account: shared
    tagged: { use: [golden, blessed] }
    for: { ous: [Workloads] }`),
      prepare: (organization) => {
        const place = { accountId: shared, region: home };
        for (const region of [home, abroad])
          organization.addKey({ ...place, region, id: keyId, tags: { use: 'images' } });
        organization.addImage({ ...place, id: image, tags: { use: 'blessed' } });
      },
    });

  test('get the grant, a replica of a key a policy of its own', async () => {
    const env = await tagged();

    expect(namedOn(env, 'key', key(home))).toEqual([workload]);
    expect(namedOn(env, 'key', key(abroad))).toEqual([workload]);
    expect(launches(env)).toEqual([workload]);
  });

  test('lose it with the tag, in that region alone', async () => {
    const env = await tagged();
    env.organization.tagResource('key', key(abroad), { use: 'other' });
    env.organization.tagResource('image', image, { use: undefined });

    await onboard(env, callEvent('UntagResource', 'aws.kms', abroad));
    await onboard(env, callEvent('DeleteTags', 'aws.ec2'));

    expect(namedOn(env, 'key', key(home))).toEqual([workload]);
    expect(namedOn(env, 'key', key(abroad))).toEqual([]);
    expect(launches(env)).toEqual([]);
  });
});

const keyId = 'mrk-1234abcd12ab34cd56ef1234567890ab';
const image = 'ami-0123456789abcdef0';
