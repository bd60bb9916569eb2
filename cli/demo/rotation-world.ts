import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { withPlugins } from '../../shared/aws/plugins.ts';
import { rotation } from '../../shared/configuration/rotation.ts';
import { type ConfigurationReader, configurationReader, readerClient } from '../../shared/reader/index.ts';
import {
  askByEvent,
  generatedPassword,
  jsonField,
  rotateSecret,
} from '../../shared/secret-rotation/index.ts';
import { addApplication, addStrategy, type SimulatedApplication } from '../../simulator/app-config.ts';
import { rotateNow } from '../../simulator/rotation.ts';
import { silentLogger } from '../../simulator/simulated-services.ts';
import type { Simulation } from '../simulation.ts';

const login = z.object({ username: z.string(), password: z.string() });

type Login = z.infer<typeof login>;

/** What the demonstration of a rotation plays with, beside the simulated organisation. */
export interface RotationScene {
  readonly secretArn: string;
  readonly application: SimulatedApplication;
  readonly place: { readonly accountId: string; readonly region: string };
  /** An application of a member account. */
  readonly reader: ConfigurationReader<Login>;
  /** Whether the database lets the reader in with what it has. */
  isLetIn(): Promise<boolean>;
  /** Has Secrets Manager rotate the secret, with the rotation function. */
  rotate(): Promise<void>;
}

const anything = (more: object = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow' as const, Action: '*', ...more }],
});

/** The simulation with a strategy that deploys at once and without bake time, and a configuration that names it. */
export function withStrategy(simulation: Simulation): Simulation {
  const { organisation, configuration } = simulation;
  const { id: accountId, region } = configuration.centralAccounts.shared;
  const strategy = addStrategy(organisation.world, {
    accountId,
    region,
    name: 'at-once',
    durationMinutes: 0,
    growthType: 'LINEAR',
    growthFactor: 100,
    bakeMinutes: 0,
  });
  return { ...simulation, configuration: { ...configuration, rotation: rotation.parse({ strategy }) } };
}

/** A secret of the shared account, the application that serves it, a database that it opens, and a reader elsewhere. */
export function rotationScene(simulation: Simulation): RotationScene {
  const { organisation, configuration } = simulation;
  const { id: accountId, region } = configuration.centralAccounts.shared;
  const place = { accountId, region };
  const first: Login = { username: 'shop', password: 'the-first-password' };
  const secret = { ...place, name: 'shop/database', value: JSON.stringify(first) };
  const secretArn = organisation.addSecret(secret);
  const role = { accountId, trust: anything(), permissions: anything({ Resource: '*' }) };
  const retrievalRoleArn = organisation.addRole({ ...role, name: 'retrieval' });
  const application = addApplication(organisation.world, {
    ...place,
    name: 'shop',
    environments: [{ name: 'production' }],
    profiles: [
      { name: 'database', locationUri: 'secretsmanager://shop/database', retrievalRoleArn },
      { name: 'settings' },
    ],
  });
  const database = { password: first.password };
  const reader = readerOf(simulation, place);
  return {
    secretArn,
    application,
    place,
    reader,
    isLetIn: async () => (await reader.get()).password === database.password,
    rotate: rotating(simulation, { secretArn, database, role: { ...role, name: 'rotation-function' } }),
  };
}

/** By the role of the account that hosts AppConfig, from the first member of the organisation. */
function readerOf({ organisation }: Simulation, place: RotationScene['place']): ConfigurationReader<Login> {
  const member = [...organisation.world.accounts.keys()].at(-1) ?? '';
  const arn = organisation.addRole({
    accountId: place.accountId,
    name: 'ConfigurationReader',
    trust: anything({ Principal: { AWS: member }, Action: 'sts:AssumeRole' }),
    permissions: anything({
      Action: ['appconfig:StartConfigurationSession', 'appconfig:GetLatestConfiguration'],
      Resource: '*',
    }),
  });
  const own = {
    accountId: member,
    name: 'shop',
    trust: anything(),
    permissions: anything({ Resource: arn }),
  };
  organisation.addRole(own);
  const { clock } = organisation.world.settings;
  const client = readerClient({
    region: place.region,
    role: { arn },
    credentials: organisation.credentialsOf(member, own.name),
    clock,
    plugins: [organisation.plugin()],
  });
  return configurationReader({
    client,
    application: 'shop',
    environment: 'production',
    profile: 'database',
    schema: login,
    clock,
  });
}

interface RotationParts {
  readonly secretArn: string;
  readonly database: { password: string };
  readonly role: Parameters<Simulation['organisation']['addRole']>[0];
}

function rotating({ organisation, configuration }: Simulation, { secretArn, database, role }: RotationParts) {
  const { id: accountId, region } = configuration.centralAccounts.shared;
  organisation.addRole(role);
  const config = { region, credentials: organisation.credentialsOf(accountId, role.name) };
  const plugins = [organisation.plugin()];
  const client = withPlugins(new SecretsManagerClient(config), plugins);
  const eventBridge = withPlugins(new EventBridgeClient(config), plugins);
  const tools = {
    secretsManager: client,
    logger: silentLogger,
    askForDeployment: askByEvent(eventBridge),
    rotator: {
      generate: jsonField('password', generatedPassword(client)),
      set: async ({ pending }: { readonly pending: string }) => {
        database.password = login.parse(JSON.parse(pending)).password;
      },
    },
  };
  return async () => {
    const invoke = (event: unknown) => rotateSecret(tools, event);
    const error = await rotateNow(organisation, { secretArn, client, invoke });
    if (error !== undefined) throw error;
  };
}
