import { getBareName } from './references.ts';
import type { MemberRole } from './schema.ts';
import { getTrust } from './trust.ts';
import { instanceProfileService } from './trusted-services.ts';

/**
 * The name of the instance profile through which an EC2 instance gets the role. `undefined` if the role is not for EC2.
 */
export function getInstanceProfileName(role: MemberRole): string | undefined {
  const trust = getTrust(role);
  if (role.kind !== 'application' || trust.type !== 'service') return undefined;
  return trust.service === instanceProfileService
    ? (role.instanceProfile ?? getBareName(role.name))
    : undefined;
}
