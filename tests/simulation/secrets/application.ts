import { type ApplicationInput, addApplication } from '../../../simulator/app-config.ts';
import type { SimulatedApplication } from '../../../simulator/app-config-state.ts';
import type { SimulatedWorld } from '../../../simulator/world.ts';
import type { ApplicationLocation } from './application-locations.ts';

/** An application of AppConfig that may be deleted, and created again with its name and other ids. */
export interface RecreatableApplication {
  readonly place: ApplicationLocation;
  readonly input: ApplicationInput;
  /** In its present state, or in its last state before the deletion. */
  application: SimulatedApplication;
  /** Ids that were generated since. */
  made: number;
  /** The version of its hosted configuration that was requested last, when all is quiet. */
  wished?: string;
}

/** The hosted profile of each application, which is deployed by hand. */
export const hostedName = 'features';

export function createApplication(
  world: SimulatedWorld,
  location: ApplicationLocation,
  input: ApplicationInput,
): RecreatableApplication {
  return { place: location, input, application: addApplication(world, input), made: 0 };
}

export const findProfile = ({ profiles }: SimulatedApplication, name: string) =>
  [...profiles.values()].find((each) => each.name === name);

export const isGone = ({ appConfig }: SimulatedWorld, { application }: RecreatableApplication): boolean =>
  !appConfig.applications.has(application.id);

/** An id that nothing has had before. */
export function makeFreshId(home: RecreatableApplication, prefix: string): string {
  home.made += 1;
  return `${prefix}${home.place.name.slice(0, 2)}${home.made}`;
}

const first = [{ content: '{}', contentType: 'application/json' }];

/** In its first state, without deployments. */
export function recreateApplication(world: SimulatedWorld, home: RecreatableApplication): void {
  const before = home.application;
  home.application = addApplication(world, { ...home.input, id: makeFreshId(home, 'app') });
  for (const name of ['settings', hostedName])
    findProfile(home.application, name)?.versions.push(...(findProfile(before, name)?.versions ?? first));
}

/** Whether the AppConfig resources of a target or a delivery exist. */
export function isTargetPresent(
  { appConfig }: SimulatedWorld,
  target: { readonly application: string; readonly environment: string; readonly profile: string },
): boolean {
  const application = appConfig.applications.get(target.application);
  return (
    application?.environments.has(target.environment) === true && application.profiles.has(target.profile)
  );
}
