import { StartDeploymentCommand } from '@aws-sdk/client-appconfig';
import { describe, expect, test } from '@jest/globals';
import { raiseAlarm } from '../../simulator/app-config-progress.ts';
import { fault } from '../fixtures/call-faults.ts';
import {
  alarm,
  callsToStart,
  createSecretEnv,
  currentVersion,
  deliveries,
  deploy,
  deployedTo,
  environmentId,
  namedTarget,
  planted,
  profileId,
  region,
  rotate,
  rotateBack,
  type SecretEnv,
  type SecretEnvOptions,
  servedTo,
  startCount,
} from '../fixtures/secret-env.ts';
import { shared } from '../fixtures/small-configuration.ts';
import { announcements } from '../fixtures/sweeps.ts';

const minute = 60_000;

/** Puts another deployment of the environment under way, of a hosted configuration. */
async function occupy(env: SecretEnv, name = 'production'): Promise<void> {
  env.application.profiles
    .get(profileId(env, 'settings'))
    ?.versions.push({ content: '{}', contentType: 'text/plain' });
  const { appConfig } = env.services.aws('other', env.configuration).getReader({ accountId: shared, region });
  await appConfig.send(
    new StartDeploymentCommand({
      ApplicationId: env.application.id,
      EnvironmentId: environmentId(env, name),
      ConfigurationProfileId: profileId(env, 'settings'),
      ConfigurationVersion: '1',
      DeploymentStrategyId: 'AppConfig.Linear20PercentEvery6Minutes',
    }),
  );
}

/** The CloudTrail event, which has no version id. */
describe('a rotated secret', () => {
  test('deploys a rotated secret to its environment, and records and announces it', async () => {
    const env = await createSecretEnv();
    const event = await rotate(env);

    const { status, run } = await deploy(env, event);

    expect(status).toBe('SUCCEEDED');
    expect(deployedTo(env)).toEqual([currentVersion(env)]);
    expect(servedTo(env)).toBe(`${planted}-2`);
    expect(run).toMatchObject({
      status: 'succeeded',
      cause: 'rotated',
      reason: '1 of 1 deployments complete',
    });
    expect(announcements(env)).toEqual(['Configuration Deployed']);
    expect(await deliveries(env)).toEqual([
      expect.objectContaining({ status: 'complete', startAttempts: 1, retriedStarts: 0, deployment: 1 }),
    ]);
  });

  test.each<[string, SecretEnvOptions]>([
    ['that the configuration names', { secretDeployment: namedTarget }],
    ['that an earlier search found', {}],
  ])(
    'makes six calls until the start for a target %s, AssumeRole of both functions included',
    async (_, how) => {
      const env = await createSecretEnv(how);
      await deploy(env, await rotate(env));

      const { aws } = await callsToStart(env, await rotate(env));

      expect(aws).toEqual([
        'AssumeRole',
        'DescribeSecret',
        'AssumeRole',
        'ListDeployments',
        'DescribeSecret',
        'StartDeployment',
      ]);
      expect(deployedTo(env).at(-1)).toBe(currentVersion(env));
    },
  );

  test('deploys an earlier version when the secret goes back to that version', async () => {
    const env = await createSecretEnv();
    await deploy(env, { secretId: env.secretArn });
    await deploy(env, await rotate(env));
    expect(servedTo(env)).toBe(`${planted}-2`);

    const back = await rotateBack(env);
    await deploy(env, back);
    await deploy(env, back);

    expect(servedTo(env)).toBe(`${planted}-1`);
    expect(startCount(env)).toBe(3);
  });

  test('waits when another deployment of the environment is in progress', async () => {
    const env = await createSecretEnv();
    const event = await rotate(env);
    await occupy(env);

    const { run } = await deploy(env, event);

    expect(run?.status).toBe('succeeded');
    expect(startCount(env)).toBe(2);
    expect(deployedTo(env)).toEqual(['1', currentVersion(env)]);
  });

  test('fails with the unresolved deployment when the wait for the environment exceeds its limit', async () => {
    const env = await createSecretEnv({ secretDeployment: () => ({ startTimeoutMinutes: 30 }) });
    const event = await rotate(env);
    await occupy(env);

    const { status, run } = await deploy(env, event);

    expect(status).toBe('FAILED');
    expect(run?.unresolved).toEqual([expect.stringContaining('busy with other deployments for 30 minutes')]);
    expect(announcements(env)).toEqual(['Configuration Deployment Failed']);
    env.clock.advance(60 * minute);
    expect((await deploy(env, { secretId: env.secretArn })).run?.status).toBe('succeeded');
    expect(servedTo(env)).toBe(`${planted}-2`);
  });

  test('stops waiting when a newer version of the secret exists', async () => {
    const env = await createSecretEnv();
    const event = await rotate(env);
    await occupy(env);
    let newer: Promise<unknown> | undefined;

    const { run } = await deploy(env, event, {
      around: async (token, invoke) => {
        const result = await invoke();
        if (token === 'AdvanceDeploymentFunctionArn') newer ??= rotate(env).then((next) => deploy(env, next));
        return result;
      },
    });
    await newer;

    expect(run).toMatchObject({ status: 'succeeded', reason: expect.stringContaining('1 overtaken') });
    expect(deployedTo(env)).toEqual(['1', currentVersion(env)]);
    const ends = (await deliveries(env)).map(({ version, status }) => [
      version === currentVersion(env),
      status,
    ]);
    expect(ends.toSorted()).toEqual([
      [false, 'superseded'],
      [true, 'complete'],
    ]);
  });

  test('replaces no newer version that was deployed just before the start', async () => {
    const env = await createSecretEnv();
    await deploy(env, { secretId: env.secretArn });
    const event = await rotate(env);
    fault(env, 'StartDeployment', async (_, proceed) => {
      await deploy(env, await rotate(env));
      return proceed();
    });

    const { run } = await deploy(env, event);

    expect(servedTo(env)).toBe(`${planted}-3`);
    expect(deployedTo(env)).toHaveLength(2);
    expect(run).toMatchObject({ reason: expect.stringContaining('1 overtaken') });
  });

  test('announces a deployment that an alarm rolls back, and repeats it only by hand', async () => {
    const env = await createSecretEnv({ environments: ['watched'], bakeMinutes: 10 });
    const event = await rotate(env);
    fault(env, 'GetDeployment', async (_, proceed) => {
      raiseAlarm(env.organization.world, alarm);
      return proceed();
    });

    const { run } = await deploy(env, event);
    env.organization.world.appConfig.alarms.clear();
    await deploy(env, event);

    expect(run).toMatchObject({ status: 'failed', unresolved: [expect.stringContaining('rolled back')] });
    expect(announcements(env)[0]).toBe('Configuration Deployment Failed');
    expect(startCount(env)).toBe(1);
    expect((await deploy(env, { secretId: env.secretArn })).run?.status).toBe('succeeded');
    expect(servedTo(env, 'watched')).toBe(`${planted}-2`);
  });

  test('announces a deployment that takes longer than its limit', async () => {
    const env = await createSecretEnv({ bakeMinutes: 600 });

    const { run } = await deploy(env, await rotate(env));

    expect(run?.unresolved).toEqual([expect.stringContaining('is BAKING after 120 minutes')]);
    // By hand it is followed again, to the limit; and once more, to its end.
    const again = () => deploy(env, { secretId: env.secretArn });
    expect((await again()).run?.unresolved).toEqual([expect.stringContaining('is BAKING after 120 minutes')]);
    env.clock.advance(350 * minute);
    expect((await again()).run?.status).toBe('succeeded');
    expect(startCount(env)).toBe(1);
  });
});
