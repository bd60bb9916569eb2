import { type Action, type ActionContext, minute, sleep } from './action.ts';
import { isGone, makeFreshId, type RecreatableApplication, recreateApplication } from './application.ts';

/**
 * Somebody deletes an application, an environment or a profile at any time. Mostly it is created again with its name
 * and another id. The operator whose configuration names it updates the configuration, or forgets to.
 */
export const deleteSomething: Action = async (scene, { home }) => {
  const { draw, organization, note, configure } = scene;
  if (isGone(organization.world, home)) return;
  const what = draw.pick(['application', 'environment', 'environment', 'profile'] as const);
  const back = removed[what](scene, home);
  note(`${what} of ${home.input.name} has vanished`);
  if (draw.chance(0.75)) {
    await sleep(draw.between(1, 40) * minute);
    back();
    note(`${what} of ${home.input.name} is back`);
  }
  await sleep(draw.between(0, 10) * minute);
  if (draw.chance(0.8)) await configure();
};

/** @returns a function that creates it again */
type Removal = (scene: ActionContext, home: RecreatableApplication) => () => void;

const removed: Readonly<Record<'application' | 'environment' | 'profile', Removal>> = {
  application: ({ organization: { world } }, home) => {
    world.appConfig.applications.delete(home.application.id);
    return () => recreateApplication(world, home);
  },
  environment: ({ draw }, home) => removeOne(home, draw.pick, home.application.environments, 'env'),
  /** Other people deploy settings at any time. */
  profile: ({ draw }, home) =>
    removeOne(home, draw.pick, home.application.profiles, 'pro', ({ name }) => name !== 'settings'),
};

function removeOne<T extends { readonly id: string; readonly name: string }>(
  home: RecreatableApplication,
  pick: <P>(env: readonly P[]) => P,
  items: Map<string, T>,
  prefix: string,
  mayGo: (item: T) => boolean = () => true,
): () => void {
  const candidates = [...items.values()].filter(mayGo);
  if (candidates.length === 0) return () => {};
  const item = pick(candidates);
  items.delete(item.id);
  return () => {
    const id = makeFreshId(home, prefix);
    items.set(id, { ...item, id, ...('deployments' in item ? { deployments: [] } : {}) });
  };
}
