import { describe, expect, test } from '@jest/globals';
import { createAwsError } from '../../simulator/aws-error.ts';
import {
  abroad,
  addRepository,
  callEvent,
  having,
  home,
  images,
  namedOn,
} from '../fixtures/discovered-resources.ts';
import { onRepository, withNode, workload } from '../fixtures/pattern-grants.ts';
import { shared } from '../fixtures/small-configuration.ts';
import { activated, createSweptEnv, sweep } from '../fixtures/sweeps.ts';
import { createEnv, onboard, type TestEnv } from '../fixtures/test-env.ts';

describe('when the configuration changes', () => {
  test('revokes access on the resources of a removed pattern', async () => {
    const env = await createSweptEnv({ configuration: having(images('["base/*"]')), prepare: withNode });
    const without = await activated(env, having(images('[other]')));
    addRepository(without, 'other');

    const { run } = await sweep(without);

    expect(run).toMatchObject({ status: 'succeeded' });
    expect(onRepository(without, 'base/node')).toEqual([]);
    expect(onRepository(without, 'other')).toEqual([workload]);
    expect((await sweep(without)).run.counts).toMatchObject({ written: 0, failed: 0 });
  });

  test('keeps a grant when its resource name becomes a pattern, even while the search fails', async () => {
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
      unresolved: [expect.stringMatching(/^Search for base\/\* \(ECR repository policy .*AccessDeniedError/)],
    });
    expect(during).toEqual([workload]);
    expect(run).toMatchObject({ status: 'succeeded' });
    expect(onRepository(next, 'base/node')).toEqual([workload]);
  });
});

test('reports that a pattern matches more resources than the limit, and keeps the grant on the earlier matches', async () => {
  const env = await createEnv({
    configuration: having(
      images('["base/*"]') + images('[tool]').replace('name: images', 'name: tools'),
      'limits: { resourcesPerPattern: 1 }\n',
    ),
  });
  for (const name of ['base/node', 'base/python']) addRepository(env, name);

  const { run } = await sweep(env);

  expect(run.status).toBe('failed');
  expect(run.unresolved).toEqual([
    expect.stringMatching(
      /TooManyResourcesError: .*base\/\* matches more than 1 .*limits.resourcesPerPattern/,
    ),
  ]);
  expect(onRepository(env, 'tool')).toEqual([workload]);
  expect(onRepository(env, 'base/node')).toEqual([]);
});

test('warns when a pattern matches nothing, and succeeds', async () => {
  const env = await createEnv({ configuration: having(images('["base/*", tool]')) });

  const { run } = await sweep(env);

  expect(run).toMatchObject({
    status: 'succeeded',
    warnings: [expect.stringMatching(/^No resource matches base\/\* .*grant images/)],
  });
  const [announced] = env.organization.world.putEvents;
  expect(JSON.parse(String(announced?.Detail)).warnings).toEqual(run.warnings);
});

test('names a region that is not enabled, and updates the other region', async () => {
  const env = await createEnv({
    configuration: having(images('["base/*", tool]', `[${home}, ${abroad}]`)),
    prepare: withNode,
  });
  env.organization.disableRegion(shared, abroad);

  const { run, changes } = await sweep(env);

  expect(run.status).toBe('failed');
  expect(run.unresolved).toEqual([
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
    tags: { use: images }
    preset: launch-encrypted-ami
    for: { ous: [Workloads] }
  - name: golden
    kind: ami-launch-permission
    account: shared
    tags: { use: [golden, blessed] }
    for: { ous: [Workloads] }`),
      prepare: (organization) => {
        const location = { accountId: shared, region: home };
        for (const region of [home, abroad])
          organization.addKey({ ...location, region, id: keyId, tags: { use: 'images' } });
        organization.addImage({ ...location, id: image, tags: { use: 'blessed' } });
      },
    });

  test('grants access by tag, with a policy for each replica of a key', async () => {
    const env = await tagged();

    expect(namedOn(env, 'key', key(home))).toEqual([workload]);
    expect(namedOn(env, 'key', key(abroad))).toEqual([workload]);
    expect(launches(env)).toEqual([workload]);
  });

  test('revokes access in one region when the tag is removed there', async () => {
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
