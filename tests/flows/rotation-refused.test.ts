import {
  type AppConfigClient,
  type ListDeploymentsCommandOutput,
  StartDeploymentCommand,
} from '@aws-sdk/client-appconfig';
import { expect, test } from '@jest/globals';
import { shared } from './configurations.ts';
import { fault, refuse } from './faults.ts';
import {
  currentVersion,
  deliveries,
  deploy,
  deployedTo,
  environmentId,
  profileId,
  type RotationWorld,
  region,
  rotate,
  rotationWorld,
  startCount,
} from './rotations.ts';

const appConfig = (of: RotationWorld): AppConfigClient =>
  of.services.aws('other', of.configuration).reader({ accountId: shared, region }).appConfig;

/** Somebody's deployment of a hosted configuration, by a strategy that is done at once or takes a while. */
async function another(of: RotationWorld, strategy: string): Promise<void> {
  const profile = profileId(of, 'settings');
  of.application.profiles.get(profile)?.versions.push({ content: '{}', contentType: 'text/plain' });
  await appConfig(of).send(
    new StartDeploymentCommand({
      ApplicationId: of.application.id,
      EnvironmentId: environmentId(of),
      ConfigurationProfileId: profile,
      ConfigurationVersion: '1',
      DeploymentStrategyId: strategy,
    }),
  );
}

const badRequest = refuse('BadRequestException', 'The request is not what it should be');

test.each(['AppConfig.AllAtOnce', 'AppConfig.Linear20PercentEvery6Minutes'])(
  'a start that is called bad since another deployment by %s was quicker is sent again',
  async (strategy) => {
    const of = await rotationWorld();
    const event = await rotate(of);
    fault(of, 'StartDeployment', async (call, proceed) => {
      await another(of, strategy);
      return badRequest(call, proceed);
    });

    const { run } = await deploy(of, event);

    expect(run?.reason).toBe('1 of 1 deployments complete');
    expect(deployedTo(of)).toEqual(['1', currentVersion(of)]);
    expect(await deliveries(of)).toEqual([
      expect.objectContaining({ status: 'complete', starts: 1, secondStarts: 0 }),
    ]);
  },
);

test('a start that is called bad where nothing has moved is not sent again', async () => {
  const of = await rotationWorld();
  const event = await rotate(of);
  fault(of, 'StartDeployment', badRequest);

  const { run } = await deploy(of, event);

  expect(run?.left).toEqual([expect.stringContaining('AppConfig refused to deploy')]);
  expect(startCount(of)).toBe(1);
});

test('the refusal stands where the environment is gone by the second look', async () => {
  const of = await rotationWorld();
  const event = await rotate(of);
  fault(of, 'StartDeployment', async (call, proceed) => {
    fault(of, 'ListDeployments', refuse('ResourceNotFoundException', 'Could not find the environment', 404));
    return badRequest(call, proceed);
  });

  const { run } = await deploy(of, event);

  expect(run?.left).toEqual([expect.stringContaining('AppConfig refused to deploy')]);
});

test('the latest deployment is the one with the highest number, in whatever order they are listed', async () => {
  const of = await rotationWorld();
  await deploy(of, await rotate(of));
  await deploy(of, await rotate(of));
  fault(
    of,
    'ListDeployments',
    async (_, proceed) => {
      const answer = (await proceed()) as ListDeploymentsCommandOutput;
      return { ...answer, Items: answer.Items?.toReversed() };
    },
    100,
  );

  const { run } = await deploy(of, await rotate(of));

  expect(run?.reason).toBe('1 of 1 deployments complete');
  expect(await deliveries(of)).toHaveLength(3);
  expect(startCount(of)).toBe(3);
});
