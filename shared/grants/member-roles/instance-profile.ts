import { getBareName } from './references.ts';
import type { MemberRole } from './schema.ts';
import { instanceProfileService } from './trusted-services.ts';

/** The name of the instance profile through which EC2 gets the role; `undefined` if the role is not for EC2. */
export const getInstanceProfileName = (role: MemberRole): string | undefined =>
  role.kind === 'application' && role.trusts.service === instanceProfileService
    ? (role.instanceProfile ?? getBareName(role.name))
    : undefined;
