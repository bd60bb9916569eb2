import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeEach, expect, test } from '@jest/globals';
import { withPlugins } from '../../../shared/platform/aws/plugins.ts';
import { rotateSecret } from '../../../shared/secrets/rotation-function/index.ts';
import type { Rotator } from '../../../shared/secrets/rotation-function/rotator.ts';
import { type RotationEvent, rotateNow } from '../../../simulator/rotation.ts';
import { findVersion } from '../../../simulator/secrets.ts';
import { createAppKeyEnv, memoryLogger, toolsOf, withErrors } from '../../fixtures/rotation-function.ts';
import { everything, shared } from '../../fixtures/simulator-env.ts';

const token = 'a1b2c3d4-rotation-token-000000000001';

let { env, secretArn, secret, clients } = createAppKeyEnv();

beforeEach(() => {
  ({ env, secretArn, secret, clients } = createAppKeyEnv());
});

/** The client of a role that the function assumes. */
function assumedRole(): SecretsManagerClient {
  env.organization.addRole({
    accountId: shared,
    name: 'rotation',
    trust: everything,
    permissions: everything,
  });
  const credentials = env.organization.credentialsOf(shared, 'rotation');
  const client = new SecretsManagerClient({ region: 'us-east-1', credentials, maxAttempts: 1 });
  return withPlugins(client, [env.organization.plugin()]);
}

const functionRoleArn = 'arn:aws:iam::111122223333:role/rotation-function';
const rotator: Rotator = { generate: async () => 'second-key' };

function rotate(invoke: (event: RotationEvent) => RotationEvent, logger = memoryLogger().logger) {
  const secretsManager = assumedRole();
  const tools = { ...toolsOf(clients, rotator, logger), secretsManager };
  return rotateNow(env.organization, {
    secretArn,
    client: secretsManager,
    functionRoleArn,
    invoke: (event) => rotateSecret(tools, invoke(event)),
    attempts: 2,
  });
}

test('rotates the secret when the function assumes a role of the same or another account', async () => {
  const { logger, lines } = memoryLogger();
  const tokens: string[] = [];

  const error = await rotate((event) => {
    tokens.push(event.RotationToken ?? '');
    return event;
  }, logger);

  expect(error).toBeUndefined();
  expect(findVersion(secret(), 'AWSCURRENT')?.value).toBe('second-key');
  const visibleTexts =
    lines.join() + JSON.stringify([env.organization.world.putEvents, [...secret().versions]]);
  expect(tokens).toHaveLength(4);
  expect(tokens.filter((each) => visibleTexts.includes(each))).toEqual([]);
});

test.each([
  ['is missing', {}],
  ['belongs to another step', { RotationToken: token }],
])('fails the rotation when the rotation token %s', async (_, more) => {
  const error = await rotate(({ RotationToken, ...event }) => ({ ...event, ...more }));

  expect(String(error)).toContain('rotation token is missing or invalid');
  expect(findVersion(secret(), 'AWSCURRENT')?.value).toBe('first-key');
  expect(String(error)).not.toContain(token);
});

test.each(['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'])(
  'hides the rotation token when %s fails and quotes it',
  async (operation) => {
    const { logger, lines } = memoryLogger();
    const seen: unknown[] = [];
    let quoted = '';
    env.organization.intercept(async (call, proceed) => {
      if (call.operation !== operation) return proceed();
      const cause = new Error(`of request ${quoted}`);
      throw Object.assign(new Error(`Token ${quoted} was refused`, { cause }), { request: { quoted } });
    });
    const tools = toolsOf(clients, rotator, logger);
    await rotateNow(env.organization, {
      secretArn,
      client: clients.secretsManager,
      invoke: async (event) => {
        quoted = event.RotationToken ?? '';
        try {
          await rotateSecret(tools, event);
        } catch (thrown) {
          seen.push(thrown);
          throw thrown;
        }
      },
      attempts: 1,
    });

    expect(seen).toHaveLength(1);
    expect(JSON.stringify(seen, withErrors)).toContain('*** was refused');
    expect(lines.join() + JSON.stringify(seen, withErrors)).not.toContain(quoted);
  },
);

test('hides the rotation token when the event is malformed', async () => {
  const event = { Step: 'createSecret', SecretId: 7, ClientRequestToken: token, RotationToken: token };
  const error = await rotateSecret(toolsOf(clients, rotator, memoryLogger().logger), event).catch(
    (thrown: unknown) => thrown,
  );

  expect(error).toMatchObject({ name: 'MalformedEventError' });
  expect(JSON.stringify(error, withErrors)).not.toContain(token);
});
