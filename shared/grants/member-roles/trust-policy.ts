import { createPolicy, type PolicyDocument, type Statement } from '../../iam/document.ts';
import type { GrantContext } from '../contract.ts';
import type { MemberRole } from './schema.ts';
import { getTrust, getTrustedAccountId, type TrustedAccount } from './trust.ts';
import { getServiceTrust } from './trusted-services.ts';

/**
 * The account that has the role: its id, and the DNS suffix of its partition. A template has CloudFormation's pseudo
 * parameters for both.
 */
export interface MemberAccountPlace {
  readonly accountId: string;
  readonly dnsSuffix: string;
}

/** The trust policy of a member role. Pure. */
export function createTrustPolicy(
  role: MemberRole,
  context: GrantContext,
  place: MemberAccountPlace,
): PolicyDocument {
  const trust = getTrust(role);
  const statement =
    trust.type === 'service' ? trustService(trust.service, place) : trustAccount(trust, context);
  return { ...createPolicy(), Statement: [statement] };
}

function trustService(service: string, { accountId, dnsSuffix }: MemberAccountPlace): Statement {
  const { principal, actions, sendsSourceAccount } = getServiceTrust(service, dnsSuffix);
  return {
    Effect: 'Allow',
    Principal: { Service: principal },
    Action: actions,
    ...(sendsSourceAccount ? { Condition: { StringEquals: { 'aws:SourceAccount': accountId } } } : {}),
  };
}

/**
 * Trusts the account and never a role directly, because IAM rejects a policy that names a deleted role. The condition
 * on the organization ends the trust when the account leaves. The condition on MFA is `Bool` and not `BoolIfExists`:
 * long-term keys send no MFA key, so `BoolIfExists` would admit them (IAM user guide, "MFA-protected API access").
 */
function trustAccount(trust: TrustedAccount, context: GrantContext): Statement {
  const { partition, organizationId } = context;
  const { mfa, externalId, roles } = trust;
  const accountId = getTrustedAccountId(trust, context);
  const roleArns = roles?.map((name) => `arn:${partition}:iam::${accountId}:role/${name}`);
  return {
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: {
        'aws:PrincipalOrgID': organizationId,
        ...(externalId === undefined ? {} : { 'sts:ExternalId': externalId }),
      },
      ...(mfa ? { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } : {}),
      ...(roleArns === undefined ? {} : { ArnLike: { 'aws:PrincipalArn': roleArns } }),
    },
  };
}
