import {
  isAttached,
  type OrganizationPolicy,
  type OrganizationPolicyType,
} from './organization-policy-state.ts';
import { listParentIds, type SimulatedWorld } from './world.ts';

/** Policies of a type that are attached to the target itself. None if the type is not enabled. */
export const listAttachedPolicies = (
  { organizationPolicies: { policies, enabledTypes } }: SimulatedWorld,
  type: OrganizationPolicyType,
  targetId: string,
): readonly OrganizationPolicy[] =>
  enabledTypes.has(type)
    ? [...policies.values()].filter((policy) => policy.type === type && isAttached(policy, targetId))
    : [];

/** The policies that bind an account, each with the root, OU or account that it is attached to. */
export function listPoliciesFor(
  world: SimulatedWorld,
  type: OrganizationPolicyType,
  accountId: string,
): readonly { readonly policy: OrganizationPolicy; readonly level: string }[] {
  const account = world.accounts.get(accountId);
  if (account === undefined || !world.organizationPolicies.enabledTypes.has(type)) return [];
  return [...listParentIds(world, account.parentId), accountId].flatMap((level) =>
    listAttachedPolicies(world, type, level).map((policy) => ({ policy, level })),
  );
}
