import { createPolicy, type PolicyDocument, type Statement } from '../../iam/document.ts';
import type { GrantContext } from '../contract.ts';
import { getTrustedAccountId } from './assumed-role.ts';
import type { MemberRole } from './schema.ts';
import { getServiceTrust } from './trusted-services.ts';

/** The account that has a role: its id, and the DNS suffix of its partition. In a template these are pseudo parameters. */
export interface MemberAccountPlace {
  readonly accountId: string;
  readonly dnsSuffix: string;
}

/** Who may assume a member role. Pure. */
export function createTrustPolicy(
  role: MemberRole,
  context: GrantContext,
  place: MemberAccountPlace,
): PolicyDocument {
  const statement = role.kind === 'application' ? trustService(role, place) : trustAccount(role, context);
  return { ...createPolicy(), Statement: [statement] };
}

function trustService(
  { trusts }: Extract<MemberRole, { kind: 'application' }>,
  { accountId, dnsSuffix }: MemberAccountPlace,
): Statement {
  const { principal, actions, sendsSourceAccount } = getServiceTrust(trusts.service, dnsSuffix);
  return {
    Effect: 'Allow',
    Principal: { Service: principal },
    Action: actions,
    ...(sendsSourceAccount ? { Condition: { StringEquals: { 'aws:SourceAccount': accountId } } } : {}),
  };
}

/**
 * Names the account, never a role: IAM refuses a policy that names a role that is gone. The organization is named too, so that
 * the trust ends if the account leaves. MFA is asked for with `Bool`, since long-term keys carry no such key (IAM user guide,
 * "MFA-protected API access").
 */
function trustAccount(role: Exclude<MemberRole, { kind: 'application' }>, context: GrantContext): Statement {
  const { partition, organizationId } = context;
  const accountId = getTrustedAccountId(role, context);
  const { externalId } = role.trusts;
  return {
    Effect: 'Allow',
    Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: {
        'aws:PrincipalOrgID': organizationId,
        ...(externalId === undefined ? {} : { 'sts:ExternalId': externalId }),
      },
      ...(role.kind === 'people' && role.trusts.mfa
        ? { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }
        : {}),
      ...(role.kind === 'deployer'
        ? {
            ArnLike: {
              'aws:PrincipalArn': role.trusts.roles.map(
                (name) => `arn:${partition}:iam::${accountId}:role/${name}`,
              ),
            },
          }
        : {}),
    },
  };
}
