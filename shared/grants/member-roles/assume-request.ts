import { type AccessRequest, absent, type RequestPrincipal } from '../../iam/request.ts';
import type { GrantContext } from '../contract.ts';
import { getTrustedAccountId } from './assumed-role.ts';
import type { MemberRole } from './schema.ts';
import { getServiceTrust } from './trusted-services.ts';

/** A member role in one account. */
export interface MemberRolePlace {
  readonly accountId: string;
  /** The role's ARN. */
  readonly arn: string;
}

/** The request by which the service, the people or a deployer of a member role get its credentials. Pure. */
export function createAssumeRequest(
  role: MemberRole,
  context: GrantContext,
  place: MemberRolePlace,
): AccessRequest {
  return {
    principal: toAssumingPrincipal(role, context, place),
    action: 'sts:AssumeRole',
    resource: place.arn,
    ...(role.kind === 'application' ? {} : { context: toSessionContext(role) }),
  };
}

function toAssumingPrincipal(
  role: MemberRole,
  context: GrantContext,
  { accountId }: MemberRolePlace,
): RequestPrincipal {
  switch (role.kind) {
    case 'application': {
      const { principal } = getServiceTrust(role.trusts.service, getDnsSuffix(context));
      return { type: 'service', service: principal, sourceAccount: accountId };
    }
    case 'people':
      return { type: 'account', accountId: getTrustedAccountId(role, context) };
    case 'deployer': {
      const name = role.trusts.roles[0]?.replaceAll('*', 'Any');
      const trusted = getTrustedAccountId(role, context);
      return { type: 'role', arn: `arn:${context.partition}:iam::${trusted}:role/${name}` };
    }
  }
}

const toSessionContext = (role: Exclude<MemberRole, { kind: 'application' }>) => ({
  'aws:MultiFactorAuthPresent': role.kind === 'people' && role.trusts.mfa ? 'true' : absent,
  'sts:ExternalId': role.trusts.externalId ?? absent,
});

/** "Amazon Web Services in China": endpoints and service principals there. */
const getDnsSuffix = ({ partition }: GrantContext): string =>
  partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
