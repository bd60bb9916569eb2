import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { secretDeployment } from '../../shared/configuration/secret-deployment.ts';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import {
  type ConfigurationReader,
  createConfigurationReader,
  createReaderClient,
} from '../../shared/secrets/reader/index.ts';
import {
  createPasswordGenerator,
  requestByEvent,
  rotateJsonField,
  rotateSecret,
} from '../../shared/secrets/rotation-function/index.ts';
import { addApplication, addStrategy, trustsAppConfig } from '../../simulator/app-config.ts';
import type { SimulatedApplication } from '../../simulator/app-config-state.ts';
import { rotateNow } from '../../simulator/rotation.ts';
import { silentLogger } from '../../simulator/simulated-services.ts';
import type { Simulation } from '../simulation.ts';
import { UsageError } from '../usage-error.ts';

const login = z.object({ username: z.string(), password: z.string() });

type Login = z.infer<typeof login>;

/** The parts of the rotation demo, besides the simulated organization. */
export interface RotationDemo {
  readonly secretArn: string;
  readonly application: SimulatedApplication;
  readonly place: { readonly accountId: string; readonly region: string };
  /** An application of a member account. */
  readonly reader: ConfigurationReader<Login>;
  /** Whether the database accepts its credentials. */
  isLetIn(): Promise<boolean>;
  /** Makes Secrets Manager rotate the secret, with the rotation function. */
  rotate(): Promise<void>;
}

const anything = (more: object = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow' as const, Action: '*', ...more }],
});

/** @throws UsageError if the configuration has no shared account, which the demonstration needs */
function locateShared({ centralAccounts }: Configuration): { readonly id: string; readonly region: string } {
  const { shared } = centralAccounts;
  if (shared !== undefined) return shared;
  throw new UsageError(
    'The demonstration of a rotation needs a central account with the name shared. Add it to centralAccounts, or use ' +
      'examples/onboarding.yml',
  );
}

/**
 * The simulation with an added deployment strategy, which deploys at once and without bake time. The configuration
 * names it.
 */
export function withStrategy(simulation: Simulation): Simulation {
  const { organization, configuration } = simulation;
  const { id: accountId, region } = locateShared(configuration);
  const strategy = addStrategy(organization.world, {
    accountId,
    region,
    name: 'at-once',
    durationMinutes: 0,
    growthType: 'LINEAR',
    growthFactor: 100,
    bakeMinutes: 0,
  });
  return {
    ...simulation,
    configuration: { ...configuration, secretDeployment: secretDeployment.parse({ strategy }) },
  };
}

/**
 * What the demo rotates: a secret of the shared account, the application that serves it, a database that accepts its
 * value, and a reader in another account.
 */
export function createRotationDemo(simulation: Simulation): RotationDemo {
  const { organization, configuration } = simulation;
  const { id: accountId, region } = locateShared(configuration);
  const location = { accountId, region };
  const first: Login = { username: 'shop', password: 'the-first-password' };
  const secret = { ...location, name: 'shop/database', value: JSON.stringify(first) };
  const secretArn = organization.addSecret(secret);
  const role = { accountId, trust: anything(), permissions: anything({ Resource: '*' }) };
  const retrievalRoleArn = organization.addRole({ ...role, name: 'retrieval', trust: trustsAppConfig });
  const application = addApplication(organization.world, {
    ...location,
    name: 'shop',
    environments: [{ name: 'production' }],
    profiles: [
      { name: 'database', locationUri: 'secretsmanager://shop/database', retrievalRoleArn },
      { name: 'settings' },
    ],
  });
  const database = { password: first.password };
  const reader = readerOf(simulation, location);
  return {
    secretArn,
    application,
    place: location,
    reader,
    isLetIn: async () => (await reader.get()).password === database.password,
    rotate: rotating(simulation, { secretArn, database, role: { ...role, name: 'rotation-function' } }),
  };
}

/** A reader in a member account of the organization. It assumes a role of the account that hosts AppConfig. */
function readerOf({ organization }: Simulation, location: RotationDemo['place']): ConfigurationReader<Login> {
  const member = [...organization.world.accounts.keys()].at(-1) ?? '';
  const arn = organization.addRole({
    accountId: location.accountId,
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
  organization.addRole(own);
  const { clock } = organization.world.settings;
  const client = createReaderClient({
    region: location.region,
    role: { arn },
    credentials: organization.credentialsOf(member, own.name),
    clock,
    plugins: [organization.plugin()],
  });
  return createConfigurationReader({
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
  readonly role: Parameters<Simulation['organization']['addRole']>[0];
}

function rotating({ organization, configuration }: Simulation, { secretArn, database, role }: RotationParts) {
  const { id: accountId, region } = locateShared(configuration);
  organization.addRole(role);
  const config = { region, credentials: organization.credentialsOf(accountId, role.name) };
  const plugins = [organization.plugin()];
  const client = withPlugins(new SecretsManagerClient(config), plugins);
  const eventBridge = withPlugins(new EventBridgeClient(config), plugins);
  const tools = {
    secretsManager: client,
    logger: silentLogger,
    askForDeployment: requestByEvent(eventBridge),
    rotator: {
      generate: rotateJsonField('password', createPasswordGenerator(client)),
      set: async ({ pending }: { readonly pending: string }) => {
        database.password = login.parse(JSON.parse(pending)).password;
      },
    },
  };
  return async () => {
    const invoke = (event: unknown) => rotateSecret(tools, event);
    const error = await rotateNow(organization, { secretArn, client, invoke });
    if (error !== undefined) throw error;
  };
}
