import { StartDeploymentCommand } from '@aws-sdk/client-appconfig';
import { describe, expect, test } from '@jest/globals';
import { raiseAlarm } from '../../simulator/app-config-progress.ts';
import {
  alarm,
  createSecretEnv,
  currentVersion,
  deliveries,
  deploy,
  deployedTo,
  environmentId,
  planted,
  profileId,
  region,
  rotate,
  type SecretEnv,
  servedTo,
  startCount,
} from '../fixtures/secret-env.ts';
import { shared } from '../fixtures/small-configuration.ts';
import { announcements } from '../fixtures/sweeps.ts';

const minute = 60_000;
const hour = 60 * minute;

const appConfig = (env: SecretEnv) =>
  env.services.aws('other', env.configuration).getReader({ accountId: shared, region }).appConfig;

/** Somebody's deployment of a hosted configuration, which takes an hour. */
async function occupy(env: SecretEnv): Promise<void> {
  const profile = profileId(env, 'settings');
  env.application.profiles.get(profile)?.versions.push({ content: '{}', contentType: 'text/plain' });
  await appConfig(env).send(
    new StartDeploymentCommand({
      ApplicationId: env.application.id,
      EnvironmentId: environmentId(env),
      ConfigurationProfileId: profile,
      ConfigurationVersion: '1',
      DeploymentStrategyId: 'AppConfig.Linear20PercentEvery6Minutes',
    }),
  );
}

const runScheduledCheck = (env: SecretEnv) => deploy(env, { resumePending: true });

/** The environment was busy for longer than the run may wait. */
async function givenUp(): Promise<SecretEnv> {
  const env = await createSecretEnv({ secretDeployment: () => ({ startTimeoutMinutes: 20 }) });
  const event = await rotate(env);
  await occupy(env);
  const { status, run } = await deploy(env, event);
  expect([status, run?.unresolved]).toEqual([
    'FAILED',
    [
      expect.stringMatching(
        /busy with other deployments for 20 minutes. The scheduled check tries it again until/,
      ),
    ],
  ]);
  return env;
}

describe('an environment that was busy for too long', () => {
  test('deploys a version that had to wait too long when the environment is free again', async () => {
    const env = await givenUp();
    env.clock.advance(45 * minute);

    const { run } = await runScheduledCheck(env);

    expect(run).toMatchObject({
      status: 'succeeded',
      cause: 'scheduled',
      reason: '1 of 1 deployments complete',
    });
    expect(servedTo(env)).toBe(`${planted}-2`);
    expect(announcements(env)).toEqual(['Configuration Deployment Failed', 'Configuration Deployed']);
    expect(await deliveries(env)).toEqual([
      expect.objectContaining({ status: 'complete', startAttempts: 1 }),
    ]);
    expect((await env.store.outbox.listOpen()).items).toEqual([]);
  });

  test('reports a deployment that had to wait too long once, and once more when it is given up after two days', async () => {
    const env = await givenUp();
    const [delivery] = await deliveries(env);
    let looks = 0;
    while (env.clock.now() < (delivery?.again?.until ?? 0)) {
      env.clock.advance(41 * minute);
      await occupy(env).catch(() => {});
      const { status } = await runScheduledCheck(env);
      looks += 1;
      if (env.clock.now() < (delivery?.again?.until ?? 0)) expect(status).toBe('SUCCEEDED');
    }
    env.clock.advance(41 * minute);
    await occupy(env).catch(() => {});
    await runScheduledCheck(env);

    expect(looks).toBeGreaterThan(20);
    expect(announcements(env)).toEqual([
      'Configuration Deployment Failed',
      'Configuration Deployment Failed',
    ]);
    expect((await deliveries(env))[0]).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/Start it by hand$/),
    });
    expect((await env.store.outbox.listOpen()).items).toEqual([]);
    env.clock.advance(3 * hour);
    await runScheduledCheck(env);
    expect(deployedTo(env)).not.toContain(currentVersion(env));
  });

  test('deploys no version that had to wait over a newer one', async () => {
    const env = await givenUp();
    const old = currentVersion(env);
    await rotate(env);
    env.clock.advance(45 * minute);

    await runScheduledCheck(env);

    expect(deployedTo(env)).toEqual(['1', currentVersion(env)]);
    const ends = new Map((await deliveries(env)).map(({ version, status }) => [version, status]));
    expect([ends.get(old), ends.get(currentVersion(env))]).toEqual(['superseded', 'complete']);
  });

  test('reports a waiting deployment to an operator who requests it again', async () => {
    const env = await givenUp();
    const { run } = await deploy(env, { secretId: env.secretArn });

    expect(run?.unresolved).toEqual([expect.stringContaining('busy with other deployments')]);
    expect(announcements(env)).toHaveLength(2);
  });
});

describe('a deployment that was not complete when its time was over', () => {
  async function timedOut(): Promise<SecretEnv> {
    const env = await createSecretEnv({ bakeMinutes: 400, environments: ['watched'] });
    const { run } = await deploy(env, await rotate(env));
    expect(run?.unresolved).toEqual([
      expect.stringMatching(/is BAKING after 120 minutes. The scheduled check tries it again/),
    ]);
    env.clock.advance(30 * minute);
    return env;
  }

  test('records a deployment that takes too long as complete only when it ends', async () => {
    const env = await timedOut();
    expect(await runScheduledCheck(env)).toEqual({ status: 'SUCCEEDED', run: undefined });
    env.clock.advance(300 * minute);

    const { run } = await runScheduledCheck(env);

    expect(run).toMatchObject({ status: 'succeeded', reason: '1 of 1 deployments complete' });
    expect(announcements(env)).toEqual(['Configuration Deployment Failed', 'Configuration Deployed']);
    expect((await deliveries(env, 'watched'))[0]).toMatchObject({ status: 'complete', startAttempts: 1 });
    expect(startCount(env)).toBe(1);
  });

  test('reports a deployment that took too long and was then rolled back', async () => {
    const env = await timedOut();
    raiseAlarm(env.organization.world, alarm);

    const { run } = await runScheduledCheck(env);

    expect(run?.unresolved).toEqual([expect.stringContaining('was rolled back')]);
    expect(announcements(env)).toHaveLength(2);
    expect((await env.store.outbox.listOpen()).items).toEqual([]);
  });

  test('withdraws a deployment that took too long when its environment was deleted', async () => {
    const env = await timedOut();
    const id = environmentId(env, 'watched');
    env.application.environments.delete(id);

    await runScheduledCheck(env);

    const all = await env.store.outbox.listBySource(env.secretArn, `${env.application.id}/${id}/`);
    expect(all.map(({ status }) => status)).toEqual(['withdrawn']);
    expect((await env.store.outbox.listOpen()).items).toEqual([]);
  });

  test('stops checking a deployment that takes too long after two days', async () => {
    const env = await createSecretEnv({ bakeMinutes: 10_000 });
    await deploy(env, await rotate(env));
    env.clock.advance(49 * hour);

    const { run } = await runScheduledCheck(env);

    expect(run?.unresolved).toEqual([
      expect.stringMatching(/is BAKING after 120 minutes. Start it by hand$/),
    ]);
    expect((await env.store.outbox.listOpen()).items).toEqual([]);
  });
});
