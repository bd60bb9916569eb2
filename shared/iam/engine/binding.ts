import type { PolicyKind } from '../applied-policy.ts';
import type { AccessRequest, OrganizationFacts, RequestPrincipal } from '../request.ts';
import { needsNoPermission } from './operation-limits.ts';
import { rcpServices } from './rcp-services.ts';
import { getPrincipalAccount, getResourceAccount, isFederatedRoot } from './request-facts.ts';

/**
 * Whether policies of a kind apply to a request at all.
 *
 * - Identity policies and boundaries apply to users and roles. Session policies apply to role sessions and federated
 * users. The root user has full access. For an account as a whole, its administrators decide.
 * - Only endpoint policies apply to operations that need no permissions.
 * - SCPs apply to principals of member accounts, except service-linked roles. RCPs apply to every caller, except
 * service-linked roles.
 *
 * Sources: "How AWS enforcement code logic evaluates requests to allow or deny access"; Organizations user guide,
 * "Service control policies (SCPs)" and "Resource control policies (RCPs)" (entities that are not restricted).
 */
export function binds(
  kind: PolicyKind,
  request: AccessRequest,
  organization: Pick<OrganizationFacts, 'managementAccount'> = {},
): boolean {
  const { principal } = request;
  if (needsNoPermission(request)) return kind === 'endpoint';
  switch (kind) {
    case 'identity':
    case 'boundary':
      return hasIdentityPolicies(principal);
    case 'session':
      return principal.type === 'role' || principal.type === 'federated-user';
    case 'scp':
      return scpBinds(principal, organization);
    case 'rcp':
      return rcpBinds(request, organization);
    case 'bucket':
      return !isUnlocking(request);
    default:
      return true;
  }
}

const hasIdentityPolicies = (principal: RequestPrincipal): boolean =>
  principal.type === 'role' ||
  principal.type === 'user' ||
  (principal.type === 'federated-user' && !isFederatedRoot(principal));

/**
 * The root user can always replace a bucket policy that denies access to everybody, "even if the policy explicitly
 * denies the root user" (S3 API reference, "PutBucketPolicy").
 */
const isUnlocking = (request: AccessRequest): boolean =>
  request.principal.type === 'root' &&
  request.principal.accountId === getResourceAccount(request) &&
  /^s3:(get|put|delete)bucketpolicy$/i.test(request.action);

const isServiceLinked = (principal: RequestPrincipal): boolean =>
  principal.type === 'role' &&
  (principal.serviceLinked ?? /^arn:[^:]*:iam::\d{12}:role\/aws-service-role\//.test(principal.arn));

function scpBinds(
  principal: RequestPrincipal,
  { managementAccount }: Pick<OrganizationFacts, 'managementAccount'>,
): boolean {
  const account = getPrincipalAccount(principal);
  return account !== undefined && account !== managementAccount && !isServiceLinked(principal);
}

function rcpBinds(
  request: AccessRequest,
  { managementAccount }: Pick<OrganizationFacts, 'managementAccount'>,
): boolean {
  const action = request.action.toLowerCase();
  if (action === 'kms:retiregrant' || isServiceLinked(request.principal)) return false;
  const owner = getResourceAccount(request);
  if (owner !== undefined && owner === managementAccount) return false;
  return rcpServices.has(action.slice(0, action.indexOf(':')));
}
