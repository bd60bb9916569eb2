import { describe, expect, test } from '@jest/globals';
import { awsError } from '../../simulator/aws-error.ts';
import { shared } from './configurations.ts';
import { eventOf } from './events.ts';
import { onboard, type World, world } from './flows-fixture.ts';
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
} from './patterns.ts';
import { activated, announcements, operationCount, sweep, swept } from './sweeps.ts';

/** The account in the OU Workloads. */
const workload = '888888888888';

const onRepository = (of: World, name: string, region?: string) =>
  namedOn(of, 'repository', repositoryArn(name, region));

test('repositories that a pattern matches get the grant, in each region, and others do not', async () => {
  const of = await world({
    configuration: having(images('["base/*", tool]', `[${home}, ${abroad}]`)),
  });
  addRepository(of, 'base/node');
  addRepository(of, 'base/node', abroad);
  addRepository(of, 'other/node');

  const { run } = await onboard(of, { accountId: workload });

  expect(run).toMatchObject({ status: 'succeeded' });
  expect(onRepository(of, 'base/node')).toEqual([workload]);
  expect(onRepository(of, 'base/node', abroad)).toEqual([workload]);
  expect(onRepository(of, 'tool', abroad)).toEqual([workload]);
  expect(onRepository(of, 'other/node')).toEqual([]);
});

describe('a repository that is made later', () => {
  const made = async () => {
    const of = await swept({ configuration: having(images('["base/*"]')) });
    addRepository(of, 'base/python');
    return of;
  };

  test('is found by its event, and the run is announced', async () => {
    const of = await made();

    const ended = await afterCreateRepository(of);

    expect(ended.run).toMatchObject({ status: 'succeeded', cause: 'resource', accountIds: [] });
    expect(onRepository(of, 'base/python')).toEqual([workload]);
    expect(announcements(of)).toEqual(['Resources Updated']);
  });

  test('is found by the next sweep', async () => {
    const of = await made();

    const { run } = await sweep(of);

    expect(run.counts).toMatchObject({ written: 1, failed: 0 });
    expect(onRepository(of, 'base/python')).toEqual([workload]);
  });

  test('a run for an account does not look again', async () => {
    const of = await made();
    of.organization.addAccount({ id: '555566667777', name: 'newcomer' });

    const event = eventOf(of, () => of.organization.moveAccount('555566667777', 'ou-exam-workload1'));
    await onboard(of, event);

    expect(operationCount(of, 'DescribeRepositories')).toBe(0);
    expect(onRepository(of, 'base/python')).toEqual([]);
  });

  test('its event is ignored where no grant has a pattern', async () => {
    const of = await made();

    const { run } = await afterCreateRepository(of, abroad);

    expect(run).toMatchObject({
      status: 'ignored',
      reason: `no grant has a pattern for resources of aws.ecr in account ${shared}, ${abroad}`,
    });
  });

  test('an event that changes nothing is recorded and not announced', async () => {
    const of = await swept({ configuration: having(images('["base/*"]')), prepare: withNode });

    const { run } = await afterCreateRepository(of);

    expect(run).toMatchObject({ status: 'succeeded', reason: expect.stringContaining('Nothing to do') });
    expect(announcements(of)).toEqual([]);
  });

  test('one that was deleted and made again gets its grant again', async () => {
    const of = await swept({ configuration: having(images('["base/*"]')), prepare: withNode });
    // However often: nobody fights over it.
    for (let time = 0; time < 3; time += 1) {
      of.clock.advance(600_000);
      of.organization.deleteRepository(repositoryArn('base/node'));
      addRepository(of, 'base/node');
      await afterCreateRepository(of);
    }

    expect(onRepository(of, 'base/node')).toEqual([workload]);
  });
});

const withNode = (organization: World['organization']): void =>
  void organization.addRepository({ accountId: shared, region: home, name: 'base/node' });

test('a repository that is deleted is no failure, and is forgotten', async () => {
  const of = await swept({ configuration: having(images('["base/*"]')), prepare: withNode });
  of.organization.deleteRepository(repositoryArn('base/node'));

  const first = await sweep(of);
  const second = await sweep(of);

  expect(first.run).toMatchObject({ status: 'succeeded', counts: { equal: 1, failed: 0 } });
  expect((await of.store.resources.get(repositoryKey('base/node')))?.owned).toEqual([]);
  expect(second.changes).toEqual([]);
});

describe('a secret whose tag is taken away', () => {
  const arnOf = (of: World): string => [...of.organization.world.secrets.keys()][0] ?? '';
  const tagged = () =>
    swept({
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
    const of = await tagged();
    expect(namedOn(of, 'secret', arnOf(of))).toEqual([workload]);
    of.organization.tagResource('secret', arnOf(of), { use: undefined });

    const { run } = await onboard(of, callEvent('UntagResource', 'aws.secretsmanager'));

    expect(run).toMatchObject({ status: 'succeeded' });
    expect(namedOn(of, 'secret', arnOf(of))).toEqual([]);
  });

  test('and that is then planned for deletion is no failure, and loses the grant once it is restored', async () => {
    const of = await tagged();
    const secret = of.organization.world.secrets.get(arnOf(of));
    if (secret === undefined) throw new Error('there is no secret');
    of.organization.tagResource('secret', arnOf(of), { use: undefined });
    secret.deletedAt = of.clock.now();

    const { run } = await sweep(of);
    secret.deletedAt = undefined;
    await sweep(of);

    expect(run).toMatchObject({ status: 'succeeded' });
    expect(namedOn(of, 'secret', arnOf(of))).toEqual([]);
  });

  test('keeps what another grant gives it by name', async () => {
    const of = await tagged();
    const both = await activated(
      of,
      having(
        secrets('tagged: { use: runner }') +
          secrets('secrets: [deploy/token]').replace('name: token', 'name: by-name'),
      ),
    );
    await sweep(both);
    of.organization.tagResource('secret', arnOf(of), { use: 'other' });

    await sweep(both);

    const sids = of.organization.policyOf('secret', arnOf(of))?.Statement.map(({ Sid }) => Sid);
    expect(sids).toEqual(['AccountOnboardingflowsByNameRead']);
    expect(namedOn(both, 'secret', arnOf(of))).toEqual([workload]);
  });
});

describe('when the configuration changes', () => {
  test('what a dropped pattern has found is cleared', async () => {
    const of = await swept({ configuration: having(images('["base/*"]')), prepare: withNode });
    const without = await activated(of, having(images('[other]')));
    addRepository(without, 'other');

    const { run } = await sweep(without);

    expect(run).toMatchObject({ status: 'succeeded' });
    expect(onRepository(without, 'base/node')).toEqual([]);
    expect(onRepository(without, 'other')).toEqual([workload]);
    expect((await sweep(without)).run.counts).toMatchObject({ written: 0, failed: 0 });
  });

  test('a name that becomes a pattern keeps its grant, also while nobody can look', async () => {
    const of = await swept({ configuration: having(images('[base/node]')) });
    const stop = of.organization.intercept((call, proceed) => {
      if (call.operation === 'DescribeRepositories')
        throw awsError('AccessDeniedException', 'not authorized');
      return proceed();
    });
    const next = await activated(of, having(images('["base/*"]')));

    const failed = await sweep(next);
    const during = onRepository(next, 'base/node');
    stop();
    const { run } = await sweep(next);

    expect(failed.run).toMatchObject({
      status: 'failed',
      left: [expect.stringMatching(/^Looking for base\/\* \(ECR repository policy .*AccessDeniedError/)],
    });
    expect(during).toEqual([workload]);
    expect(run).toMatchObject({ status: 'succeeded' });
    expect(onRepository(next, 'base/node')).toEqual([workload]);
  });
});

test('more resources than the limit: the run says which, and the others are done', async () => {
  const of = await world({
    configuration: having(
      images('["base/*"]') + images('[tool]').replace('name: images', 'name: tools'),
      'limits: { resourcesPerPattern: 1 }\n',
    ),
  });
  for (const name of ['base/node', 'base/python']) addRepository(of, name);

  const { run } = await sweep(of);

  expect(run.status).toBe('failed');
  expect(run.left).toEqual([
    expect.stringMatching(
      /TooManyResourcesError: .*base\/\* matches more than 1 .*limits.resourcesPerPattern/,
    ),
  ]);
  expect(onRepository(of, 'tool')).toEqual([workload]);
  expect(onRepository(of, 'base/node')).toEqual([]);
});

test('a pattern that finds nothing is a warning, and no failure', async () => {
  const of = await world({ configuration: having(images('["base/*", tool]')) });

  const { run } = await sweep(of);

  expect(run).toMatchObject({
    status: 'succeeded',
    warnings: [expect.stringMatching(/^Nothing matches base\/\* .*grant images/)],
  });
  const [announced] = of.organization.world.putEvents;
  expect(JSON.parse(String(announced?.Detail)).warnings).toEqual(run.warnings);
});

test('a region that is not enabled is named, and the other region is done', async () => {
  const of = await world({
    configuration: having(images('["base/*", tool]', `[${home}, ${abroad}]`)),
    prepare: withNode,
  });
  of.organization.disableRegion(shared, abroad);

  const { run, changes } = await sweep(of);

  expect(run.status).toBe('failed');
  expect(run.left).toEqual([
    expect.stringMatching(/^Looking for base\/\* .*RegionNotEnabledError: .*us-west-2.*enable it there/),
    expect.stringMatching(/us-west-2\/tool: failed: RegionNotEnabledError/),
  ]);
  expect(onRepository(of, 'base/node')).toEqual([workload]);
  expect(changes).toHaveLength(3);
});

describe('keys and images by their tags', () => {
  const key = (region: string) => `arn:aws:kms:${region}:${shared}:key/${keyId}`;
  const launches = (of: World) =>
    of.organization.world.images.get(image)?.launchPermissions.map(({ UserId }) => UserId);
  const tagged = () =>
    swept({
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
    const of = await tagged();

    expect(namedOn(of, 'key', key(home))).toEqual([workload]);
    expect(namedOn(of, 'key', key(abroad))).toEqual([workload]);
    expect(launches(of)).toEqual([workload]);
  });

  test('lose it with the tag, in that region alone', async () => {
    const of = await tagged();
    of.organization.tagResource('key', key(abroad), { use: 'other' });
    of.organization.tagResource('image', image, { use: undefined });

    await onboard(of, callEvent('UntagResource', 'aws.kms', abroad));
    await onboard(of, callEvent('DeleteTags', 'aws.ec2'));

    expect(namedOn(of, 'key', key(home))).toEqual([workload]);
    expect(namedOn(of, 'key', key(abroad))).toEqual([]);
    expect(launches(of)).toEqual([]);
  });
});

const keyId = 'mrk-1234abcd12ab34cd56ef1234567890ab';
const image = 'ami-0123456789abcdef0';
