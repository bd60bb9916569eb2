import { expect, test } from '@jest/globals';
import { created } from '../fixtures/account-events.ts';
import { small } from '../fixtures/small-configuration.ts';
import { createEnv, onboard } from '../fixtures/test-env.ts';

const key = 'arn:aws:kms:us-east-1:111111111111:key/mrk-789abcde12ab34cd56ef1234567890ab';

const withKey = { ...small(), stacks: { key, keepLogs: false } };

test('onboards an account when the key of the stacks encrypts the table', async () => {
  const env = await createEnv({ configuration: withKey });

  const { status } = await onboard(env, created(env).event);

  expect(status).toBe('SUCCEEDED');
  expect([...env.organization.world.tables.values()].map(({ keyArn }) => keyArn)).toEqual([key]);
});

test('denies the table when the key is disabled', async () => {
  const env = await createEnv({ configuration: withKey });
  const keyState = env.organization.world.keys.get(key);
  if (keyState !== undefined) keyState.state = 'Disabled';

  await expect(env.organization.runAsOperator(() => env.store.runs.get('any'))).rejects.toThrow(/Disabled/);
});
