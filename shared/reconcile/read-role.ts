import type { ResolvedConfiguration } from '../configuration/active-configuration.ts';
import { collectMemberEvidence } from './member-evidence.ts';
import type { MemberRoleReading } from './member-role-state.ts';
import { createPolicyReadings } from './policy-readings.ts';
import type { Services } from './services.ts';

/** The run and the configuration for which policies and roles are read. */
export interface ReadingRequest {
  readonly runId: string;
  readonly active: ResolvedConfiguration;
}

const roleArn = /^arn:[^:]*:iam::(\d{12}):role\/(.+)$/;

/**
 * Reads a role by its ARN, if it is a member role of the configuration. Other roles are unreadable. `undefined` if the
 * ARN is not of a role.
 */
export async function readRole(
  services: Services,
  { runId, active: { configuration } }: ReadingRequest,
  arn: string,
): Promise<MemberRoleReading | undefined> {
  const [, accountId, role] = roleArn.exec(arn) ?? [];
  if (accountId === undefined || role === undefined) return undefined;
  if (!configuration.memberRoles?.some(({ name }) => name === role))
    return {
      outcome: 'unreadable',
      reason: `${role} is no member role of the configuration, so the project may not read the role`,
    };
  const readings = createPolicyReadings(services);
  const request = { runId, configuration, readings, mayArrive: false };
  const members = await collectMemberEvidence(services, request, [{ accountId, role }]);
  return members.find(accountId, { member: { role, part: 'sends' } })?.reading;
}
