import type { Access, SignIn } from '../grants/access.ts';
import { getBareName } from '../grants/member-roles/references.ts';
import { findPartitionFacts } from '../platform/partitions.ts';
import type { SignInGuide } from '../store/readiness.ts';
import type { MemberEvidence } from './judge-halves.ts';

/**
 * Tells people how to sign in with the role. `undefined` if the access is not for people, or if the role was not read.
 * Pure.
 */
export function createSignInGuide(
  { signIn, member }: Access,
  evidence: MemberEvidence | undefined,
): SignInGuide | undefined {
  if (signIn === undefined || member === undefined || evidence?.reading.outcome !== 'read') return undefined;
  const { arn, maxSessionSeconds } = evidence.reading.state;
  const [, partition = 'aws', , , accountId = ''] = arn.split(':');
  const roleLocation = { arn, partition, accountId, role: member.role };
  const switchRole = createSwitchRoleLink(roleLocation, signIn);
  return {
    roleArn: arn,
    ...(switchRole === undefined ? {} : { switchRole }),
    profile: createProfile(roleLocation, signIn, maxSessionSeconds),
  };
}

interface RolePlace {
  readonly arn: string;
  readonly partition: string;
  readonly accountId: string;
  /** With its path. */
  readonly role: string;
}

/**
 * The longest path and name of a role that the console's link accepts. IAM user guide, "Methods to assume a role": "the
 * combined Path and RoleName cannot exceed 64 characters".
 */
const longestSwitchName = 64;

/**
 * A link with which a person switches to the role in the console. The name in the link includes the role's path ("Grant
 * a user permissions to switch roles", IAM user guide). `undefined` if the role requires an external id, because the
 * console cannot send one.
 */
function createSwitchRoleLink(
  { partition, accountId, role }: RolePlace,
  { externalId, accountName }: SignIn,
): string | undefined {
  const domain = findPartitionFacts(partition)?.consoleDomain;
  if (domain === undefined || externalId !== undefined || role.length > longestSwitchName) return undefined;
  const displayName = `${getBareName(role)} ${accountName || accountId}`
    .replace(/[^\w.-]+/g, '-')
    .slice(0, longestSwitchName);
  const query = Object.entries({ account: accountId, roleName: role, displayName }).map(
    // Slashes in the role's path stay as they are, as in links of the IAM console. A query may have slashes.
    ([key, value]) => `${key}=${encodeURIComponent(value).replaceAll('%2F', '/')}`,
  );
  return `https://signin.${domain}/switchrole?${query.join('&')}`;
}

/**
 * A profile for the AWS CLI. `source_profile` and the MFA device are different for each person, so the lines have
 * placeholders for them ("Assume role credential provider", AWS SDKs and Tools reference guide).
 */
function createProfile(
  { arn, partition, accountId, role }: RolePlace,
  { from, mfa, externalId }: SignIn,
  maxSessionSeconds: number,
): readonly string[] {
  return [
    `[profile ${getBareName(role)}-${accountId}]`,
    `role_arn = ${arn}`,
    `# The profile of your user in account ${from}`,
    'source_profile = default',
    ...(mfa ? ['# The ARN of your MFA device', `mfa_serial = arn:${partition}:iam::${from}:mfa/DEVICE`] : []),
    ...(externalId === undefined ? [] : [`external_id = ${externalId}`]),
    `duration_seconds = ${maxSessionSeconds}`,
  ];
}
