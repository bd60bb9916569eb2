import { type ApplicationInput, addApplication } from '../../../simulator/app-config.ts';
import type { SimulatedApplication } from '../../../simulator/app-config-state.ts';
import type { SimulatedWorld } from '../../../simulator/world.ts';
import type { ApplicationLocation } from './application-locations.ts';

/** An application of AppConfig that may be deleted, and made anew under its name with other ids. */
export interface RecreatableApplication {
  readonly place: ApplicationLocation;
  readonly input: ApplicationInput;
  /** As it is, or was when it was deleted. */
  application: SimulatedApplication;
  /** Ids that were made up since. */
  made: number;
  /** The version of its hosted configuration that was asked for last, when all is quiet. */
  wished?: string;
}

/** The profile of each application that AppConfig hosts, and that is deployed by hand. */
export const hostedName = 'features';

export function createApplication(
  world: SimulatedWorld,
  place: ApplicationLocation,
  input: ApplicationInput,
): RecreatableApplication {
  return { place, input, application: addApplication(world, input), made: 0 };
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

/** As it was at first, with none of its deployments. */
export function recreateApplication(world: SimulatedWorld, home: RecreatableApplication): void {
  const before = home.application;
  home.application = addApplication(world, { ...home.input, id: makeFreshId(home, 'app') });
  for (const name of ['settings', hostedName])
    findProfile(home.application, name)?.versions.push(...(findProfile(before, name)?.versions ?? first));
}

/** Whether AppConfig has what a target of the configuration, or of a delivery, is about. */
export function isTargetPresent(
  { appConfig }: SimulatedWorld,
  target: { readonly application: string; readonly environment: string; readonly profile: string },
): boolean {
  const application = appConfig.applications.get(target.application);
  return (
    application?.environments.has(target.environment) === true && application.profiles.has(target.profile)
  );
}
