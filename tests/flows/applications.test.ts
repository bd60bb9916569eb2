import { readFileSync } from 'node:fs';
import { AppConfigClient, CreateHostedConfigurationVersionCommand } from '@aws-sdk/client-appconfig';
import { beforeEach, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { applicationTemplate } from '../../shared/cloudformation/application.ts';
import { spokeTemplate } from '../../shared/cloudformation/template.ts';
import type { Application } from '../../shared/configuration/applications.ts';
import { loadWithSchemas } from '../../shared/configuration/load-schemas.ts';
import { evaluatePolicy } from '../../shared/iam/evaluate.ts';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import { configurationReader, readerClient } from '../../shared/secrets/reader/index.ts';
import { raiseAlarm } from '../../simulator/app-config-progress.ts';
import type { SimulatedApplication } from '../../simulator/app-config-state.ts';
import { spokeRoleOf } from '../cloudformation/stack.ts';
import { deployApplication } from './application-stack.ts';
import { fault } from './faults.ts';
import { makeReady, onboard, type World, world } from './flows-fixture.ts';
import { deploy } from './rotations.ts';
import { announcements } from './sweeps.ts';

const place = { accountId: '123456789012', region: 'eu-west-1' };
const reader = '555566667777';
const settings = z.object({ currency: z.string(), itemsPerPage: z.number() });

/** The example, with the application of its template in the configuration account, and the spoke role of its template. */
async function applicationWorld(change: (application: Application) => Application = (same) => same) {
  const loaded = await loadWithSchemas('examples/applications/onboarding.yml');
  const [first] = loaded.configuration.applications ?? [];
  if (first === undefined) throw new Error('The example has no application');
  const application = change(first);
  const configuration = { ...loaded.configuration, applications: [application] };
  const of = await world({ configuration, ready: false });
  const made = applicationTemplate({ configuration, application, schemas: loaded.schemas });
  const { application: simulated, roles } = deployApplication(of.organization, made);
  useSpokeTemplate(of);
  await makeReady(of);
  return { ...of, simulated, roles };
}

type ApplicationWorld = Awaited<ReturnType<typeof applicationWorld>>;

/** The role of the configuration account as its template makes it; the hub of the simulation is an operator. */
function useSpokeTemplate({ organization, configuration }: World): void {
  const hub = { accountId: configuration.organization.managementAccount, region: 'us-east-1' };
  const [caller] = [...organization.world.roles.values()].filter(
    ({ accountId }) => accountId === hub.accountId,
  );
  const { template } = spokeTemplate({
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
async function addVersion({ organization, simulated }: ApplicationWorld, content: string): Promise<string> {
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

const start = (of: ApplicationWorld, version: string, more: object = {}) =>
  deploy(of, { application: of.simulated.id, profile: profileOf(of.simulated), version, ...more });

const deployedTo = ({ simulated }: ApplicationWorld, name: string) =>
  [...simulated.environments.values()]
    .find((each) => each.name === name)
    ?.deployments.map(({ version, undone }) => [version, undone?.state ?? 'stands']);

const good = readFileSync('examples/applications/shop-settings.json', 'utf8');

describe('the application of the example, as its template makes it', () => {
  let of: ApplicationWorld;
  beforeEach(async () => {
    of = await applicationWorld();
  });

  test('is deployed by its names, to the environments that are named', async () => {
    const version = await addVersion(of, good);

    const { run } = await deploy(of, {
      application: of.simulated.name,
      profile: [...of.simulated.profiles.values()][0]?.name,
      version,
      environments: ['test'],
    });

    expect(run).toMatchObject({ status: 'succeeded', reason: '1 of 1 deployments complete' });
    expect(deployedTo(of, 'test')).toEqual([[version, 'stands']]);
    expect(deployedTo(of, 'production')).toEqual([]);
  });

  test('is deployed nowhere where an environment has no such name, and the run says which there are', async () => {
    const version = await addVersion(of, good);

    const { run } = await start(of, version, { environments: ['test', 'produktion'] });

    expect(run).toMatchObject({ status: 'failed' });
    expect(run?.left).toEqual([
      expect.stringMatching(
        /ResourceMissingError: There is no environment of application \w+ with the id or name produktion\. There are: .*production \(\w+\)/,
      ),
    ]);
    expect(deployedTo(of, 'test')).toEqual([]);
  });

  test('gets a good version in each environment', async () => {
    const { status, run } = await start(of, await addVersion(of, good));

    expect(status).toBe('SUCCEEDED');
    expect(run).toMatchObject({ status: 'succeeded', reason: '2 of 2 deployments complete' });
    expect(announcements(of)).toEqual(['Configuration Deployed']);
    expect([deployedTo(of, 'test'), deployedTo(of, 'production')]).toEqual([
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
    await start(of, await addVersion(of, good));
    const { status, run } = await start(of, await addVersion(of, content));

    expect(status).toBe('FAILED');
    expect(run?.left).toHaveLength(2);
    for (const line of run?.left ?? []) {
      expect(line).toMatch(/^Profile \w+, version 2 to environment \w+: failed: AppConfig refused to deploy/);
      expect(line).toMatch(why);
    }
    const [environment] = of.simulated.environments.keys();
    const source = `appconfig:${place.accountId}:${place.region}:${of.simulated.id}:${profileOf(of.simulated)}`;
    const recorded = await of.store.outbox.of(source, `${of.simulated.id}/${environment}/`);
    expect(recorded.find(({ version }) => version === '2')).toMatchObject({
      status: 'failed',
      error: { name: 'DeploymentRefusedError' },
    });
    expect(announcements(of)).toEqual(['Configuration Deployed', 'Configuration Deployment Failed']);
    expect([deployedTo(of, 'test'), deployedTo(of, 'production')]).toEqual([
      [['1', 'stands']],
      [['1', 'stands']],
    ]);
  });

  test('goes on one stage at a time, where a person says so', async () => {
    const [stage] = of.simulated.environments.keys();

    await start(of, await addVersion(of, good), { environments: [stage] });

    expect([deployedTo(of, 'test'), deployedTo(of, 'production')]).toEqual([[['1', 'stands']], []]);
  });

  test('is rolled back in the environment whose alarm goes off', async () => {
    fault(of, 'GetDeployment', async (_, proceed) => {
      raiseAlarm(of.organization.world, 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop-errors');
      return proceed();
    });

    const { run } = await start(of, await addVersion(of, good));

    expect(run?.left).toEqual([expect.stringContaining('rolled back')]);
    expect([deployedTo(of, 'test'), deployedTo(of, 'production')]).toEqual([
      [['1', 'stands']],
      [['1', 'ROLLED_BACK']],
    ]);
  });

  test('is read by the reader role, once the grant lets the account in', async () => {
    await start(of, await addVersion(of, good));
    await expect(read(of)).rejects.toThrow(/not authorized|denied/i);

    of.organization.addAccount({ id: reader, name: 'shop', parentId: 'ou-exam-workload1' });
    await onboard(of, { accountId: reader });

    expect(await read(of)).toEqual({ currency: 'EUR', itemsPerPage: 24 });
  });
});

/** What an application of a new account reads by the reader role. */
function read({ organization, roles, clock }: ApplicationWorld) {
  const arn = roles.ReaderRole ?? '';
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow' as const, Action: 'sts:AssumeRole', Resource: arn }],
  };
  organization.addRole({ accountId: reader, name: 'shop', trust: policy, permissions: policy });
  return configurationReader({
    client: readerClient({
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

  const keyedWorld = async () => {
    const of = await applicationWorld(withKey);
    const key = of.organization.addKey({ ...place, id: keyId });
    return { of, key };
  };

  test("is deployed with what the spoke role's template gives", async () => {
    const { of, key } = await keyedWorld();
    expect([...of.simulated.profiles.values()].map(({ kmsKeyArn }) => kmsKeyArn)).toEqual([key]);

    expect(await start(of, await addVersion(of, good))).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('is encrypted by it where it is deployed, too, and read by the reader role', async () => {
    const { of, key } = await keyedWorld();
    await start(of, await addVersion(of, good));

    const deployed = [...of.simulated.environments.values()].flatMap(({ deployments }) => deployments);
    expect(deployed.map(({ kmsKeyArn }) => kmsKeyArn)).toEqual([key, key]);
    of.organization.addAccount({ id: reader, name: 'shop', parentId: 'ou-exam-workload1' });
    await onboard(of, { accountId: reader });
    expect(await read(of)).toEqual({ currency: 'EUR', itemsPerPage: 24 });
  });

  test('is not where the key does not let the role', async () => {
    const { of, key } = await keyedWorld();
    const version = await addVersion(of, good);
    of.organization.editPolicy('key', key, {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'kms:*', Principal: { AWS: place.accountId }, Resource: '*' },
        { Effect: 'Deny', Action: 'kms:Decrypt', Principal: { AWS: place.accountId }, Resource: '*' },
      ],
    });

    const { run } = await start(of, version);

    expect(run?.left).toHaveLength(2);
    expect(run?.left?.[0]).toMatch(/denied .*kms:Decrypt/);
  });
});

test('a profile of a secret is deployed by the retrieval role of the template, which gets no other secret', async () => {
  const of = await applicationWorld();
  const { organization, roles } = of;
  const kmsKeyArn = organization.addKey({ ...place, id: keyId });
  const secrets = ['shop/database', 'shop/database-admin'].map((name) =>
    organization.addSecret({ ...place, name, value: '{"password":"x"}', kmsKeyArn }),
  );

  const { run } = await deploy(of, { secretId: secrets[0] });

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
  const of = await applicationWorld();
  const kmsKeyArn = of.organization.addKey({ ...place, id: keyId });
  const secret = { ...place, name: 'shop/database', value: '{"password":"x"}', kmsKeyArn };
  const arn = of.organization.addSecret(secret);
  const [version] = of.organization.world.secrets.get(arn)?.versions.keys() ?? [];

  const { run } = await deploy(of, { unfinished: true });
  expect(run).toMatchObject({ status: 'succeeded', reason: '2 of 2 deployments complete' });
  expect(await deploy(of, { unfinished: true })).toMatchObject({ run: undefined });
  expect(await deploy(of, { secretId: secret.name })).toMatchObject({ status: 'SUCCEEDED' });

  const deployed = [[version, 'stands']];
  expect([deployedTo(of, 'test'), deployedTo(of, 'production')]).toEqual([deployed, deployed]);
});
