import { activateConfiguration } from '../../../shared/runs/activate.ts';
import { runLocally } from '../../../simulator/local-deployment.ts';
import { createSimulatedServices } from '../../../simulator/simulated-services.ts';
import { createDraw, createSeededRandom } from '../random.ts';
import { accountId, drawScenario } from './scenario.ts';

/** Each play waits for it. Measurements of plays wait for it before. */
export const prepareCode = (): Promise<void> => {
  warm ??= warmUp();
  return warm;
};

let warm: Promise<void> | undefined;

/**
 * In simulated time no step may wait for the disk. So the modules that the SDK, the runner and the machines load on
 * first use are loaded before.
 */
async function warmUp(): Promise<void> {
  const draw = createDraw(createSeededRandom(0));
  const { organization, configuration } = drawScenario(draw, 1, 1);
  const services = createSimulatedServices(organization, { quick: true });
  await runLocally({ machine: 'organization-sweep', services, name: 'first', input: {} });
  await activateConfiguration(services, configuration, 'the simulation');
  await runLocally({ machine: 'organization-sweep', services, name: 'second', input: {} });
  await runLocally({ services, name: 'third', input: { accountId: accountId(1) } });
}
