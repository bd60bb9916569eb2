import { beforeEach, describe, expect, test } from '@jest/globals';
import { raiseAlarm } from '../../simulator/app-config-progress.ts';
import {
  type ApplicationEnv,
  addVersion,
  createApplicationEnv,
  deployedTo,
  good,
  place,
  profileOf,
  read,
  reader,
  start,
} from '../fixtures/application-env.ts';
import { fault } from '../fixtures/call-faults.ts';
import { deploy } from '../fixtures/secret-env.ts';
import { announcements } from '../fixtures/sweeps.ts';
import { onboard } from '../fixtures/test-env.ts';

describe('the application of the example, as its template makes it', () => {
  let env: ApplicationEnv;
  beforeEach(async () => {
    env = await createApplicationEnv();
  });

  test('deploys a configuration to the environments that the targets name', async () => {
    const version = await addVersion(env, good);

    const { run } = await deploy(env, {
      application: env.simulated.name,
      profile: [...env.simulated.profiles.values()][0]?.name,
      version,
      environments: ['test'],
    });

    expect(run).toMatchObject({ status: 'succeeded', reason: '1 of 1 deployments complete' });
    expect(deployedTo(env, 'test')).toEqual([[version, 'stands']]);
    expect(deployedTo(env, 'production')).toEqual([]);
  });

  test('deploys nothing when an environment does not exist, and lists the existing environments', async () => {
    const version = await addVersion(env, good);

    const { run } = await start(env, version, { environments: ['test', 'produktion'] });

    expect(run).toMatchObject({ status: 'failed' });
    expect(run?.unresolved).toEqual([
      expect.stringMatching(
        /ResourceMissingError: There is no environment of application \w+ with the id or name produktion\. There are: .*production \(\w+\)/,
      ),
    ]);
    expect(deployedTo(env, 'test')).toEqual([]);
  });

  test('deploys a valid version to each environment, and readers get it', async () => {
    const { status, run } = await start(env, await addVersion(env, good));

    expect(status).toBe('SUCCEEDED');
    expect(run).toMatchObject({ status: 'succeeded', reason: '2 of 2 deployments complete' });
    expect(announcements(env)).toEqual(['Configuration Deployed']);
    expect([deployedTo(env, 'test'), deployedTo(env, 'production')]).toEqual([
      [['1', 'stands']],
      [['1', 'stands']],
    ]);
  });

  test.each([
    [
      'a value that the schema does not have',
      '{"currency":"GBP","itemsPerPage":24}',
      /\/currency must be equal/,
    ],
    ['a property too many', good.replace('banner', 'bannner'), /must NOT have additional properties/],
    ['no JSON', 'currency: EUR', /\/ must be object/],
  ])('keeps the previous version when the new version has %s', async (_, content, why) => {
    await start(env, await addVersion(env, good));
    const { status, run } = await start(env, await addVersion(env, content));

    expect(status).toBe('FAILED');
    expect(run?.unresolved).toHaveLength(2);
    for (const line of run?.unresolved ?? []) {
      expect(line).toMatch(
        /^Profile \w+, version 2 to environment \w+: failed: AppConfig rejected the deployment of/,
      );
      expect(line).toMatch(why);
    }
    const [environment] = env.simulated.environments.keys();
    const source = `appconfig:${place.accountId}:${place.region}:${env.simulated.id}:${profileOf(env.simulated)}`;
    const recorded = await env.store.outbox.listBySource(source, `${env.simulated.id}/${environment}/`);
    expect(recorded.find(({ version }) => version === '2')).toMatchObject({
      status: 'failed',
      error: { name: 'DeploymentRefusedError' },
    });
    expect(announcements(env)).toEqual(['Configuration Deployed', 'Configuration Deployment Failed']);
    expect([deployedTo(env, 'test'), deployedTo(env, 'production')]).toEqual([
      [['1', 'stands']],
      [['1', 'stands']],
    ]);
  });

  test('deploys only to the environments that the operator names, one after the other', async () => {
    const [stage] = env.simulated.environments.keys();

    await start(env, await addVersion(env, good), { environments: [stage] });

    expect([deployedTo(env, 'test'), deployedTo(env, 'production')]).toEqual([[['1', 'stands']], []]);
  });

  test('rolls a deployment back in the environment whose alarm goes off', async () => {
    fault(env, 'GetDeployment', async (_, proceed) => {
      raiseAlarm(env.organization.world, 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop-errors');
      return proceed();
    });

    const { run } = await start(env, await addVersion(env, good));

    expect(run?.unresolved).toEqual([expect.stringContaining('rolled back')]);
    expect([deployedTo(env, 'test'), deployedTo(env, 'production')]).toEqual([
      [['1', 'stands']],
      [['1', 'ROLLED_BACK']],
    ]);
  });

  test('lets the reader role read when the grant admits the account', async () => {
    await start(env, await addVersion(env, good));
    await expect(read(env)).rejects.toThrow(/not authorized|denied/i);

    env.organization.addAccount({ id: reader, name: 'shop', parentId: 'ou-exam-workload1' });
    await onboard(env, { accountId: reader });

    expect(await read(env)).toEqual({ currency: 'EUR', itemsPerPage: 24 });
  });
});
