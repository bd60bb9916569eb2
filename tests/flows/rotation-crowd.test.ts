import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { takeOver } from '../../shared/secrets/deployment/delivery.ts';
import { createSecretEnv, deliveries, deploy, rotate, startCount } from '../fixtures/secret-env.ts';

test('reports a delivery that another run has taken over, and does not call it complete', async () => {
  const env = await createSecretEnv();
  const { outbox } = env.store;

  const { run } = await deploy(env, await rotate(env), {
    around: async (token, invoke) => {
      const [delivery] = await deliveries(env);
      if (token === 'AdvanceDeploymentFunctionArn' && delivery !== undefined)
        await outbox.put(takeOver(delivery, { runId: 'another', now: env.clock.now() }), delivery.revision);
      return invoke();
    },
  });

  expect(run?.reason).toBe('0 of 1 deployments complete, 1 continued by another run');
  expect(startCount(env)).toBe(0);
});

test('follows forty targets of a secret at once', async () => {
  const environments = Array.from({ length: 45 }, (_, index) => `production-${index}`);
  const env = await createSecretEnv({ environments });
  let [now, most] = [0, 0];

  const { run } = await deploy(env, await rotate(env), {
    around: async (token, invoke) => {
      if (token !== 'AdvanceDeploymentFunctionArn') return invoke();
      now += 1;
      most = Math.max(most, now);
      for (let turns = 0; turns < 200; turns += 1) await turn();
      now -= 1;
      return invoke();
    },
  });

  expect([most, run?.reason]).toEqual([40, '45 of 45 deployments complete']);
});
