import {
  CreateHostedConfigurationVersionCommand,
  GetDeploymentCommand,
  ListConfigurationProfilesCommand,
  ListDeploymentsCommand,
  StartDeploymentCommand,
  type StartDeploymentCommandInput,
  StopDeploymentCommand,
} from '@aws-sdk/client-appconfig';
import {
  AppConfigDataClient,
  GetLatestConfigurationCommand,
  StartConfigurationSessionCommand,
} from '@aws-sdk/client-appconfigdata';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import { addApplication, addStrategy, trustsAppConfig } from '../../simulator/app-config.ts';
import { raiseAlarm } from '../../simulator/app-config-progress.ts';
import type { SimulatedApplication } from '../../simulator/app-config-state.ts';
import {
  createSimulatorEnv,
  everything,
  policy,
  refusal,
  region,
  type SimulatorEnv,
  shared,
} from '../fixtures/simulator-env.ts';

const minute = 60_000;
const alarm = 'arn:aws:cloudwatch:us-east-1:777788889999:alarm:errors';
const schema = { type: 'object', properties: { color: { type: 'string' } }, required: ['color'] };

let env: SimulatorEnv;
let application: SimulatedApplication;
let secretId: string;
let ids: { ApplicationId: string; EnvironmentId: string };

beforeEach(() => {
  env = createSimulatorEnv();
  const { organization } = env;
  secretId = organization.addSecret({ accountId: shared, name: 'app/database', value: 'first' });
  const retrievalRoleArn = organization.addRole({
    accountId: shared,
    name: 'retrieval',
    trust: trustsAppConfig,
    permissions: everything,
  });
  application = addApplication(organization.world, {
    accountId: shared,
    name: 'shop',
    environments: [{ name: 'production', monitors: [alarm] }],
    profiles: [
      { name: 'database', locationUri: 'secretsmanager://app/database', retrievalRoleArn },
      { name: 'settings', validators: [schema] },
    ],
  });
  const [environment] = application.environments.keys();
  ids = { ApplicationId: application.id, EnvironmentId: environment ?? '' };
});

const client = () => env.clients(shared).appConfig;
const profileId = (name: string) =>
  [...application.profiles.values()].find((each) => each.name === name)?.id ?? '';
const currentVersion = () =>
  [...(env.organization.world.secrets.get(secretId)?.versions.values() ?? [])].at(-1)?.id ?? '';

const start = (more: Partial<StartDeploymentCommandInput> = {}) =>
  client().send(
    new StartDeploymentCommand({
      ...ids,
      ConfigurationProfileId: profileId('database'),
      ConfigurationVersion: currentVersion(),
      DeploymentStrategyId: 'AppConfig.AllAtOnce',
      ...more,
    }),
  );
const state = async (DeploymentNumber = 1) =>
  (await client().send(new GetDeploymentCommand({ ...ids, DeploymentNumber }))).State;

describe('deployments', () => {
  test('refuses a second deployment until the first one is complete, its bake time included', async () => {
    expect(await start()).toMatchObject({ DeploymentNumber: 1, State: 'BAKING', PercentageComplete: 100 });
    expect(await refusal(start())).toMatchObject({ name: 'ConflictException', status: 409 });
    env.clock.advance(10 * minute);
    expect(await state()).toBe('COMPLETE');
    expect(await start({ LatestDeploymentNumber: 1 })).toMatchObject({ DeploymentNumber: 2 });
  });

  test('starts a deployment only when the caller has read the latest one', async () => {
    expect(await refusal(start({ LatestDeploymentNumber: 1 }))).toMatchObject({ name: 'ConflictException' });
    await expect(start({ LatestDeploymentNumber: 0 })).resolves.toBeDefined();
  });

  test.each([
    ['LINEAR' as const, 25, [0, 25, 50, 75, 100]],
    ['EXPONENTIAL' as const, 25, [0, 0, 25, 50, 100]],
  ])('grows a %s deployment by %s percent over time', async (growthType, growthFactor, expected) => {
    const strategy = { accountId: shared, region, name: growthType, durationMinutes: 12, bakeMinutes: 0 };
    const DeploymentStrategyId = addStrategy(env.organization.world, {
      ...strategy,
      growthType,
      growthFactor,
    });
    await start({ DeploymentStrategyId });
    const seen: (number | undefined)[] = [];
    for (const _ of expected) {
      const { PercentageComplete } = await client().send(
        new GetDeploymentCommand({ ...ids, DeploymentNumber: 1 }),
      );
      seen.push(PercentageComplete);
      env.clock.advance(3 * minute);
    }
    expect(seen).toEqual(expected);
    expect(await state()).toBe('COMPLETE');
  });

  test('lists deployments, newest first, with the version and without the profile id', async () => {
    await start();
    env.clock.advance(10 * minute);
    await start();
    const { Items = [] } = await client().send(new ListDeploymentsCommand(ids));
    expect(Items.map(({ DeploymentNumber }) => DeploymentNumber)).toEqual([2, 1]);
    expect(Items[0]).toMatchObject({ ConfigurationName: 'database', ConfigurationVersion: currentVersion() });
    expect(Items[0]).not.toHaveProperty('ConfigurationProfileId');
  });

  test('rolls deployments back by an alarm and by hand, and reverts complete ones', async () => {
    await start();
    raiseAlarm(env.organization.world, alarm);
    expect(await state()).toBe('ROLLED_BACK');
    env.organization.world.appConfig.alarms.clear();
    await start();
    const stop = (DeploymentNumber: number, AllowRevert: boolean) =>
      client().send(new StopDeploymentCommand({ ...ids, DeploymentNumber, AllowRevert }));
    expect(await stop(2, false)).toMatchObject({ State: 'ROLLED_BACK' });
    await start();
    env.clock.advance(10 * minute);
    expect(await refusal(stop(3, false))).toMatchObject({ name: 'BadRequestException' });
    expect(await stop(3, true)).toMatchObject({ State: 'REVERTED' });
  });

  test('refuses a deployment with a missing secret version or a missing strategy', async () => {
    expect(await refusal(start({ ConfigurationVersion: 'none' }))).toMatchObject({
      name: 'BadRequestException',
    });
    expect(await refusal(start({ DeploymentStrategyId: 'gone123' }))).toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test("requires permission on a secret's customer managed key to start a deployment", async () => {
    const { organization, keyArn } = env;
    secretId = organization.addSecret({
      accountId: shared,
      name: 'app/keyed',
      value: 'v',
      kmsKeyArn: keyArn,
    });
    const retrievalRoleArn = `arn:aws:iam::${shared}:role/retrieval`;
    const profile = { name: 'database', locationUri: 'secretsmanager://app/keyed', retrievalRoleArn };
    application = addApplication(organization.world, {
      accountId: shared,
      name: 'keyed',
      environments: [{ name: 'test' }],
      profiles: [profile],
    });
    ids = { ApplicationId: application.id, EnvironmentId: [...application.environments.keys()][0] ?? '' };
    expect(await refusal(start())).toMatchObject({ name: 'BadRequestException' });
    expect(await start({ KmsKeyIdentifier: keyArn })).toMatchObject({ KmsKeyIdentifier: keyArn });
    const all = { Principal: { AWS: shared }, Resource: '*' };
    const denied = policy(
      { Effect: 'Allow', Action: 'kms:*', ...all },
      { Effect: 'Deny', Action: 'kms:GenerateDataKey', ...all },
    );
    env.clock.advance(10 * minute);
    organization.editPolicy('key', keyArn, denied);
    expect(await refusal(start({ KmsKeyIdentifier: keyArn }))).toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  test("validates hosted versions with the profile's validators", async () => {
    const create = (content: string) =>
      client().send(
        new CreateHostedConfigurationVersionCommand({
          ApplicationId: application.id,
          ConfigurationProfileId: profileId('settings'),
          Content: Buffer.from(content),
          ContentType: 'application/json',
        }),
      );
    expect(await create('{"color": "red"}')).toMatchObject({ VersionNumber: 1 });
    await create('{}');
    const hosted = { ConfigurationProfileId: profileId('settings') };
    expect(await refusal(start({ ...hosted, ConfigurationVersion: '2' }))).toMatchObject({
      name: 'BadRequestException',
    });
    expect(await start({ ...hosted, ConfigurationVersion: '1' })).toMatchObject({ DeploymentNumber: 1 });
  });

  test('requires permission on each resource of a deployment', async () => {
    env = createSimulatorEnv(policy({ Effect: 'Allow', Action: 'appconfig:List*', Resource: '*' }));
    application = addApplication(env.organization.world, {
      accountId: shared,
      name: 'shop',
      environments: [{ name: 'production' }],
      profiles: [{ name: 'database', locationUri: 'secretsmanager://app/database' }],
    });
    const profiles = await client().send(
      new ListConfigurationProfilesCommand({ ApplicationId: application.id }),
    );
    expect(profiles.Items).toEqual([
      expect.objectContaining({ LocationUri: 'secretsmanager://app/database' }),
    ]);
    expect(await refusal(start())).toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('reading what is deployed', () => {
  const data = () =>
    withPlugins(
      new AppConfigDataClient({
        region,
        credentials: env.organization.credentialsOf(shared, 'retrieval'),
        maxAttempts: 1,
      }),
      [env.organization.plugin()],
    );
  const open = async (interval?: number) => {
    const { InitialConfigurationToken } = await data().send(
      new StartConfigurationSessionCommand({
        ApplicationIdentifier: 'shop',
        EnvironmentIdentifier: 'production',
        ConfigurationProfileIdentifier: 'database',
        ...(interval === undefined ? {} : { RequiredMinimumPollIntervalInSeconds: interval }),
      }),
    );
    return InitialConfigurationToken;
  };
  const poll = async (ConfigurationToken: string | undefined) => {
    const answer = await data().send(new GetLatestConfigurationCommand({ ConfigurationToken }));
    return { ...answer, text: Buffer.from(answer.Configuration ?? []).toString() };
  };

  test('returns the configuration once, then nothing until it has changed', async () => {
    await start();
    const first = await poll(await open());
    expect(first).toMatchObject({ text: 'first', NextPollIntervalInSeconds: 60 });
    env.clock.advance(minute);
    const second = await poll(first.NextPollConfigurationToken);
    expect(second.text).toBe('');
    await env
      .clients(shared)
      .secretsManager.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: 'second' }));
    env.clock.advance(10 * minute);
    await start();
    expect((await poll(second.NextPollConfigurationToken)).text).toBe('second');
  });

  test('refuses a poll with a used token or before the interval has ended', async () => {
    await start();
    const token = await open(15);
    const { NextPollConfigurationToken: next } = await poll(token);
    expect(await refusal(poll(token))).toMatchObject({ message: expect.stringContaining('Corrupted') });
    expect(await refusal(poll(next))).toMatchObject({ message: expect.stringContaining('PollInterval') });
    env.clock.advance(15_000);
    await expect(poll(next)).resolves.toMatchObject({ text: '' });
    const old = await open();
    env.clock.advance(24 * 60 * minute);
    expect(await refusal(poll(old))).toMatchObject({ message: expect.stringContaining('Expired') });
  });

  test('returns the previous version when a deployment was rolled back', async () => {
    expect(await refusal(poll(await open()))).toMatchObject({ name: 'ResourceNotFoundException' });
    await start();
    env.clock.advance(10 * minute);
    await env
      .clients(shared)
      .secretsManager.send(new PutSecretValueCommand({ SecretId: secretId, SecretString: 'second' }));
    await start();
    expect((await poll(await open())).text).toBe('second');
    raiseAlarm(env.organization.world, alarm);
    expect((await poll(await open())).text).toBe('first');
  });
});
