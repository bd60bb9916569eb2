import { StartDeploymentCommand } from '@aws-sdk/client-appconfig';
import { describe, expect, test } from '@jest/globals';
import { raiseAlarm } from '../../simulator/app-config-progress.ts';
import { shared } from './configurations.ts';
import {
  alarm,
  currentVersion,
  deliveries,
  deploy,
  deployedTo,
  environmentId,
  planted,
  profileId,
  type RotationWorld,
  region,
  rotate,
  rotationWorld,
  servedTo,
  startCount,
} from './rotations.ts';
import { announcements } from './sweeps.ts';

const minute = 60_000;
const hour = 60 * minute;

const appConfig = (of: RotationWorld) =>
  of.services.aws('other', of.configuration).reader({ accountId: shared, region }).appConfig;

/** Somebody's deployment of a hosted configuration, which takes an hour. */
async function occupy(of: RotationWorld): Promise<void> {
  const profile = profileId(of, 'settings');
  of.application.profiles.get(profile)?.versions.push({ content: '{}', contentType: 'text/plain' });
  await appConfig(of).send(
    new StartDeploymentCommand({
      ApplicationId: of.application.id,
      EnvironmentId: environmentId(of),
      ConfigurationProfileId: profile,
      ConfigurationVersion: '1',
      DeploymentStrategyId: 'AppConfig.Linear20PercentEvery6Minutes',
    }),
  );
}

const look = (of: RotationWorld) => deploy(of, { unfinished: true });

/** The environment was busy for longer than the run may wait. */
async function givenUp(): Promise<RotationWorld> {
  const of = await rotationWorld({ rotation: () => ({ waitMinutes: 20 }) });
  const event = await rotate(of);
  await occupy(of);
  const { status, run } = await deploy(of, event);
  expect([status, run?.left]).toEqual([
    'FAILED',
    [expect.stringMatching(/busy with other deployments for 20 minutes. The clock looks at it again until/)],
  ]);
  return of;
}

describe('an environment that was busy for too long', () => {
  test('has the version when it is free, without anybody doing anything', async () => {
    const of = await givenUp();
    of.clock.advance(45 * minute);

    const { run } = await look(of);

    expect(run).toMatchObject({
      status: 'succeeded',
      cause: 'unfinished',
      reason: '1 of 1 deployments complete',
    });
    expect(servedTo(of)).toBe(`${planted}-2`);
    expect(announcements(of)).toEqual(['Configuration Deployment Failed', 'Configuration Deployed']);
    expect(await deliveries(of)).toEqual([expect.objectContaining({ status: 'complete', starts: 1 })]);
    expect((await of.store.outbox.open()).items).toEqual([]);
  });

  test('is told once, and once more after two days, when nobody looks any longer', async () => {
    const of = await givenUp();
    const [told] = await deliveries(of);
    let looks = 0;
    while (of.clock.now() < (told?.again?.until ?? 0)) {
      of.clock.advance(41 * minute);
      await occupy(of).catch(() => {});
      const { status } = await look(of);
      looks += 1;
      if (of.clock.now() < (told?.again?.until ?? 0)) expect(status).toBe('SUCCEEDED');
    }
    of.clock.advance(41 * minute);
    await occupy(of).catch(() => {});
    await look(of);

    expect(looks).toBeGreaterThan(20);
    expect(announcements(of)).toEqual(['Configuration Deployment Failed', 'Configuration Deployment Failed']);
    expect((await deliveries(of))[0]).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/Start it by hand$/),
    });
    expect((await of.store.outbox.open()).items).toEqual([]);
    of.clock.advance(3 * hour);
    await look(of);
    expect(deployedTo(of)).not.toContain(currentVersion(of));
  });

  test('never gets the version that was given up when a newer one is there', async () => {
    const of = await givenUp();
    const old = currentVersion(of);
    await rotate(of);
    of.clock.advance(45 * minute);

    await look(of);

    expect(deployedTo(of)).toEqual(['1', currentVersion(of)]);
    const ends = new Map((await deliveries(of)).map(({ version, status }) => [version, status]));
    expect([ends.get(old), ends.get(currentVersion(of))]).toEqual(['superseded', 'complete']);
  });

  test('is told again to the person who starts it', async () => {
    const of = await givenUp();
    const { run } = await deploy(of, { secretId: of.secretArn });

    expect(run?.left).toEqual([expect.stringContaining('busy with other deployments')]);
    expect(announcements(of)).toHaveLength(2);
  });
});

describe('a deployment that was not complete when its time was over', () => {
  async function timedOut(): Promise<RotationWorld> {
    const of = await rotationWorld({ bakeMinutes: 400, environments: ['watched'] });
    const { run } = await deploy(of, await rotate(of));
    expect(run?.left).toEqual([
      expect.stringMatching(/is BAKING after 120 minutes. The clock looks at it again/),
    ]);
    of.clock.advance(30 * minute);
    return of;
  }

  test('is recorded as complete by a look after its end; looks before it leave no record', async () => {
    const of = await timedOut();
    expect(await look(of)).toEqual({ status: 'SUCCEEDED', run: undefined });
    of.clock.advance(300 * minute);

    const { run } = await look(of);

    expect(run).toMatchObject({ status: 'succeeded', reason: '1 of 1 deployments complete' });
    expect(announcements(of)).toEqual(['Configuration Deployment Failed', 'Configuration Deployed']);
    expect((await deliveries(of, 'watched'))[0]).toMatchObject({ status: 'complete', starts: 1 });
    expect(startCount(of)).toBe(1);
  });

  test('is told where it was rolled back meanwhile', async () => {
    const of = await timedOut();
    raiseAlarm(of.organization.world, alarm);

    const { run } = await look(of);

    expect(run?.left).toEqual([expect.stringContaining('was rolled back')]);
    expect(announcements(of)).toHaveLength(2);
    expect((await of.store.outbox.open()).items).toEqual([]);
  });

  test('is withdrawn where its environment is gone meanwhile', async () => {
    const of = await timedOut();
    const id = environmentId(of, 'watched');
    of.application.environments.delete(id);

    await look(of);

    const all = await of.store.outbox.of(of.secretArn, `${of.application.id}/${id}/`);
    expect(all.map(({ status }) => status)).toEqual(['withdrawn']);
    expect((await of.store.outbox.open()).items).toEqual([]);
  });

  test('is no longer looked at after two days', async () => {
    const of = await rotationWorld({ bakeMinutes: 10_000 });
    await deploy(of, await rotate(of));
    of.clock.advance(49 * hour);

    const { run } = await look(of);

    expect(run?.left).toEqual([expect.stringMatching(/is BAKING after 120 minutes. Start it by hand$/)]);
    expect((await of.store.outbox.open()).items).toEqual([]);
  });
});
