import { describe, expect, test } from '@jest/globals';
import { buildRotationEnded } from '../../../simulator/secret-events.ts';
import { slowly } from '../../fixtures/call-faults.ts';
import {
  createSecretEnv,
  currentVersion,
  deploy,
  deployedTo,
  rotate,
  type SecretEnv,
  startCount,
} from '../../fixtures/secret-env.ts';
import type { MakeStorage } from '../../fixtures/storage.ts';

function cloudTrailEvent(env: SecretEnv, name: 'RotationSucceeded' | 'RotationFailed') {
  const secret = env.organization.world.secrets.get(env.secretArn);
  if (secret === undefined) throw new Error('There is no secret');
  return buildRotationEnded(env.organization.world, secret, name);
}

export function deliveryFlows(makeStorage: MakeStorage): void {
  describe('a new version of a secret', () => {
    test('deploys a secret version once when several events report it', async () => {
      const env = await createSecretEnv({
        environments: ['production', 'test'],
        storage: await makeStorage(),
      });
      const event = await rotate(env);
      slowly(env, 100);

      const runs = [event, event, cloudTrailEvent(env, 'RotationSucceeded'), { secretId: env.secretArn }];
      await Promise.all(runs.map((input) => deploy(env, input)));
      const again = await deploy(env, event);

      expect(startCount(env)).toBe(2);
      expect(again.run).toMatchObject({
        status: 'succeeded',
        reason: expect.stringContaining('Nothing to deploy'),
      });
      expect([deployedTo(env), deployedTo(env, 'test')]).toEqual([
        [currentVersion(env)],
        [currentVersion(env)],
      ]);
    });
  });
}
