import type { SimulatedCall } from '../../../simulator/plugin.ts';
import type { SimulatedWorld } from '../../../simulator/world.ts';
import { keyOf } from '../oracle/resources.ts';
import { findPolicyResourceOfCall } from '../policy-resources.ts';

/**
 * The key of the resource whose lease a write of a policy needs. `undefined` if the call changes no resource with
 * grants.
 */
export function findLeaseKey(world: SimulatedWorld, call: SimulatedCall): string | undefined {
  const { accountId, region, operation, input } = call;
  const { ImageId } = input as { readonly ImageId?: string };
  if (ImageId !== undefined) return keyOf({ kind: 'ami-launch-permission', accountId, region, id: ImageId });
  const owner = ownerOfManagedPolicy(call);
  if (owner !== undefined)
    return keyOf({ kind: 'assume-role-permission', accountId, region: 'us-east-1', id: owner });
  const key = findPolicyResourceOfCall(world, call)?.key();
  // Grants on a key have another lease than its policy.
  return operation.endsWith('Grant') ? key?.replace(/^kms-key-policy/, 'kms-grant') : key;
}

/** `group/Developers`, for a call that writes a managed policy of the group, or attaches it. */
function ownerOfManagedPolicy({ operation, input }: SimulatedCall): string | undefined {
  const { GroupName, RoleName, PolicyName, PolicyArn } = input as Readonly<
    Record<string, string | undefined>
  >;
  if (GroupName !== undefined) return `group/${GroupName}`;
  if (RoleName !== undefined) return /^(At|De)tach/.test(operation) ? `role/${RoleName}` : undefined;
  const [, type, name] = managedPolicy.exec(PolicyName ?? PolicyArn ?? '') ?? [];
  return type === undefined ? undefined : `${type}/${name}`;
}

const managedPolicy = /account-onboarding-sim-(group|role)-(.+)-\d+$/;
