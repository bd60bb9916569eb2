import type { Access, SignIn } from '../grants/access.ts';
import { getBareName } from '../grants/member-roles/references.ts';
import { findPartitionFacts } from '../platform/partitions.ts';
import type { SignInGuide } from '../store/readiness.ts';
import type { MemberEvidence } from './judge-halves.ts';

/** `undefined` if the access is not for people, or if the role was not read. Pure. */
export function createSignInGuide(
  { signIn, member }: Access,
  evidence: MemberEvidence | undefined,
): SignInGuide | undefined {
  if (signIn === undefined || member === undefined || evidence?.reading.outcome !== 'read') return undefined;
  const { arn, maxSessionSeconds } = evidence.reading.state;
  const [, partition = 'aws', , , accountId = ''] = arn.split(':');
  const place = { arn, partition, accountId, role: member.role };
  const switchRole = createSwitchRoleLink(place, signIn);
  return {
    roleArn: arn,
    ...(switchRole === undefined ? {} : { switchRole }),
    profile: createProfile(place, signIn, maxSessionSeconds),
  };
}

interface RolePlace {
  readonly arn: string;
  readonly partition: string;
  readonly accountId: string;
  /** With its path. */
  readonly role: string;
}

/** IAM user guide, "Methods to assume a role": "the combined Path and RoleName cannot exceed 64 characters". */
const longestSwitchName = 64;

/**
 * The console sends no external id, so it cannot switch to a role that requires one. The name of the role has its path.
 * Source: IAM user guide, "Grant a user permissions to switch roles".
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
    // A slash is legal in a query, and links of the IAM console contain the path in this form.
    ([key, value]) => `${key}=${encodeURIComponent(value).replaceAll('%2F', '/')}`,
  );
  return `https://signin.${domain}/switchrole?${query.join('&')}`;
}

/**
 * `source_profile` and the name of the MFA device are the user's own, so the lines have placeholders for them.
 * Source: AWS SDKs and Tools reference guide, "Assume role credential provider".
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
