import { describe, expect, test } from '@jest/globals';
import type { Store } from '../../shared/store/ports.ts';
import { simulatedServices } from '../../simulator/simulated-services.ts';
import {
  currentVersion,
  deliveries,
  deploy,
  deployedTo,
  namedTarget,
  type RotationWorld,
  rotate,
  rotationWorld,
  startCount,
} from './rotations.ts';

const hour = 3_600_000;

/** Calls to AWS and changes of the outbox, counted; from the fatal one on, nothing gets through. */
function mortal(of: RotationWorld, diesAt: number, when: 'before' | 'after') {
  let count = 0;
  const dead = () => Object.assign(new Error('The process is gone'), { name: 'ProcessIsGone' });
  const guard = async <T>(proceed: () => Promise<T>): Promise<T> => {
    count += 1;
    if (count > diesAt || (count === diesAt && when === 'before')) throw dead();
    const answer = await proceed();
    if (count >= diesAt) throw dead();
    return answer;
  };
  const stop = of.organization.intercept((_, proceed) => guard(proceed));
  const { outbox, runs } = of.store;
  const store: Store = {
    ...of.store,
    outbox: { ...outbox, put: (...args) => guard(() => outbox.put(...args)) },
    runs: { ...runs, put: (run) => guard(() => runs.put(run)) },
  };
  return {
    services: simulatedServices(of.organization, { store }),
    /** @returns whether it died */
    bury: () => {
      stop();
      return count >= diesAt;
    },
  };
}

const inputs = {
  'the same event': async (of: RotationWorld, event: unknown) => deploy(of, event),
  'a start by hand': async (of: RotationWorld) => deploy(of, { secretId: of.secretArn }),
  'the scheduled look': async (of: RotationWorld) => deploy(of, { unfinished: true }),
};

describe.each(Object.entries(inputs))('a run that dies at any call is finished by %s', (_, finish) => {
  test.each(['before' as const, 'after' as const])('%s the call took effect', async (when) => {
    for (let diesAt = 1; ; diesAt += 1) {
      // One world, where a rotation begins that its run does not survive.
      const of = await rotationWorld({ rotation: namedTarget });
      const event = await rotate(of);
      of.organization.resetCalls();
      const run = mortal(of, diesAt, when);
      await deploy(of, event, { services: run.services });
      if (!run.bury()) {
        expect(diesAt).toBeGreaterThan(10);
        return;
      }
      of.clock.advance(hour);

      await finish(of, event);

      expect([diesAt, deployedTo(of)]).toEqual([diesAt, [currentVersion(of)]]);
      expect([diesAt, (await deliveries(of)).map(({ status }) => status)]).toEqual([diesAt, ['complete']]);
      expect(startCount(of)).toBeLessThanOrEqual(2);
    }
  });
});

test('while a run is at it, another one leaves its deliveries alone', async () => {
  const of = await rotationWorld();
  const event = await rotate(of);
  let looked: Awaited<ReturnType<typeof deploy>> | undefined;

  await deploy(of, event, {
    around: async (token, invoke) => {
      if (token === 'AdvanceDeploymentFunctionArn') looked ??= await deploy(of, { unfinished: true });
      return invoke();
    },
  });

  expect(looked).toEqual({ status: 'SUCCEEDED', run: undefined });
  expect(startCount(of)).toBe(1);
});
