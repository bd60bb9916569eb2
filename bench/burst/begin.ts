import type { Random } from '../../shared/platform/clock.ts';
import { createExampleOrganization } from '../../simulator/example-organization.ts';
import { runLocally } from '../../simulator/local-deployment.ts';
import { createSimulatedServices } from '../../simulator/simulated-services.ts';
import { createSeededRandom } from '../../tests/simulation/random.ts';
import { runInSimulatedTime } from '../../tests/simulation/time.ts';
import { burstConfiguration } from './scene.ts';

/** Does the work in simulated time. @param work gets randomness, and a function that returns the real seconds so far */
export async function inQuietTime<T>(
  seed: number,
  work: (random: Random, realSeconds: () => number) => Promise<T>,
): Promise<T> {
  warm ??= warmUp();
  await warm;
  const random = createSeededRandom(seed);
  const begun = performance.now();
  return runInSimulatedTime(random, () => work(random, () => (performance.now() - begun) / 1_000));
}

let warm: Promise<void> | undefined;

/**
 * In simulated time no step may wait for the disk. So the modules that the state machines import on first use are
 * loaded before.
 */
async function warmUp(): Promise<void> {
  const clock = { now: Date.now, sleep: async () => {} };
  const organization = createExampleOrganization(burstConfiguration(), {
    clock,
    random: createSeededRandom(0),
  });
  const services = createSimulatedServices(organization, { quick: true });
  await runLocally({ machine: 'organization-sweep', services, name: 'first', input: {} });
  await runLocally({ services, name: 'second', input: { accountId: '222222222222' } });
}
