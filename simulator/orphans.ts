import { makeUniqueId } from './iam-makers.ts';
import type { SimulatedResource } from './simulated-resources.ts';
import type { SimulatedWorld } from './world.ts';

/**
 * Deletes a role. From now on, policies and grants that named it contain its unique id instead, and no write accepts
 * this id.
 */
export function deleteRole(world: SimulatedWorld, arn: string): void {
  const role = world.roles.get(arn);
  if (role === undefined) throw new Error(`There is no role ${arn}`);
  world.roles.delete(arn);
  replaceByUniqueId(world, arn, role.uniqueId);
}

/** Like `deleteRole`, but for a user, or for a role of an account outside the organization. */
export function deletePrincipal(world: SimulatedWorld, arn: string): void {
  const isUser = world.users.delete(arn);
  if (!world.principals.delete(arn) && !isUser) throw new Error(`There is no user or role ${arn}`);
  replaceByUniqueId(world, arn, makeUniqueId(arn));
}

function replaceByUniqueId(world: SimulatedWorld, arn: string, uniqueId: string): void {
  const replaced = (policy: string): string =>
    policy.replaceAll(JSON.stringify(arn), JSON.stringify(uniqueId));
  for (const resource of listPolicyResources(world))
    resource.policy = resource.policy === undefined ? undefined : replaced(resource.policy);
  for (const role of world.roles.values()) role.trust = replaced(role.trust);
  for (const grant of [...world.grants.values()].flat()) if (grant.grantee === arn) grant.grantee = uniqueId;
}

const listPolicyResources = ({
  buckets,
  keys,
  repositories,
  secrets,
}: SimulatedWorld): readonly SimulatedResource[] =>
  [buckets, keys, repositories, secrets].flatMap((resources) => [...resources.values()]);
