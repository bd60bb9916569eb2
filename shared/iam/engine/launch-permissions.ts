import type { AppliedLaunchPermissions } from '../applied-access.ts';
import type { OrganizationFacts, OrganizationMembership } from '../request.ts';
import { splitArn } from './arns.ts';
import { allowedBy, type Finding, no, unknownFinding } from './findings.ts';
import type { Question } from './question.ts';
import { getPrincipalAccount } from './request-facts.ts';
import { createUnknown } from './verdict.ts';

/**
 * Whether the launch permissions let the caller's account launch the image. If so, the identity policies of that
 * account decide about the caller. Source: EC2 user guide, "Share an AMI with specific AWS accounts", "… with
 * organizations and organizational units".
 */
export function findLaunchPermission(
  permissions: AppliedLaunchPermissions,
  { request: { principal, action } }: Question,
  organization: OrganizationFacts | undefined,
): Finding {
  const account = getPrincipalAccount(principal);
  if (account === undefined) return no('only accounts can launch images');
  if (action.toLowerCase() !== 'ec2:runinstances')
    return no(`launch permissions do not allow the ${action} action`);
  if (permissions.isPublic === true || permissions.accountIds?.includes(account)) return named;
  const { organizationArns = [], ouArns = [] } = permissions;
  const arns = [...organizationArns, ...ouArns];
  if (arns.length === 0) return no(`no launch permission names account ${account}`);
  const membership = organization?.organizationOf(account) ?? 'unknown';
  if (membership === 'unknown')
    return unknownFinding(createUnknown('key', 'aws:PrincipalOrgID'), 'launch permissions');
  if (membership !== 'none' && membership.path === undefined && mayBeWithin(membership, arns))
    return unknownFinding(createUnknown('key', 'aws:PrincipalOrgPaths'), 'launch permissions');
  const isNamed = membership !== 'none' && arns.some((arn) => isWithin(membership, arn));
  return isNamed ? named : no(`no launch permission names account ${account} or its organization`);
}

const named = allowedBy('a launch permission of the image allows it');

/**
 * Whether the account is in the OU or organization with this ARN: `arn:aws:organizations::111122223333:ou/o-…/ou-…` or
 * `…:organization/o-…`.
 */
function isWithin({ id, path = '' }: OrganizationMembership, arn: string): boolean {
  const [, organizationId, ou] = (splitArn(arn)[5] ?? '').split('/');
  return organizationId === id && (ou === undefined || path.split('/').includes(ou));
}

/**
 * Whether the result depends on the unknown OU path of the account: an OU of its organization is named, and the whole
 * organization is not.
 */
const mayBeWithin = (membership: OrganizationMembership, arns: readonly string[]): boolean =>
  !arns.some((arn) => isWithin(membership, arn)) &&
  arns.some((arn) => splitArn(arn)[5]?.split('/')[1] === membership.id);
