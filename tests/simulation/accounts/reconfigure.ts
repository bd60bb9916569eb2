import type { Configuration } from '../../../shared/configuration/schema.ts';
import { activateConfiguration } from '../../../shared/runs/activate.ts';
import type { Store } from '../../../shared/store/ports.ts';
import { createProcessClock, epoch } from '../time.ts';
import type { Action, ActionContext } from './action.ts';

/** An operator activates the next configuration, and mostly starts a sweep soon. */
export const reconfigure: Action = (happening) => {
  const { activeConfigurations, running } = happening;
  const activated = activeConfigurations.succeed((next) => activate(happening, next));
  running(activated.then(() => mostlySweep(happening)));
};

async function activate({ store, draw, history }: ActionContext, next: Configuration): Promise<void> {
  const clock = createProcessClock(draw.between(-4_000, 4_000));
  if (draw.chance(0.15)) {
    await activateConfiguration({ store: withoutTheLastStep(store), clock }, next, 'a person').catch(
      () => {},
    );
    await sleep(draw.between(1_000, 300_000));
  }
  const { removedResources } = await activateConfiguration({ store, clock }, next, 'a person');
  history.push(
    `${Date.now() - epoch} activated ${JSON.stringify(next.grants)}; dropped ${removedResources.join()}`,
  );
}

async function mostlySweep({ draw, start }: ActionContext): Promise<void> {
  if (!draw.chance(0.6)) return;
  await sleep(draw.between(0, 60_000));
  await start({}, 'organization-sweep');
}

/** The activation fails on the operator's machine before it takes effect, and the operator repeats it. */
const withoutTheLastStep = (store: Store): Store => ({
  ...store,
  configuration: {
    ...store.configuration,
    activate: async () => Promise.reject(new Error('The machine has failed')),
  },
});

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
