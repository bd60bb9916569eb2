import { type AccessRequest, absent, type RequestPrincipal } from '../../iam/request.ts';
import { getPartitionFacts } from '../../platform/partitions.ts';
import type { GrantContext } from '../contract.ts';
import type { MemberRole } from './schema.ts';
import { getTrust, getTrustedAccountId, type TrustedAccount } from './trust.ts';
import { getServiceTrust } from './trusted-services.ts';

/** A member role in one account. */
export interface MemberRolePlace {
  readonly accountId: string;
  /** The role's ARN. */
  readonly arn: string;
}

/**
 * The AssumeRole requests with which a member role is assumed: by the service that it trusts, by people, or by each
 * role that it trusts. Pure.
 */
export function createAssumeRequests(
  role: MemberRole,
  context: GrantContext,
  { accountId, arn }: MemberRolePlace,
): readonly AccessRequest[] {
  const trust = getTrust(role);
  const request = { action: 'sts:AssumeRole', resource: arn };
  if (trust.type === 'account')
    return listAssumingPrincipals(trust, context).map((principal) => ({
      ...request,
      principal,
      context: toSessionContext(trust),
    }));
  const { principal } = getServiceTrust(trust.service, getPartitionFacts(context.partition).dnsSuffix);
  return [{ ...request, principal: { type: 'service', service: principal, sourceAccount: accountId } }];
}

function listAssumingPrincipals(trust: TrustedAccount, context: GrantContext): readonly RequestPrincipal[] {
  const accountId = getTrustedAccountId(trust, context);
  if (trust.roles === undefined) return [{ type: 'account', accountId }];
  return trust.roles.map((name) => ({
    type: 'role',
    arn: `arn:${context.partition}:iam::${accountId}:role/${name.replaceAll('*', 'Any')}`,
  }));
}

const toSessionContext = ({ mfa, externalId }: TrustedAccount) => ({
  'aws:MultiFactorAuthPresent': mfa ? 'true' : absent,
  'sts:ExternalId': externalId ?? absent,
});
