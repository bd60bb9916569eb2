import { importOrganization } from '../../../shared/accounts/registry.ts';
import { activateConfiguration } from '../../../shared/runs/activate.ts';
import { createSimulatedServices } from '../../../simulator/simulated-services.ts';
import { createProcessClock } from '../time.ts';
import type { SimulationContext } from './context.ts';

/** An operator does the import and the activation, without faults. In some plays runs begin before the import. */
export async function activateFirst(stage: SimulationContext): Promise<void> {
  const { organization, configuration, inner, person, draw } = stage;
  const services = createSimulatedServices(organization, { store: inner, quick: true });
  const { organizations } = services.hub;
  const clock = createProcessClock();
  const early = configuration.approval === undefined && draw.chance(0.1) ? startEarly(stage) : undefined;
  const runs = (await early) ?? [];
  await untilDone(() =>
    importOrganization({ registry: inner.registry, organizations, clock, random: services.random }),
  );
  await activateConfiguration({ store: inner, clock }, configuration, 'the simulation');
  person.approve(organization.world.accounts.keys());
  await Promise.all(runs);
}

/** A throttled step is started again, as an operator does. */
async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (;;)
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ThrottledError') throw error;
      await createProcessClock().sleep(10_000);
    }
}

/** Activates the configuration before the registry is ready, and starts runs for some accounts. */
async function startEarly({
  organization,
  configuration,
  inner,
  draw,
  start,
}: SimulationContext): Promise<Promise<void>[]> {
  await activateConfiguration({ store: inner, clock: createProcessClock() }, configuration, 'the simulation');
  const ids = [...organization.world.accounts.keys()].filter((id) => id.startsWith('5'));
  const runs = draw.some(ids, 0.5).map((id) => start({ accountId: id }));
  await createProcessClock().sleep(draw.between(1_000, 120_000));
  return runs;
}
