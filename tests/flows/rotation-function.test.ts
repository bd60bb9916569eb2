import { StartDeploymentCommand } from '@aws-sdk/client-appconfig';
import { UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import { expect, test } from '@jest/globals';
import { rotateSecret } from '../../shared/secrets/rotation-function/index.ts';
import type { Rotator } from '../../shared/secrets/rotation-function/rotator.ts';
import { type RotationEvent, rotateNow } from '../../simulator/rotation.ts';
import type { StateEvent } from '../../simulator/run-state-machine.ts';
import { findVersion } from '../../simulator/secrets.ts';
import { createSimulatedServices, silentLogger } from '../../simulator/simulated-services.ts';
import {
  functionIn,
  memoryLogger,
  type RotationFunction,
  toolsOf,
  withErrors,
} from '../fixtures/rotation-function.ts';
import {
  createSecretEnv,
  currentVersion,
  deploy,
  deployedTo,
  environmentId,
  namedTarget,
  planted,
  profileId,
  region,
  type SecretEnv,
  type SecretEnvOptions,
  servedTo,
} from '../fixtures/secret-env.ts';
import { shared } from '../fixtures/small-configuration.ts';

/** Values that can be found again, wherever they should not be. */
const rotator = (next: string): Rotator => ({ generate: async () => JSON.stringify({ password: next }) });

interface Rotating {
  readonly env: SecretEnv;
  readonly clients: RotationFunction;
}

async function rotating(options: SecretEnvOptions = {}): Promise<Rotating> {
  const env = await createSecretEnv({ secretDeployment: namedTarget, ...options });
  return { env, clients: functionIn(env.organization, shared, region) };
}

const rotate = ({ env, clients }: Rotating, invoke: (event: RotationEvent) => Promise<void>) =>
  rotateNow(env.organization, { secretArn: env.secretArn, client: clients.secretsManager, invoke });

/** Starts a run for every event that a bus has seen, as the rules would, and the clock's. */
async function deliverAll(
  env: SecretEnv,
  services = createSimulatedServices(env.organization, env),
  onState: (event: StateEvent) => void = () => {},
): Promise<void> {
  const asked = env.organization.world.putEvents
    .filter(({ Source }) => Source === 'account-onboarding.rotation')
    .map(({ Source, DetailType, Detail, Resources }) => ({
      source: Source,
      'detail-type': DetailType,
      resources: Resources,
      detail: JSON.parse(String(Detail)),
    }));
  for (const event of [...env.events, ...asked, { resumePending: true }])
    await deploy(env, event, { services, onState });
}

const startCommand = (env: SecretEnv, ConfigurationVersion: string) =>
  new StartDeploymentCommand({
    ApplicationId: env.application.id,
    EnvironmentId: environmentId(env),
    ConfigurationProfileId: profileId(env),
    ConfigurationVersion,
    DeploymentStrategyId: env.strategy,
  });

/**
 * The last step in the order of AWS's published sample of a rotation function: the label first, then the deployment, and
 * nothing where the label is there already.
 */
async function sampleFinish(
  { env, clients }: Rotating,
  { ClientRequestToken }: RotationEvent,
): Promise<void> {
  const secret = env.organization.world.secrets.get(env.secretArn);
  if (secret === undefined) throw new Error('There is no secret');
  const current = findVersion(secret, 'AWSCURRENT')?.id;
  if (current === ClientRequestToken) return;
  await clients.secretsManager.send(
    new UpdateSecretVersionStageCommand({
      SecretId: env.secretArn,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: ClientRequestToken,
      RemoveFromVersionId: current,
    }),
  );
  const { appConfig } = env.services
    .aws('sample', env.configuration)
    .getWriter({ accountId: shared, region }, () => {});
  await appConfig.send(startCommand(env, ClientRequestToken));
}

/** Another deployment of the environment is under way for the next ten minutes. */
async function occupied(): Promise<Rotating> {
  const made = await rotating({ bakeMinutes: 10 });
  const { env } = made;
  const { appConfig } = env.services.aws('other', env.configuration).getReader({ accountId: shared, region });
  await appConfig.send(startCommand(env, currentVersion(env)));
  return made;
}

test("deploys the new version to a busy environment, where AWS's sample function would lose the deployment", async () => {
  const theirs = await occupied();
  const tools = toolsOf(theirs.clients, rotator(`${planted}-2`), silentLogger);
  const lost = await rotate(theirs, (event) =>
    event.Step === 'finishSecret' ? sampleFinish(theirs, event) : rotateSecret(tools, event),
  );
  theirs.env.clock.advance(3_600_000);

  // Secrets Manager calls it a success, and readers never get the password.
  expect(lost).toBeUndefined();
  expect(deployedTo(theirs.env)).toHaveLength(1);
  expect(servedTo(theirs.env)).toBe(`${planted}-1`);

  const ours = await occupied();
  const own = toolsOf(ours.clients, rotator(`${planted}-2`), silentLogger);
  await rotate(ours, (event) => rotateSecret(own, event));
  await deliverAll(ours.env);

  expect(deployedTo(ours.env).slice(1)).toEqual([currentVersion(ours.env)]);
  expect(servedTo(ours.env)).toBe(`${planted}-2`);
});

/** What an execution or a function was given, what it gave, and what it logged: everything but the secret itself. */
test.each<[string, SecretEnvOptions, Partial<Rotator>]>([
  ['goes well', {}, {}],
  [
    'fails in its database, whose error quotes it',
    {},
    {
      set: async ({ pending, current }) => {
        throw new Error(`could not change ${current} to ${pending}`);
      },
    },
  ],
  [
    'is refused by a validator, whose message quotes it',
    {
      validators: [{ type: 'object', properties: { password: { type: 'number' } }, required: ['password'] }],
    },
    {},
  ],
])(
  'keeps every secret value out of logs, records and messages when its rotation %s',
  async (_, options, broken) => {
    const made = await rotating(options);
    const { env, clients } = made;
    const { logger, lines } = memoryLogger();
    const inputs: string[] = [];
    const tools = toolsOf(clients, { ...rotator(`${planted}-2`), ...broken }, logger);
    const { outbox, runs } = env.store;
    const kept: unknown[] = [];
    const keeping =
      <Given extends unknown[], Result>(put: (...given: Given) => Promise<Result>) =>
      (...given: Given) => {
        kept.push(given);
        return put(...given);
      };
    const store = {
      ...env.store,
      outbox: { ...outbox, put: keeping(outbox.put) },
      runs: { ...runs, put: keeping(runs.put) },
    };
    const services = createSimulatedServices(env.organization, { store, logger });

    const error = await rotate(made, async (event) => {
      inputs.push(JSON.stringify(event));
      await rotateSecret(tools, event);
    });
    await deliverAll(env, services, (event) => inputs.push(JSON.stringify(event)));

    const { putEvents, messages } = env.organization.world;
    const seen = JSON.stringify([lines, inputs, kept, putEvents, messages, env.events, error], withErrors);
    expect(kept.length).toBeGreaterThan(1);
    expect(lines.length).toBeGreaterThan(3);
    expect(seen).not.toContain(planted);
    // The secret itself has it, so it could have been found.
    expect(
      JSON.stringify([...(env.organization.world.secrets.get(env.secretArn)?.versions.values() ?? [])]),
    ).toContain(planted);
  },
);
