import type { SimulatedApplication, SimulatedEnvironment, SimulatedProfile } from '../app-config-state.ts';
import { awsError } from '../aws-error.ts';
import type { ServiceCall } from '../call.ts';
import { denialOf } from '../permissions.ts';

/** The caller's own application; those of others are not to be seen. */
export function applicationOf(
  { world, caller, region }: ServiceCall<object>,
  identifier: string | undefined,
): SimulatedApplication {
  const application = [...world.appConfig.applications.values()].find(
    (each) =>
      each.accountId === caller.accountId &&
      each.region === region &&
      [each.id, each.name].includes(identifier ?? ''),
  );
  if (application === undefined) throw notFound('Application', identifier);
  return application;
}

export const environmentOf = (
  { environments }: SimulatedApplication,
  identifier: string | undefined,
): SimulatedEnvironment => found('Environment', environments, identifier);

export const profileOf = (
  { profiles }: SimulatedApplication,
  identifier: string | undefined,
): SimulatedProfile => found('ConfigurationProfile', profiles, identifier);

function found<T extends { readonly id: string; readonly name: string }>(
  type: string,
  items: ReadonlyMap<string, T>,
  identifier: string | undefined,
): T {
  const item = [...items.values()].find(({ id, name }) => [id, name].includes(identifier ?? ''));
  if (item === undefined) throw notFound(type, identifier);
  return item;
}

export const notFound = (type: string, identifier: unknown) =>
  awsError('ResourceNotFoundException', `Could not find ${type} ${identifier}`, 404);

/** Every resource that the action is on must be allowed ("Actions, resources, and condition keys for AWS AppConfig"). */
export function authorize(
  { world, caller, region }: ServiceCall<object>,
  action: string,
  resources: readonly string[],
): void {
  for (const resource of resources) {
    const denial = denialOf(world, caller, { action, resource, resourceAccount: caller.accountId, region });
    if (denial !== undefined) throw awsError('AccessDeniedException', denial, 403);
  }
}
