import { describe, expect, test } from '@jest/globals';
import { rotationEnded } from '../../../simulator/secret-events.ts';
import { slowly } from '../faults.ts';
import {
  currentVersion,
  deploy,
  deployedTo,
  type RotationWorld,
  rotate,
  rotationWorld,
  startCount,
} from '../rotations.ts';
import type { MakeStorage } from '../storage.ts';

function cloudTrailEvent(of: RotationWorld, name: 'RotationSucceeded' | 'RotationFailed') {
  const secret = of.organization.world.secrets.get(of.secretArn);
  if (secret === undefined) throw new Error('There is no secret');
  return rotationEnded(of.organization.world, secret, name);
}

export function deliveryFlows(makeStorage: MakeStorage): void {
  describe('a new version of a secret', () => {
    test('is deployed once, however often and by whatever it is told of', async () => {
      const of = await rotationWorld({ environments: ['production', 'test'], storage: await makeStorage() });
      const event = await rotate(of);
      slowly(of, 100);

      const runs = [event, event, cloudTrailEvent(of, 'RotationSucceeded'), { secretId: of.secretArn }];
      await Promise.all(runs.map((input) => deploy(of, input)));
      const again = await deploy(of, event);

      expect(startCount(of)).toBe(2);
      expect(again.run).toMatchObject({
        status: 'succeeded',
        reason: expect.stringContaining('Nothing to deploy'),
      });
      expect([deployedTo(of), deployedTo(of, 'test')]).toEqual([[currentVersion(of)], [currentVersion(of)]]);
    });
  });
}
