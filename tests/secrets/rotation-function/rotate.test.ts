import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { AccessDeniedError } from '../../../shared/platform/aws/errors.ts';
import { RotationRefusedError } from '../../../shared/secrets/rotation-function/errors.ts';
import {
  alternateUsers,
  createApiKeyGenerator,
  createPasswordGenerator,
  rotateJsonField,
  rotateSecret,
} from '../../../shared/secrets/rotation-function/index.ts';
import type { Rotator } from '../../../shared/secrets/rotation-function/rotator.ts';
import { type RotationEvent, rotateNow } from '../../../simulator/rotation.ts';
import { silentLogger } from '../../../simulator/simulated-services.ts';
import {
  accountIn,
  type Database,
  database,
  functionIn,
  memoryLogger,
  type RotationFunction,
  singleUser,
  toolsOf,
} from '../../fixtures/rotation-function.ts';
import { createSimulatorEnv, type SimulatorEnv, shared } from '../../fixtures/simulator-env.ts';

const first = { username: 'app', password: 'first-password', host: 'db.example.com' };

let env: SimulatorEnv;
let secretArn: string;
let users: Database;
let clients: RotationFunction;

const prepare = () => {
  env = createSimulatorEnv();
  const value = JSON.stringify(first);
  secretArn = env.organization.addSecret({ accountId: shared, name: 'app/database', value });
  users = database(first.username, first.password);
  clients = functionIn(env.organization, shared, 'us-east-1');
};

beforeEach(prepare);

const tools = (rotator: Rotator = singleUser(clients.secretsManager, users), logger = silentLogger) =>
  toolsOf(clients, rotator, logger);

const rotate = (given = tools(), attempts = 5) =>
  rotateNow(env.organization, {
    secretArn,
    client: clients.secretsManager,
    invoke: (event) => rotateSecret(given, event),
    attempts,
  });

const current = async () => {
  const answer = await clients.secretsManager.send(new GetSecretValueCommand({ SecretId: secretArn }));
  return { version: answer.VersionId, account: accountIn(answer.SecretString ?? '') };
};

const stages = () =>
  [...(env.organization.world.secrets.get(secretArn)?.versions.values() ?? [])].map((each) => [
    ...each.stages,
  ]);

const asked = () => env.organization.world.putEvents.map(({ Detail }) => JSON.parse(String(Detail)));

describe('the four steps', () => {
  test('changes the password in the database, makes it current and requests its deployment', async () => {
    expect(await rotate()).toBeUndefined();

    const { version, account } = await current();
    expect(account).toMatchObject({ username: 'app', host: 'db.example.com' });
    expect(account.password).toHaveLength(24);
    expect(users.passwords.get('app')).toBe(account.password);
    expect(stages()).toEqual([['AWSPREVIOUS'], ['AWSCURRENT']]);
    expect(asked()).toEqual([{ secretId: secretArn, versionId: version }]);
  });

  test('rotates a secret a second time', async () => {
    for (const _ of [1, 2, 3]) expect(await rotate()).toBeUndefined();
    expect(users.passwords.get('app')).toBe((await current()).account.password);
    expect(asked()).toHaveLength(3);
  });

  test.each(['before', 'after'] as const)(
    'completes the rotation when a call is cut off %s it took effect, and requests the deployment',
    async (when) => {
      for (let cutAt = 1; ; cutAt += 1) {
        prepare();
        let count = 0;
        const stop = env.organization.intercept(async (call, proceed) => {
          if (call.operation === 'RotateSecret') return proceed();
          count += 1;
          if (count === cutAt && when === 'before') throw cutOff();
          const answer = await proceed();
          if (count === cutAt) throw cutOff();
          return answer;
        });

        expect([cutAt, await rotate()]).toEqual([cutAt, undefined]);
        stop();

        const { version, account } = await current();
        expect([cutAt, users.passwords.get('app')]).toEqual([cutAt, account.password]);
        expect([cutAt, stages().at(-1)]).toEqual([cutAt, ['AWSCURRENT']]);
        const request = { secretId: secretArn, versionId: version };
        expect([cutAt, asked()]).toEqual([cutAt, expect.arrayContaining([request])]);
        if (count < cutAt) {
          expect(cutAt).toBeGreaterThan(10);
          return;
        }
      }
    },
  );
});

const cutOff = () => Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });

const invoke = (event: Partial<RotationEvent>, given = tools()) =>
  rotateSecret(given, {
    Step: 'createSecret',
    SecretId: secretArn,
    ClientRequestToken: 'version-2',
    ...event,
  });

describe('a rotation that must not be', () => {
  const staged = (stage: string, value?: string) =>
    env.organization.world.secrets.get(secretArn)?.versions.set('version-2', {
      id: 'version-2',
      createdAt: env.clock.now(),
      value,
      stages: new Set([stage]),
    });
  const enable = () =>
    Object.assign(env.organization.world.secrets.get(secretArn) ?? {}, { rotationFunctionArn: 'f' });

  test('refuses a secret without rotation, a version without AWSPENDING, and an empty input', async () => {
    staged('AWSPENDING');
    await expect(invoke({})).rejects.toThrow(/Rotation of .* is not enabled/);
    enable();
    await expect(invoke({ ClientRequestToken: 'version-9' })).rejects.toThrow(
      /neither AWSPENDING nor AWSCURRENT/,
    );
    await expect(rotateSecret(tools(), { Step: 'undoSecret' })).rejects.toMatchObject({
      name: 'MalformedEventError',
    });
    await expect(invoke({ Step: 'setSecret' })).rejects.toThrow(/createSecret comes first/);
  });

  test('removes AWSPENDING from a version with the current value, so that the next rotation can start', async () => {
    enable();
    staged('AWSPENDING', JSON.stringify(first));
    await expect(invoke({})).rejects.toThrow(/was stale/);
    expect(await rotate()).toBeUndefined();
  });

  test('refuses a secret that is not JSON, without quoting it', async () => {
    secretArn = env.organization.addSecret({
      accountId: shared,
      name: 'app/text',
      value: 'no-json-at-all',
    });
    const error = await rotate();
    expect(error).toMatchObject({ name: 'RotationRefusedError' });
    expect(String(error)).not.toContain('no-json-at-all');
  });
});

describe('a password that is not accepted', () => {
  test('fails the rotation without quoting a value, and keeps the old password, when the database rejects the new one', async () => {
    const { logger, lines } = memoryLogger();
    const good = singleUser(clients.secretsManager, users);
    const { generate, test: login } = good;
    const error = await rotate(
      tools({ generate, set: async () => {}, ...(login && { test: login }) }, logger),
    );

    expect(error).toMatchObject({ name: 'RotationStepError' });
    expect(String(error)).toContain('testSecret: Error: password authentication failed for *** with "***"');
    expect((await current()).account).toEqual(first);
    const pending =
      [...(env.organization.world.secrets.get(secretArn)?.versions.values() ?? [])].at(-1)?.value ?? '';
    expect(lines.join() + JSON.stringify(error)).not.toContain(accountIn(pending).password);
  });
});

test('quotes no part of a value that a step cannot parse', async () => {
  secretArn = env.organization.addSecret({ accountId: shared, name: 'app/text', value: 'old-value' });
  const rotator: Rotator = {
    generate: async () => 'planted-value-that-is-no-json',
    set: async ({ pending }) => void accountIn(pending),
  };

  const error = await rotate(tools(rotator));

  expect(error).toMatchObject({ name: 'RotationStepError' });
  expect(String(error)).toContain('setSecret: SyntaxError');
  expect(String(error) + JSON.stringify(error)).not.toContain('plan');
});

describe('an error of a step', () => {
  const loggedError = async (error: Error) => {
    const value = JSON.stringify({ pin: 48213377, port: 5432, user: 'planted-user' });
    secretArn = env.organization.addSecret({ accountId: shared, name: 'app/pin', value });
    const rotator: Rotator = {
      generate: async () => value.replace('user', 'other'),
      set: () => Promise.reject(error),
    };
    return rotate(tools(rotator));
  };

  test('masks numbers that may be a secret in an error, and keeps the port', async () => {
    const error = await loggedError(new Error('localhost:5432 refused PIN 48213377'));
    expect(String(error)).toContain('localhost:5432 refused PIN ***');
  });

  test.each([
    [
      new RotationRefusedError('planted-user has no rights', { user: 'planted-user' }),
      'RotationRefusedError',
    ],
    [new AccessDeniedError('planted-user was denied', { user: 'planted-user' }), 'RotationStepError'],
  ])('masks secret values in an error of the project: %s', async (thrown, name) => {
    const error = await loggedError(thrown);
    expect(error).toMatchObject({
      name,
      message: expect.stringMatching(/\*\*\* (has no rights|was denied)/),
    });
    expect(String(error) + JSON.stringify(error)).not.toContain('planted-user');
  });
});

describe('two users', () => {
  test('alternates two users, so that the current password stays valid until the rotation after the next one', async () => {
    users.passwords.set('app_clone', 'unused');
    const rotator: Rotator = {
      generate: alternateUsers(createPasswordGenerator(clients.secretsManager)),
      set: async ({ pending }) => {
        const { username, password } = accountIn(pending);
        users.passwords.set(username, password);
      },
    };
    const names: string[] = [];
    for (const _ of [1, 2]) {
      const { account: before } = await current();
      expect(await rotate(tools(rotator))).toBeUndefined();
      const { account } = await current();
      names.push(account.username);
      expect(() => users.login(before.username, before.password)).not.toThrow();
      expect(() => users.login(account.username, account.password)).not.toThrow();
    }
    expect(names).toEqual(['app_clone', 'app']);
  });
});

describe('an API key', () => {
  test('generates an API key of random bytes after its prefix', async () => {
    const bytes = (size: number) => new Uint8Array(size).fill(255);
    const generate = rotateJsonField('key', createApiKeyGenerator(bytes, { prefix: 'live_', bytes: 3 }));
    expect(JSON.parse(await generate('{"key":"old","owner":"shop"}'))).toEqual({
      key: 'live_____',
      owner: 'shop',
    });
  });
});

test('completes the rotation when the event bus refuses the deployment request, and logs three attempts', async () => {
  const { logger, lines } = memoryLogger();
  const given = { ...tools(undefined, logger), askForDeployment: () => Promise.reject(new Error('no bus')) };
  expect(await rotate(given)).toBeUndefined();
  expect(lines.filter((line) => line.includes('Could not request the deployment'))).toHaveLength(3);
});
