import {
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import { advanceDelivery } from '../../shared/secrets/deployment/advance.ts';
import { resolveDeployments } from '../../shared/secrets/deployment/resolve.ts';
import type { Delivery, RunRecord, Store } from '../../shared/store/ports.ts';
import { addApplication, addStrategy } from '../../simulator/app-config.ts';
import type { SimulatedApplication } from '../../simulator/app-config-state.ts';
import { type FunctionInterceptor, runLocally } from '../../simulator/local-deployment.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import type { OrganizationEvent } from '../../simulator/organization-event.ts';
import type { StateEvent } from '../../simulator/run-state-machine.ts';
import { versionWith } from '../../simulator/secrets.ts';
import { simulatedServices } from '../../simulator/simulated-services.ts';
import { shared, smallText } from './configurations.ts';
import { createEnv, type EnvOptions, makeReady, otherServices, type TestEnv } from './flows-fixture.ts';

export const region = 'eu-west-1';
export const alarm = `arn:aws:cloudwatch:${region}:${shared}:alarm:errors`;
export const secretName = 'app/database';
/** Stands in every value of a secret here, and must stand nowhere else. */
export const planted = 'planted-7f3a9c';

export interface SecretEnv extends TestEnv {
  readonly secretArn: string;
  readonly application: SimulatedApplication;
  /** All at once, without bake time. */
  readonly strategy: string;
  readonly events: OrganizationEvent[];
}

type Parts = Pick<SecretEnv, 'secretArn' | 'application' | 'strategy'>;

export interface SecretEnvOptions extends Pick<EnvOptions, 'around' | 'storage'> {
  /** What stands under `rotation`, where the application is known already. */
  readonly rotation?: (parts: Parts) => object;
  readonly environments?: readonly string[];
  readonly kmsKey?: boolean;
  readonly bakeMinutes?: number;
  readonly validators?: readonly object[];
}

/** A shared account with a secret, and an application whose environments serve it. */
export async function createSecretEnv(options: SecretEnvOptions = {}): Promise<SecretEnv> {
  const { rotation = () => ({}) } = options;
  const env = await createEnv({ ...envOptionsOf(options), ready: false });
  const parts = addParts(env.organization, options);
  const text = `${smallText(['secret'])}rotation: ${JSON.stringify(rotation(parts))}\n`;
  const events: OrganizationEvent[] = [];
  const made = { ...env, configuration: parseConfiguration(text, 'the test'), ...parts, events };
  await makeReady(made);
  env.organization.resetCalls();
  env.organization.onEvent((event) => events.push(event));
  return made;
}

const envOptionsOf = ({ around, storage }: SecretEnvOptions): EnvOptions => ({
  ...(around === undefined ? {} : { around }),
  ...(storage === undefined ? {} : { storage }),
});

/** A configuration that names the target. */
export const namedTarget = ({ application, strategy }: Parts) => ({
  targets: [
    {
      secret: secretName,
      account: 'shared',
      application: application.id,
      environments: [...application.environments.keys()],
      profile: [...application.profiles.keys()][0],
      strategy,
    },
  ],
});

function addParts(organization: SimulatedOrganization, options: SecretEnvOptions): Parts {
  const { environments = ['production'], kmsKey = false, bakeMinutes = 0, validators } = options;
  const place = { accountId: shared, region };
  const growth = { durationMinutes: 0, growthType: 'LINEAR' as const, growthFactor: 100, bakeMinutes };
  const kmsKeyArn = kmsKey ? organization.addKey({ ...place, id: 'secret-key' }) : undefined;
  const value = JSON.stringify({ password: `${planted}-1` });
  const secret = { ...place, name: secretName, value };
  const secretArn = organization.addSecret(kmsKeyArn === undefined ? secret : { ...secret, kmsKeyArn });
  const trust = everything;
  const role = { accountId: shared, name: 'retrieval', trust, permissions: everything };
  const database = {
    name: 'database',
    locationUri: `secretsmanager://${secretName}`,
    retrievalRoleArn: organization.addRole(role),
    ...(validators === undefined ? {} : { validators }),
  };
  const application = addApplication(organization.world, {
    ...place,
    name: 'shop',
    environments: environments.map((name) => ({ name, monitors: name === 'watched' ? [alarm] : [] })),
    profiles: [database, { name: 'settings' }],
  });
  const strategy = addStrategy(organization.world, { ...place, name: 'at-once', ...growth });
  // The default of the configuration is predefined; here it has the bake time of the test.
  const id = 'AppConfig.AllAtOnce';
  organization.world.appConfig.strategies.set(id, { id, name: id, ...growth });
  return { secretArn, application, strategy };
}

const everything = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow' as const, Action: '*', Resource: '*' }],
};

let deployments = 0;

export interface Deployed {
  /** Of the execution. */
  readonly status: 'SUCCEEDED' | 'FAILED' | 'WAITING';
  readonly run: RunRecord | undefined;
}

export interface DeployOptions {
  readonly services?: Services;
  readonly around?: FunctionInterceptor;
  readonly onState?: (event: StateEvent) => void;
}

/** Runs config-deployment to its end. Before each further look at a delivery, half a minute passes. */
export async function deploy(env: TestEnv, input: unknown, options: DeployOptions = {}): Promise<Deployed> {
  deployments += 1;
  const name = `deployment-${deployments}`;
  const { services = otherServices(env), around = (_, invoke) => invoke() } = options;
  let looks = 0;
  const { status } = await runLocally({
    machine: 'config-deployment',
    services,
    name,
    input,
    ...(options.onState === undefined ? {} : { onState: options.onState }),
    around: async (token, invoke) => {
      if (token === 'AdvanceDeploymentFunctionArn') {
        looks += 1;
        if (looks > 1) await env.clock.sleep(30_000);
        if (looks > 2_000) throw new Error('It does not end');
      }
      return around(token, invoke);
    },
  });
  return { status, run: await env.store.runs.get(name) };
}

export interface CallsToStart {
  /** As AWS sees them: each function is a process of its own, and assumes the spoke role itself. */
  readonly aws: readonly string[];
  /** What the functions ask of the table. */
  readonly table: readonly string[];
}

/** From an event to StartDeployment, for one target. */
export async function callsToStart(env: TestEnv, input: unknown): Promise<CallsToStart> {
  const table: string[] = [];
  const store = noting(env.store, (call) => table.push(call));
  const newProcess = () => simulatedServices(env.organization, { store });
  env.organization.resetCalls();
  deployments += 1;
  const runId = `deployment-${deployments}`;
  const { deliveries } = await resolveDeployments(newProcess(), { runId, startedAt: '', input });
  const [key] = deliveries;
  if (key === undefined || deliveries.length > 1) throw new Error(`${deliveries.length} targets, not one`);
  await advanceDelivery(newProcess(), { runId, ...key });
  const aws = env.organization.calls.map(({ operation }) => operation);
  return { aws: aws.slice(0, aws.indexOf('StartDeployment') + 1), table };
}

/** The store, which tells what is asked of it. */
const noting = (store: Store, tell: (call: string) => void): Store =>
  Object.fromEntries(
    Object.entries(store).map(([name, port]) => [
      name,
      Object.fromEntries(
        Object.entries(port as Readonly<Record<string, (...given: unknown[]) => unknown>>).map(
          ([method, act]) => [
            method,
            (...given: unknown[]) => {
              tell(`${name}.${method}`);
              return act(...given);
            },
          ],
        ),
      ),
    ]),
  ) as unknown as Store;

/** A client that may do anything with the secret. */
const owner = ({ organization }: TestEnv): SecretsManagerClient =>
  withPlugins(
    new SecretsManagerClient({ region, credentials: organization.credentialsOf(shared, 'retrieval') }),
    [organization.plugin()],
  );

/** Gives the secret its next version. @returns the event that tells of it */
export async function rotate(env: SecretEnv): Promise<OrganizationEvent> {
  const number = (env.organization.world.secrets.get(env.secretArn)?.versions.size ?? 0) + 1;
  const SecretString = JSON.stringify({ password: `${planted}-${number}` });
  await owner(env).send(new PutSecretValueCommand({ SecretId: env.secretArn, SecretString }));
  return latestEvent(env);
}

/** Makes the version before the current one current again. @returns the event that tells of it */
export async function rotateBack(env: SecretEnv): Promise<OrganizationEvent> {
  const secret = env.organization.world.secrets.get(env.secretArn);
  const previous = secret === undefined ? undefined : versionWith(secret, 'AWSPREVIOUS');
  await owner(env).send(
    new UpdateSecretVersionStageCommand({
      SecretId: env.secretArn,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: previous?.id,
      RemoveFromVersionId: currentVersion(env),
    }),
  );
  return latestEvent(env);
}

function latestEvent({ events }: SecretEnv): OrganizationEvent {
  const event = events.at(-1);
  if (event === undefined) throw new Error('Nothing was announced');
  return event;
}

export function currentVersion(env: SecretEnv): string {
  const secret = env.organization.world.secrets.get(env.secretArn);
  return (secret === undefined ? undefined : versionWith(secret, 'AWSCURRENT')?.id) ?? '';
}

export const environmentId = ({ application }: SecretEnv, name = 'production'): string =>
  [...application.environments.values()].find((each) => each.name === name)?.id ?? '';

export const profileId = ({ application }: SecretEnv, name = 'database'): string =>
  [...application.profiles.values()].find((each) => each.name === name)?.id ?? '';

/** The versions that were deployed to an environment, in order. */
export const deployedTo = (env: SecretEnv, name = 'production'): readonly string[] =>
  env.application.environments.get(environmentId(env, name))?.deployments.map(({ version }) => version) ?? [];

/** The password that readers of an environment get, when all has settled. */
export function servedTo(env: SecretEnv, name = 'production'): string | undefined {
  const environment = env.application.environments.get(environmentId(env, name));
  const served = environment?.deployments.findLast(
    ({ undone, profile }) => undone === undefined && profile.id === profileId(env),
  );
  return served === undefined ? undefined : JSON.parse(served.content.content).password;
}

/** What the outbox has for an environment, in the order of the requests. */
export async function deliveries(env: SecretEnv, name = 'production'): Promise<readonly Delivery[]> {
  const found = await env.store.outbox.of(
    env.secretArn,
    `${env.application.id}/${environmentId(env, name)}/${profileId(env)}/`,
  );
  return found.toSorted((a, b) => a.requestedAt.localeCompare(b.requestedAt));
}

export const startCount = ({ organization }: TestEnv): number =>
  organization.calls.filter(({ operation }) => operation === 'StartDeployment').length;
