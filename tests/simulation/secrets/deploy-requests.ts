import type { SimulatedProfile } from '../../../simulator/app-config-state.ts';
import { type Action, type ActionContext, minute, sleep } from './action.ts';
import { findProfile, hostedName, isGone, type RecreatableApplication } from './application.ts';

/** An operator requests a version of a hosted configuration, by ids or names. The request may arrive late, or twice. */
export const requestDeployment: Action = async (scene, { home }) => {
  const { draw, organization, hub, start, run } = scene;
  const profile = findProfile(home.application, hostedName);
  if (!hub || profile === undefined || isGone(organization.world, home)) return;
  if (draw.chance(0.5)) addVersion(profile);
  const input = createDeployRequest(scene, home, profile);
  for (let times = draw.chance(0.15) ? 2 : 1; times > 0; times -= 1) {
    await sleep(draw.chance(0.8) ? draw.between(200, 5_000) : draw.between(0, 20 * minute));
    run(start(input));
  }
};

/** An operator requests a missing version. The only result may be the record of a failed run. */
export const requestWrongDeployment: Action = async (scene, { home }) => {
  const { draw, organization, hub, start, run, watch } = scene;
  const profile = findProfile(home.application, hostedName);
  if (!hub || profile === undefined || isGone(organization.world, home)) return;
  const wrong = draw.pick([
    { version: String(profile.versions.length + 1_000) },
    { version: 'latest' },
    { environments: ['produktion'] },
    { profile: 'featurs' },
    { profile: findProfile(home.application, 'database')?.id ?? 'gone123' },
    { application: 'shoop' },
  ]);
  run(start({ ...createDeployRequest(scene, home, profile), ...wrong }).then((name) => watch.mustFail(name)));
};

/**
 * In the quiet at the end every hosted configuration is requested twice more. The second request is the last, even if
 * the run of the first is slower.
 */
export async function requestLastDeployments(scene: ActionContext): Promise<void> {
  const { hub, homes, organization, start, run } = scene;
  for (const home of homes) {
    const profile = findProfile(home.application, hostedName);
    if (!hub || profile === undefined || isGone(organization.world, home)) continue;
    addVersion(profile);
    const versions = scene.draw.chance(0.5) ? [2, 1] : [1, profile.versions.length];
    const isSlow = scene.draw.chance(0.5);
    for (const [index, version] of versions.entries()) {
      const wished = () => start({ ...named(home), version });
      run(index === 0 && isSlow ? slowly(scene, wished) : wished());
      home.wished = String(version);
      await sleep(scene.draw.between(10, 40) * 1_000);
    }
  }
}

/** The first answer of AppConfig to an execution is so late that the next request comes before it. */
async function slowly({ organization }: ActionContext, wished: () => Promise<string>): Promise<string> {
  let answers = 0;
  const stop = organization.intercept(async ({ operation }, proceed) => {
    const isFirst = operation === 'ListHostedConfigurationVersions' && answers === 0;
    if (isFirst) {
      answers += 1;
      await sleep(50_000);
    }
    return proceed();
  });
  return wished().finally(stop);
}

function addVersion({ versions }: SimulatedProfile): void {
  const number = versions.length + 1;
  versions.push({ content: `{"number":${number}}`, contentType: 'application/json', label: labelOf(number) });
}

const labelOf = (number: number): string => `v${number}`;

const named = ({ place, application }: RecreatableApplication) => ({
  application: application.name,
  profile: hostedName,
  account: place.name,
});

function createDeployRequest(
  { draw }: ActionContext,
  home: RecreatableApplication,
  profile: SimulatedProfile,
): object {
  const { application, place } = home;
  const number = draw.between(1, profile.versions.length);
  const byId = draw.chance(0.5);
  const environments = draw.some([...application.environments.values()], 0.6);
  return {
    ...(byId ? { application: application.id, profile: profile.id, account: place.name } : named(home)),
    version: draw.pick([number, String(number), profile.versions[number - 1]?.label ?? number]),
    ...(environments.length === 0 ? {} : { environments: environments.map(nameOrId(draw)) }),
  };
}

const nameOrId =
  (draw: ActionContext['draw']) =>
  ({ id, name }: { readonly id: string; readonly name: string }): string =>
    draw.chance(0.5) ? id : name;
