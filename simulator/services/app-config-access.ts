import type { SimulatedApplication, SimulatedEnvironment, SimulatedProfile } from '../app-config-state.ts';
import { createAwsError } from '../aws-error.ts';
import type { ServiceCall } from '../call.ts';
import { findDenial } from '../permissions.ts';

/** Finds an application in the account of the caller. A caller cannot see applications of other accounts. */
export function findApplication(
  { world, caller, region }: ServiceCall<object>,
  identifier: string | undefined,
): SimulatedApplication {
  const application = [...world.appConfig.applications.values()].find(
    (each) =>
      each.accountId === caller.accountId &&
      each.region === region &&
      [each.id, each.name].includes(identifier ?? ''),
  );
  if (application === undefined) throw createNotFoundError('Application', identifier);
  return application;
}

export const findEnvironment = (
  { environments }: SimulatedApplication,
  identifier: string | undefined,
): SimulatedEnvironment => findEntity('Environment', environments, identifier);

export const findProfile = (
  { profiles }: SimulatedApplication,
  identifier: string | undefined,
): SimulatedProfile => findEntity('ConfigurationProfile', profiles, identifier);

function findEntity<T extends { readonly id: string; readonly name: string }>(
  type: string,
  items: ReadonlyMap<string, T>,
  identifier: string | undefined,
): T {
  const item = [...items.values()].find(({ id, name }) => [id, name].includes(identifier ?? ''));
  if (item === undefined) throw createNotFoundError(type, identifier);
  return item;
}

export const createNotFoundError = (type: string, identifier: unknown) =>
  createAwsError('ResourceNotFoundException', `Could not find ${type} ${identifier}`, 404);

/**
 * Requires that the caller may use each resource of the action ("Actions, resources, and condition keys for AWS
 * AppConfig").
 */
export function authorize(
  { world, caller, region }: ServiceCall<object>,
  action: string,
  resources: readonly string[],
): void {
  for (const resource of resources) {
    const denial = findDenial(world, caller, { action, resource, resourceAccount: caller.accountId, region });
    if (denial !== undefined) throw createAwsError('AccessDeniedException', denial, 403);
  }
}
