import { readFileSync } from 'node:fs';
import { AppConfigClient, CreateHostedConfigurationVersionCommand } from '@aws-sdk/client-appconfig';
import { beforeEach, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { renderApplicationTemplate } from '../../shared/cloudformation/application.ts';
import { renderSpokeTemplate } from '../../shared/cloudformation/template.ts';
import type { Application } from '../../shared/configuration/applications.ts';
import { loadWithSchemas } from '../../shared/configuration/load-schemas.ts';
import { evaluatePolicy } from '../../shared/iam/evaluate.ts';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import { createConfigurationReader, createReaderClient } from '../../shared/secrets/reader/index.ts';
import { raiseAlarm } from '../../simulator/app-config-progress.ts';
import type { SimulatedApplication } from '../../simulator/app-config-state.ts';
import { deployApplication } from '../fixtures/application-stack.ts';
import { fault } from '../fixtures/call-faults.ts';
import { deploy } from '../fixtures/secret-env.ts';
import { spokeRoleOf } from '../fixtures/spoke-stack.ts';
import { announcements } from '../fixtures/sweeps.ts';
import { createEnv, makeReady, onboard, type TestEnv } from '../fixtures/test-env.ts';

const place = { accountId: '123456789012', region: 'eu-west-1' };
const reader = '555566667777';
const settings = z.object({ currency: z.string(), itemsPerPage: z.number() });

/** The example, with the application of its template in the configuration account, and the spoke role of its template. */
async function createApplicationEnv(change: (application: Application) => Application = (same) => same) {
  const loaded = await loadWithSchemas('examples/applications/onboarding.yml');
  const [first] = loaded.configuration.applications ?? [];
  if (first === undefined) throw new Error('The example has no application');
  const application = change(first);
  const configuration = { ...loaded.configuration, applications: [application] };
  const env = await createEnv({ configuration, ready: false });
  const made = renderApplicationTemplate({ configuration, application, schemas: loaded.schemas });
  const { application: simulated, roles } = deployApplication(env.organization, made);
  useSpokeTemplate(env);
  await makeReady(env);
  return { ...env, simulated, roles };
}

type ApplicationEnv = Awaited<ReturnType<typeof createApplicationEnv>>;

/** The role of the configuration account as its template makes it; the hub of the simulation is an operator. */
function useSpokeTemplate({ organization, configuration }: TestEnv): void {
  const hub = { accountId: configuration.organization.managementAccount, region: 'us-east-1' };
  const [caller] = [...organization.world.roles.values()].filter(
    ({ accountId }) => accountId === hub.accountId,
  );
  const { template } = renderSpokeTemplate({
    configuration,
    accountId: place.accountId,
    hub,
    operators: [caller?.arn ?? ''],
  });
  const { arn, trust, permissions } = spokeRoleOf(template, place);
  const role = organization.world.roles.get(arn);
  if (role === undefined) throw new Error(`${arn} is not the spoke role of the configuration`);
  organization.world.roles.set(arn, {
    ...role,
    trust: JSON.stringify(trust),
    permissions: JSON.stringify(permissions),
  });
}

const profileOf = ({ profiles }: SimulatedApplication) => [...profiles.keys()][0] ?? '';

/** What a person does who has a new version, with a role of the configuration account. @returns its number */
async function addVersion({ organization, simulated }: ApplicationEnv, content: string): Promise<string> {
  const everything = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow' as const, Action: '*', Resource: '*' }],
  };
  const role = { accountId: place.accountId, name: 'author', trust: everything, permissions: everything };
  organization.addRole(role);
  const client = withPlugins(
    new AppConfigClient({
      region: place.region,
      credentials: organization.credentialsOf(place.accountId, role.name),
    }),
    [organization.plugin()],
  );
  const { VersionNumber } = await client.send(
    new CreateHostedConfigurationVersionCommand({
      ApplicationId: simulated.id,
      ConfigurationProfileId: profileOf(simulated),
      Content: Buffer.from(content),
      ContentType: 'application/json',
    }),
  );
  return String(VersionNumber);
}

const start = (env: ApplicationEnv, version: string, more: object = {}) =>
  deploy(env, { application: env.simulated.id, profile: profileOf(env.simulated), version, ...more });

const deployedTo = ({ simulated }: ApplicationEnv, name: string) =>
  [...simulated.environments.values()]
    .find((each) => each.name === name)
    ?.deployments.map(({ version, undone }) => [version, undone?.state ?? 'stands']);

const good = readFileSync('examples/applications/shop-settings.json', 'utf8');

describe('the application of the example, as its template makes it', () => {
  let env: ApplicationEnv;
  beforeEach(async () => {
    env = await createApplicationEnv();
  });

  test('is deployed by its names, to the environments that are named', async () => {
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

  test('is deployed nowhere where an environment has no such name, and the run says which there are', async () => {
    const version = await addVersion(env, good);

    const { run } = await start(env, version, { environments: ['test', 'produktion'] });

    expect(run).toMatchObject({ status: 'failed' });
    expect(run?.left).toEqual([
      expect.stringMatching(
        /ResourceMissingError: There is no environment of application \w+ with the id or name produktion\. There are: .*production \(\w+\)/,
      ),
    ]);
    expect(deployedTo(env, 'test')).toEqual([]);
  });

  test('gets a good version in each environment', async () => {
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
  ])('gets no version with %s, and keeps the one before', async (_, content, why) => {
    await start(env, await addVersion(env, good));
    const { status, run } = await start(env, await addVersion(env, content));

    expect(status).toBe('FAILED');
    expect(run?.left).toHaveLength(2);
    for (const line of run?.left ?? []) {
      expect(line).toMatch(/^Profile \w+, version 2 to environment \w+: failed: AppConfig refused to deploy/);
      expect(line).toMatch(why);
    }
    const [environment] = env.simulated.environments.keys();
    const source = `appconfig:${place.accountId}:${place.region}:${env.simulated.id}:${profileOf(env.simulated)}`;
    const recorded = await env.store.outbox.of(source, `${env.simulated.id}/${environment}/`);
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

  test('goes on one stage at a time, where a person says so', async () => {
    const [stage] = env.simulated.environments.keys();

    await start(env, await addVersion(env, good), { environments: [stage] });

    expect([deployedTo(env, 'test'), deployedTo(env, 'production')]).toEqual([[['1', 'stands']], []]);
  });

  test('is rolled back in the environment whose alarm goes off', async () => {
    fault(env, 'GetDeployment', async (_, proceed) => {
      raiseAlarm(env.organization.world, 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop-errors');
      return proceed();
    });

    const { run } = await start(env, await addVersion(env, good));

    expect(run?.left).toEqual([expect.stringContaining('rolled back')]);
    expect([deployedTo(env, 'test'), deployedTo(env, 'production')]).toEqual([
      [['1', 'stands']],
      [['1', 'ROLLED_BACK']],
    ]);
  });

  test('is read by the reader role, once the grant lets the account in', async () => {
    await start(env, await addVersion(env, good));
    await expect(read(env)).rejects.toThrow(/not authorized|denied/i);

    env.organization.addAccount({ id: reader, name: 'shop', parentId: 'ou-exam-workload1' });
    await onboard(env, { accountId: reader });

    expect(await read(env)).toEqual({ currency: 'EUR', itemsPerPage: 24 });
  });
});

/** What an application of a new account reads by the reader role. */
function read({ organization, roles, clock }: ApplicationEnv) {
  const arn = roles.ReaderRole ?? '';
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow' as const, Action: 'sts:AssumeRole', Resource: arn }],
  };
  organization.addRole({ accountId: reader, name: 'shop', trust: policy, permissions: policy });
  return createConfigurationReader({
    client: createReaderClient({
      region: place.region,
      role: { arn },
      credentials: organization.credentialsOf(reader, 'shop'),
      clock,
      plugins: [organization.plugin()],
    }),
    application: 'shop',
    environment: 'production',
    profile: 'settings',
    schema: settings,
    clock,
  }).get();
}

const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';

describe('a profile with a key of its own', () => {
  const withKey = (application: Application): Application => ({
    ...application,
    profiles: application.profiles.slice(0, 1).map((profile) => ({ ...profile, key: keyId })),
  });

  const createKeyedEnv = async () => {
    const env = await createApplicationEnv(withKey);
    const key = env.organization.addKey({ ...place, id: keyId });
    return { env, key };
  };

  test("is deployed with what the spoke role's template gives", async () => {
    const { env, key } = await createKeyedEnv();
    expect([...env.simulated.profiles.values()].map(({ kmsKeyArn }) => kmsKeyArn)).toEqual([key]);

    expect(await start(env, await addVersion(env, good))).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('is encrypted by it where it is deployed, too, and read by the reader role', async () => {
    const { env, key } = await createKeyedEnv();
    await start(env, await addVersion(env, good));

    const deployed = [...env.simulated.environments.values()].flatMap(({ deployments }) => deployments);
    expect(deployed.map(({ kmsKeyArn }) => kmsKeyArn)).toEqual([key, key]);
    env.organization.addAccount({ id: reader, name: 'shop', parentId: 'ou-exam-workload1' });
    await onboard(env, { accountId: reader });
    expect(await read(env)).toEqual({ currency: 'EUR', itemsPerPage: 24 });
  });

  test('is not where the key does not let the role', async () => {
    const { env, key } = await createKeyedEnv();
    const version = await addVersion(env, good);
    env.organization.editPolicy('key', key, {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'kms:*', Principal: { AWS: place.accountId }, Resource: '*' },
        { Effect: 'Deny', Action: 'kms:Decrypt', Principal: { AWS: place.accountId }, Resource: '*' },
      ],
    });

    const { run } = await start(env, version);

    expect(run?.left).toHaveLength(2);
    expect(run?.left?.[0]).toMatch(/denied .*kms:Decrypt/);
  });
});

test('a profile of a secret is deployed by the retrieval role of the template, which gets no other secret', async () => {
  const env = await createApplicationEnv();
  const { organization, roles } = env;
  const kmsKeyArn = organization.addKey({ ...place, id: keyId });
  const secrets = ['shop/database', 'shop/database-admin'].map((name) =>
    organization.addSecret({ ...place, name, value: '{"password":"x"}', kmsKeyArn }),
  );

  const { run } = await deploy(env, { secretId: secrets[0] });

  expect(run).toMatchObject({ status: 'succeeded', reason: '2 of 2 deployments complete' });
  const role = organization.world.roles.get(roles.RetrievalRoleDatabase ?? '');
  const decisions = secrets.map(
    (resource) =>
      evaluatePolicy(JSON.parse(role?.permissions ?? '{}'), {
        principal: { type: 'AWS', accountId: place.accountId, arn: role?.arn ?? '' },
        action: 'secretsmanager:GetSecretValue',
        resource,
        context: {},
      }).decision,
  );
  expect(decisions).toEqual(['allow', 'none']);
});

test('a secret of an application is deployed by the clock though no event of it has come, and by its name', async () => {
  const env = await createApplicationEnv();
  const kmsKeyArn = env.organization.addKey({ ...place, id: keyId });
  const secret = { ...place, name: 'shop/database', value: '{"password":"x"}', kmsKeyArn };
  const arn = env.organization.addSecret(secret);
  const [version] = env.organization.world.secrets.get(arn)?.versions.keys() ?? [];

  const { run } = await deploy(env, { resumePending: true });
  expect(run).toMatchObject({ status: 'succeeded', reason: '2 of 2 deployments complete' });
  expect(await deploy(env, { resumePending: true })).toMatchObject({ run: undefined });
  expect(await deploy(env, { secretId: secret.name })).toMatchObject({ status: 'SUCCEEDED' });

  const deployed = [[version, 'stands']];
  expect([deployedTo(env, 'test'), deployedTo(env, 'production')]).toEqual([deployed, deployed]);
});
