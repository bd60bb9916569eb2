import {
  type AppConfigClient,
  type ListDeploymentsCommandOutput,
  StartDeploymentCommand,
} from '@aws-sdk/client-appconfig';
import { expect, test } from '@jest/globals';
import { fault, refuse } from '../fixtures/call-faults.ts';
import {
  createSecretEnv,
  currentVersion,
  deliveries,
  deploy,
  deployedTo,
  environmentId,
  profileId,
  region,
  rotate,
  type SecretEnv,
  startCount,
} from '../fixtures/secret-env.ts';
import { shared } from '../fixtures/small-configuration.ts';

const appConfig = (env: SecretEnv): AppConfigClient =>
  env.services.aws('other', env.configuration).getReader({ accountId: shared, region }).appConfig;

/** Somebody's deployment of a hosted configuration, by a strategy that is done at once or takes a while. */
async function another(env: SecretEnv, strategy: string): Promise<void> {
  const profile = profileId(env, 'settings');
  env.application.profiles.get(profile)?.versions.push({ content: '{}', contentType: 'text/plain' });
  await appConfig(env).send(
    new StartDeploymentCommand({
      ApplicationId: env.application.id,
      EnvironmentId: environmentId(env),
      ConfigurationProfileId: profile,
      ConfigurationVersion: '1',
      DeploymentStrategyId: strategy,
    }),
  );
}

const badRequest = refuse('BadRequestException', 'The request is not what it should be');

test.each(['AppConfig.AllAtOnce', 'AppConfig.Linear20PercentEvery6Minutes'])(
  'starts again when AppConfig rejected the start because another deployment by %s had just begun',
  async (strategy) => {
    const env = await createSecretEnv();
    const event = await rotate(env);
    fault(env, 'StartDeployment', async (call, proceed) => {
      await another(env, strategy);
      return badRequest(call, proceed);
    });

    const { run } = await deploy(env, event);

    expect(run?.reason).toBe('1 of 1 deployments complete');
    expect(deployedTo(env)).toEqual(['1', currentVersion(env)]);
    expect(await deliveries(env)).toEqual([
      expect.objectContaining({ status: 'complete', startAttempts: 1, retriedStarts: 0 }),
    ]);
  },
);

test('sends a rejected start only once when nothing has changed', async () => {
  const env = await createSecretEnv();
  const event = await rotate(env);
  fault(env, 'StartDeployment', badRequest);

  const { run } = await deploy(env, event);

  expect(run?.unresolved).toEqual([expect.stringContaining('AppConfig rejected the deployment of')]);
  expect(startCount(env)).toBe(1);
});

test('keeps the reason of AppConfig when the environment was deleted after the rejection', async () => {
  const env = await createSecretEnv();
  const event = await rotate(env);
  fault(env, 'StartDeployment', async (call, proceed) => {
    fault(env, 'ListDeployments', refuse('ResourceNotFoundException', 'Could not find the environment', 404));
    return badRequest(call, proceed);
  });

  const { run } = await deploy(env, event);

  expect(run?.unresolved).toEqual([expect.stringContaining('AppConfig rejected the deployment of')]);
});

test('takes the deployment with the highest number as the latest one, whatever the order of the list', async () => {
  const env = await createSecretEnv();
  await deploy(env, await rotate(env));
  await deploy(env, await rotate(env));
  fault(
    env,
    'ListDeployments',
    async (_, proceed) => {
      const answer = (await proceed()) as ListDeploymentsCommandOutput;
      return { ...answer, Items: answer.Items?.toReversed() };
    },
    100,
  );

  const { run } = await deploy(env, await rotate(env));

  expect(run?.reason).toBe('1 of 1 deployments complete');
  expect(await deliveries(env)).toHaveLength(3);
  expect(startCount(env)).toBe(3);
});
