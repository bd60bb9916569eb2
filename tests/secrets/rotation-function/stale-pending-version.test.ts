import { PutSecretValueCommand, UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import { beforeEach, expect, test } from '@jest/globals';
import { rotateSecret } from '../../../shared/secrets/rotation-function/index.ts';
import type { Rotator } from '../../../shared/secrets/rotation-function/rotator.ts';
import { createAwsError } from '../../../simulator/aws-error.ts';
import { type RotationEvent, rotateNow } from '../../../simulator/rotation.ts';
import { findVersion } from '../../../simulator/secrets.ts';
import { silentLogger } from '../../../simulator/simulated-services.ts';
import {
  accountIn,
  type Database,
  database,
  functionIn,
  type RotationFunction,
  singleUser,
  toolsOf,
} from '../../fixtures/rotation-function.ts';
import { createSimulatorEnv, type SimulatorEnv, shared } from '../../fixtures/simulator-env.ts';

const first = { username: 'app', password: 'first-password', host: 'db.example.com' };
const byHand = { ...first, password: 'set-by-hand', host: 'db2.example.com' };

let env: SimulatorEnv;
let secretArn: string;
let users: Database;
let clients: RotationFunction;
let rotator: Rotator;

beforeEach(() => {
  env = createSimulatorEnv();
  secretArn = env.organization.addSecret({ accountId: shared, name: 'app', value: JSON.stringify(first) });
  users = database(first.username, first.password);
  clients = functionIn(env.organization, shared, 'us-east-1');
  rotator = singleUser(clients.secretsManager, users);
});

const secret = () => {
  const existing = env.organization.world.secrets.get(secretArn);
  if (existing === undefined) throw new Error('There is no secret');
  return existing;
};
const invoke = (event: RotationEvent) => rotateSecret(toolsOf(clients, rotator, silentLogger), event);
const rotate = () =>
  rotateNow(env.organization, { secretArn, client: clients.secretsManager, invoke, attempts: 2 });
const again = (token: string, Step: RotationEvent['Step'] = 'createSecret') =>
  invoke({ Step, SecretId: secretArn, ClientRequestToken: token });
const current = () => accountIn(findVersion(secret(), 'AWSCURRENT')?.value ?? '');
const pending = () => findVersion(secret(), 'AWSPENDING');

/** A rotation that its third step ends: its value is AWSPENDING, and the database has its password. */
async function givenUp(): Promise<string> {
  const failing = { ...rotator, test: () => Promise.reject(new Error('not now')) };
  const tools = toolsOf(clients, failing, silentLogger);
  await rotateNow(env.organization, {
    secretArn,
    client: clients.secretsManager,
    invoke: (event) => rotateSecret(tools, event),
    attempts: 1,
  });
  env.clock.advance(60_000);
  return pending()?.id ?? '';
}

/** A person gives the secret another value, and the database or not. */
async function setByHand(alsoThere: boolean): Promise<void> {
  const SecretString = JSON.stringify(byHand);
  await clients.secretsManager.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString }));
  if (alsoThere) users.passwords.set(byHand.username, byHand.password);
}

test('keeps the password that was set when the rotation was cut off afterwards', async () => {
  const token = await givenUp();
  const there = users.passwords.get('app');
  expect(there).not.toBe(first.password);

  for (const step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const)
    await again(token, step);

  expect(current().password).toBe(there);
  expect(pending()).toBeUndefined();
});

test('drops a pending version when somebody set the secret by hand afterwards', async () => {
  const token = await givenUp();
  await setByHand(true);

  await expect(again(token)).rejects.toThrow(/was stale: it was created before the current one/);

  expect(current()).toEqual(byHand);
  expect(pending()).toBeUndefined();
  expect(await rotate()).toBeUndefined();
  expect(current()).toMatchObject({ host: byHand.host, password: users.passwords.get('app') });
});

test('keeps a pending version when its password is the one that works', async () => {
  const token = await givenUp();
  await setByHand(false);

  await again(token);

  expect(pending()?.id).toBe(token);
  for (const step of ['setSecret', 'testSecret', 'finishSecret'] as const) await again(token, step);
  expect(current().password).toBe(users.passwords.get('app'));
});

test('keeps a pending version when it is unknown which password works', async () => {
  const { generate, set } = rotator;
  const token = await givenUp();
  await setByHand(true);
  rotator = { generate, ...(set && { set }) };

  await again(token);

  expect(pending()?.id).toBe(token);
});

test('keeps a pending version when the role may not list versions', async () => {
  const token = await givenUp();
  await setByHand(true);
  env.organization.intercept(async ({ operation }, proceed) => {
    if (operation !== 'ListSecretVersionIds') return proceed();
    throw createAwsError('AccessDeniedException', 'no');
  });

  await again(token);

  expect(pending()?.id).toBe(token);
});

test('drops a pending key without a test when no other system uses the key', async () => {
  rotator = { generate: rotator.generate };
  const failing = { ...rotator, test: () => Promise.reject(new Error('not now')) };
  await rotateNow(env.organization, {
    secretArn,
    client: clients.secretsManager,
    invoke: (event) => rotateSecret(toolsOf(clients, failing, silentLogger), event),
    attempts: 1,
  });
  const token = pending()?.id ?? '';
  env.clock.advance(60_000);
  await setByHand(false);

  await expect(again(token)).rejects.toThrow(/was stale/);

  expect(current()).toEqual(byHand);
});

test('keeps a pending version when its own rotation is retried', async () => {
  const token = await givenUp();
  const value = pending()?.value;
  await again(token);
  await again(token);
  expect(pending()?.value).toBe(value);
});

test('keeps AWSPENDING of another rotation, whether it is newer or complete', async () => {
  expect(await rotate()).toBeUndefined();
  const over = findVersion(secret(), 'AWSCURRENT')?.id ?? '';
  const newer = await givenUp();

  await again(over, 'finishSecret');
  await again(over);
  await expect(again('an-older-one')).rejects.toThrow(/neither AWSPENDING nor AWSCURRENT/);

  expect(pending()?.id).toBe(newer);
});

test('keeps the rotation in progress when the secret was set back to an earlier version', async () => {
  expect(await rotate()).toBeUndefined();
  env.clock.advance(60_000);
  const previous = findVersion(secret(), 'AWSPREVIOUS')?.id;
  const token = await givenUp();
  await clients.secretsManager.send(
    new UpdateSecretVersionStageCommand({
      SecretId: secretArn,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: previous,
      RemoveFromVersionId: findVersion(secret(), 'AWSCURRENT')?.id,
    }),
  );

  await again(token);

  expect(pending()?.id).toBe(token);
});
