import { describe, expect, test } from '@jest/globals';
import type { Store } from '../../shared/store/ports.ts';
import { createSimulatedServices } from '../../simulator/simulated-services.ts';
import {
  createSecretEnv,
  currentVersion,
  deliveries,
  deploy,
  deployedTo,
  namedTarget,
  rotate,
  type SecretEnv,
  startCount,
} from '../fixtures/secret-env.ts';

const hour = 3_600_000;

/** Calls to AWS and changes of the outbox, counted; from the fatal one on, nothing gets through. */
function mortal(env: SecretEnv, diesAt: number, when: 'before' | 'after') {
  let count = 0;
  const dead = () => Object.assign(new Error('The process is gone'), { name: 'ProcessIsGone' });
  const guard = async <T>(proceed: () => Promise<T>): Promise<T> => {
    count += 1;
    if (count > diesAt || (count === diesAt && when === 'before')) throw dead();
    const answer = await proceed();
    if (count >= diesAt) throw dead();
    return answer;
  };
  const stop = env.organization.intercept((_, proceed) => guard(proceed));
  const { outbox, runs } = env.store;
  const store: Store = {
    ...env.store,
    outbox: { ...outbox, put: (...args) => guard(() => outbox.put(...args)) },
    runs: { ...runs, put: (run) => guard(() => runs.put(run)) },
  };
  return {
    services: createSimulatedServices(env.organization, { store }),
    /** @returns whether it died */
    bury: () => {
      stop();
      return count >= diesAt;
    },
  };
}

const inputs = {
  'the same event': async (env: SecretEnv, event: unknown) => deploy(env, event),
  'a start by hand': async (env: SecretEnv) => deploy(env, { secretId: env.secretArn }),
  'the scheduled look': async (env: SecretEnv) => deploy(env, { resumePending: true }),
};

describe.each(Object.entries(inputs))('a run that dies at any call is finished by %s', (_, finish) => {
  test.each(['before' as const, 'after' as const])(
    'finishes the deployment in another run when a run dies %s a call took effect',
    async (when) => {
      for (let diesAt = 1; ; diesAt += 1) {
        // One world, where a rotation begins that its run does not survive.
        const env = await createSecretEnv({ secretDeployment: namedTarget });
        const event = await rotate(env);
        env.organization.resetCalls();
        const run = mortal(env, diesAt, when);
        await deploy(env, event, { services: run.services });
        if (!run.bury()) {
          expect(diesAt).toBeGreaterThan(10);
          return;
        }
        env.clock.advance(hour);

        await finish(env, event);

        expect([diesAt, deployedTo(env)]).toEqual([diesAt, [currentVersion(env)]]);
        expect([diesAt, (await deliveries(env)).map(({ status }) => status)]).toEqual([diesAt, ['complete']]);
        expect(startCount(env)).toBeLessThanOrEqual(2);
      }
    },
  );
});

test('leaves a delivery to the run that works on it', async () => {
  const env = await createSecretEnv();
  const event = await rotate(env);
  let looked: Awaited<ReturnType<typeof deploy>> | undefined;

  await deploy(env, event, {
    around: async (token, invoke) => {
      if (token === 'AdvanceDeploymentFunctionArn') looked ??= await deploy(env, { resumePending: true });
      return invoke();
    },
  });

  expect(looked).toEqual({ status: 'SUCCEEDED', run: undefined });
  expect(startCount(env)).toBe(1);
});
