import { StartDeploymentCommand } from '@aws-sdk/client-appconfig';
import { describe, expect, test } from '@jest/globals';
import { ThrottledError } from '../../shared/platform/aws/errors.ts';
import { raiseAlarm } from '../../simulator/app-config-progress.ts';
import { simulatedServices } from '../../simulator/simulated-services.ts';
import { shared } from './configurations.ts';
import { fault, losingTheAnswer, refuse } from './faults.ts';
import {
  alarm,
  callsToStart,
  currentVersion,
  deliveries,
  deploy,
  deployedTo,
  environmentId,
  namedTarget,
  planted,
  profileId,
  type RotationOptions,
  type RotationWorld,
  region,
  rotate,
  rotateBack,
  rotationWorld,
  servedTo,
  startCount,
} from './rotations.ts';
import { announcements } from './sweeps.ts';

const minute = 60_000;

/** Puts another deployment of the environment under way, of a hosted configuration. */
async function occupy(of: RotationWorld, name = 'production'): Promise<void> {
  of.application.profiles
    .get(profileId(of, 'settings'))
    ?.versions.push({ content: '{}', contentType: 'text/plain' });
  const { appConfig } = of.services.aws('other', of.configuration).reader({ accountId: shared, region });
  await appConfig.send(
    new StartDeploymentCommand({
      ApplicationId: of.application.id,
      EnvironmentId: environmentId(of, name),
      ConfigurationProfileId: profileId(of, 'settings'),
      ConfigurationVersion: '1',
      DeploymentStrategyId: 'AppConfig.Linear20PercentEvery6Minutes',
    }),
  );
}

/** The CloudTrail event, which has no version id. */
describe('a rotated secret', () => {
  test('is deployed to the environment that serves it, recorded and announced', async () => {
    const of = await rotationWorld();
    const event = await rotate(of);

    const { status, run } = await deploy(of, event);

    expect(status).toBe('SUCCEEDED');
    expect(deployedTo(of)).toEqual([currentVersion(of)]);
    expect(servedTo(of)).toBe(`${planted}-2`);
    expect(run).toMatchObject({
      status: 'succeeded',
      cause: 'rotated',
      reason: '1 of 1 deployments complete',
    });
    expect(announcements(of)).toEqual(['Configuration Deployed']);
    expect(await deliveries(of)).toEqual([
      expect.objectContaining({ status: 'complete', starts: 1, secondStarts: 0, deployment: 1 }),
    ]);
  });

  test.each<[string, RotationOptions]>([
    ['that the configuration names', { rotation: namedTarget }],
    ['that was found before', {}],
  ])(
    'takes six calls to its start for a target %s, AssumeRole of both functions included',
    async (_, how) => {
      const of = await rotationWorld(how);
      await deploy(of, await rotate(of));

      const { aws } = await callsToStart(of, await rotate(of));

      expect(aws).toEqual([
        'AssumeRole',
        'DescribeSecret',
        'AssumeRole',
        'ListDeployments',
        'DescribeSecret',
        'StartDeployment',
      ]);
      expect(deployedTo(of).at(-1)).toBe(currentVersion(of));
    },
  );

  test('that goes back to an earlier version takes its readers along', async () => {
    const of = await rotationWorld();
    await deploy(of, { secretId: of.secretArn });
    await deploy(of, await rotate(of));
    expect(servedTo(of)).toBe(`${planted}-2`);

    const back = await rotateBack(of);
    await deploy(of, back);
    await deploy(of, back);

    expect(servedTo(of)).toBe(`${planted}-1`);
    expect(startCount(of)).toBe(3);
  });

  test('waits for another deployment of the environment', async () => {
    const of = await rotationWorld();
    const event = await rotate(of);
    await occupy(of);

    const { run } = await deploy(of, event);

    expect(run?.status).toBe('succeeded');
    expect(startCount(of)).toBe(2);
    expect(deployedTo(of)).toEqual(['1', currentVersion(of)]);
  });

  test('waits as long as it may, then the run says what is left', async () => {
    const of = await rotationWorld({ rotation: () => ({ waitMinutes: 30 }) });
    const event = await rotate(of);
    await occupy(of);

    const { status, run } = await deploy(of, event);

    expect(status).toBe('FAILED');
    expect(run?.left).toEqual([expect.stringContaining('busy with other deployments for 30 minutes')]);
    expect(announcements(of)).toEqual(['Configuration Deployment Failed']);
    of.clock.advance(60 * minute);
    expect((await deploy(of, { secretId: of.secretArn })).run?.status).toBe('succeeded');
    expect(servedTo(of)).toBe(`${planted}-2`);
  });

  test('gives way to a newer version while it waits', async () => {
    const of = await rotationWorld();
    const event = await rotate(of);
    await occupy(of);
    let newer: Promise<unknown> | undefined;

    const { run } = await deploy(of, event, {
      around: async (token, invoke) => {
        const result = await invoke();
        if (token === 'AdvanceDeploymentFunctionArn') newer ??= rotate(of).then((next) => deploy(of, next));
        return result;
      },
    });
    await newer;

    expect(run).toMatchObject({ status: 'succeeded', reason: expect.stringContaining('1 overtaken') });
    expect(deployedTo(of)).toEqual(['1', currentVersion(of)]);
    const ends = (await deliveries(of)).map(({ version, status }) => [
      version === currentVersion(of),
      status,
    ]);
    expect(ends.toSorted()).toEqual([
      [false, 'superseded'],
      [true, 'complete'],
    ]);
  });

  test('never lands on a newer version that was deployed between its last look and its start', async () => {
    const of = await rotationWorld();
    await deploy(of, { secretId: of.secretArn });
    const event = await rotate(of);
    fault(of, 'StartDeployment', async (_, proceed) => {
      await deploy(of, await rotate(of));
      return proceed();
    });

    const { run } = await deploy(of, event);

    expect(servedTo(of)).toBe(`${planted}-3`);
    expect(deployedTo(of)).toHaveLength(2);
    expect(run).toMatchObject({ reason: expect.stringContaining('1 overtaken') });
  });

  test('that an alarm rolls back is announced, and begun again by hand only', async () => {
    const of = await rotationWorld({ environments: ['watched'], bakeMinutes: 10 });
    const event = await rotate(of);
    fault(of, 'GetDeployment', async (_, proceed) => {
      raiseAlarm(of.organization.world, alarm);
      return proceed();
    });

    const { run } = await deploy(of, event);
    of.organization.world.appConfig.alarms.clear();
    await deploy(of, event);

    expect(run).toMatchObject({ status: 'failed', left: [expect.stringContaining('rolled back')] });
    expect(announcements(of)[0]).toBe('Configuration Deployment Failed');
    expect(startCount(of)).toBe(1);
    expect((await deploy(of, { secretId: of.secretArn })).run?.status).toBe('succeeded');
    expect(servedTo(of, 'watched')).toBe(`${planted}-2`);
  });

  test('whose deployment takes too long is announced', async () => {
    const of = await rotationWorld({ bakeMinutes: 600 });

    const { run } = await deploy(of, await rotate(of));

    expect(run?.left).toEqual([expect.stringContaining('is BAKING after 120 minutes')]);
    // By hand it is followed again, to the limit; and once more, to its end.
    const again = () => deploy(of, { secretId: of.secretArn });
    expect((await again()).run?.left).toEqual([expect.stringContaining('is BAKING after 120 minutes')]);
    of.clock.advance(350 * minute);
    expect((await again()).run?.status).toBe('succeeded');
    expect(startCount(of)).toBe(1);
  });
});

describe('an answer that never came', () => {
  test('to a start that took effect: the deployment is found, and none is started again', async () => {
    const of = await rotationWorld();
    const event = await rotate(of);
    fault(of, 'StartDeployment', losingTheAnswer);

    const { run } = await deploy(of, event);

    expect(run?.status).toBe('succeeded');
    expect(startCount(of)).toBe(1);
    expect(await deliveries(of)).toEqual([
      expect.objectContaining({ status: 'complete', starts: 1, secondStarts: 0 }),
    ]);
  });

  test('to a start that did not: it is started again, counted and told', async () => {
    const of = await rotationWorld();
    const event = await rotate(of);
    fault(of, 'StartDeployment', refuse('InternalServerException', 'We are sorry', 500));

    const { run } = await deploy(of, event);

    expect(run).toMatchObject({
      status: 'succeeded',
      reason: expect.stringContaining('1 started a second time'),
    });
    expect(await deliveries(of)).toEqual([expect.objectContaining({ starts: 2, secondStarts: 1 })]);
    expect(deployedTo(of)).toHaveLength(1);
  });

  test('of the table to a start that was taken: it is no refusal, and the deployment is found', async () => {
    const of = await rotationWorld();
    const event = await rotate(of);
    const { outbox } = of.store;
    let throttled = 0;
    const put: typeof outbox.put = async (delivery, expected) => {
      if (delivery.deployment === undefined || throttled > 0) return outbox.put(delivery, expected);
      throttled += 1;
      throw new ThrottledError('DynamoDB has no capacity for the transaction at the moment.');
    };
    const store = { ...of.store, outbox: { ...outbox, put } };

    await deploy(of, event, { services: simulatedServices(of.organization, { store }) });

    expect(throttled).toBe(1);
    expect(startCount(of)).toBe(1);
    expect(await deliveries(of)).toEqual([
      expect.objectContaining({ status: 'complete', starts: 1, secondStarts: 0 }),
    ]);
  });

  test('to a start that arrives when a newer version is deployed: AppConfig refuses it by its number', async () => {
    const of = await rotationWorld();
    await deploy(of, { secretId: of.secretArn });
    const event = await rotate(of);
    let late: (() => Promise<unknown>) | undefined;
    fault(of, 'StartDeployment', async (_, proceed) => {
      late = proceed;
      await rotate(of);
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ETIMEDOUT' });
    });
    await deploy(of, event);
    await deploy(of, { secretId: of.secretArn });

    await expect(late?.()).rejects.toMatchObject({ name: 'ConflictException' });
    expect(servedTo(of)).toBe(`${planted}-3`);
  });

  test('and one that was not sent, since its process was frozen for too long before it, are two things', async () => {
    const of = await rotationWorld({ rotation: namedTarget });
    const event = await rotate(of);
    let asked = 0;
    of.organization.intercept(async ({ operation }, proceed) => {
      const answer = await proceed();
      // The last question before the start.
      if (operation === 'DescribeSecret' && ++asked === 2) of.clock.advance(31_000);
      return answer;
    });

    const { run } = await deploy(of, event);

    expect(run?.reason).toBe('1 of 1 deployments complete');
    expect([asked, startCount(of)]).toEqual([3, 1]);
    expect(await deliveries(of)).toEqual([expect.objectContaining({ starts: 1, secondStarts: 0 })]);
  });

  test('is no answer; being throttled is one', async () => {
    const of = await rotationWorld();
    const event = await rotate(of);
    fault(of, 'StartDeployment', refuse('ThrottlingException', 'Rate exceeded'), 2);

    const { run } = await deploy(of, event);

    expect(run?.status).toBe('succeeded');
    expect(await deliveries(of)).toEqual([expect.objectContaining({ starts: 1, secondStarts: 0 })]);
  });
});
