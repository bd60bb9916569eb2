import { installationName, rolePath } from '../configuration/installation-names.ts';
import type { Configuration } from '../configuration/schema.ts';
import { createPolicy, type PolicyDocument, type Statement } from '../iam/document.ts';

export interface DelegationRequest {
  readonly configuration: Configuration;
  readonly hubAccountId: string;
  /** ARNs of roles and users that may read the organization, in addition to the hub's functions. Default: none. */
  readonly operators?: readonly string[];
}

/**
 * The functions that call Organizations. `infrastructure/permissions.yml` must allow them the same calls. A test
 * compares both.
 */
export const organizationReaders = [
  'register-account',
  'import-organization',
  'verify-access',
  'check-member-roles',
];

/**
 * These calls have no resource (Service Authorization Reference, "Actions, resources, and condition keys for AWS
 * Organizations").
 */
const callsOnAll = ['organizations:ListAccounts', 'organizations:ListRoots'];

const callsOnResources = [
  'organizations:DescribeAccount',
  'organizations:DescribeOrganizationalUnit',
  'organizations:DescribePolicy',
  'organizations:ListAccountsForParent',
  'organizations:ListOrganizationalUnitsForParent',
  'organizations:ListParents',
  'organizations:ListPoliciesForTarget',
  'organizations:ListTagsForResource',
];

export const delegatedActions: readonly string[] = [...callsOnAll, ...callsOnResources];

/**
 * The delegation policy with which Organizations lets a member account read the organization, if the hub is in one. An
 * organization has only one such policy. It names the hub's account as principal, and the roles in a condition, because
 * a role in a condition need not exist yet. Sources: Organizations user guide, "Delegated administrator for AWS
 * Organizations", "Resource-based policy examples for AWS Organizations" (any read-only action can be delegated); IAM
 * user guide, "AWS global condition context keys" (`aws:PrincipalArn`).
 */
export function createDelegationPolicy(request: DelegationRequest): PolicyDocument {
  const { hubAccountId, operators = [] } = request;
  const accounts = new Set([hubAccountId, ...operators.map((arn) => arn.split(':')[4] ?? '')]);
  const allow = (
    Sid: string,
    Action: readonly string[],
    Resource: string | readonly string[],
  ): Statement => ({
    Sid,
    Effect: 'Allow',
    Principal: { AWS: [...accounts].map((id) => `arn:\${AWS::Partition}:iam::${id}:root`) },
    Action,
    Resource,
    Condition: { ArnEquals: { 'aws:PrincipalArn': listReaders(request) } },
  });
  return {
    ...createPolicy(),
    Statement: [
      allow('ListOrganization', callsOnAll, '*'),
      allow('ReadOrganization', callsOnResources, listResources(request.configuration)),
    ],
  };
}

const listReaders = ({
  configuration,
  hubAccountId,
  operators = [],
}: DelegationRequest): readonly string[] => [
  ...organizationReaders.map(
    (name) =>
      `arn:\${AWS::Partition}:iam::${hubAccountId}:role${rolePath}${installationName(configuration)}-${name}`,
  ),
  ...new Set(operators),
];

/**
 * The ARNs of everything that the calls are about: accounts, OUs, the root and policies of the organization, and
 * policies that AWS manages.
 */
const listResources = ({ organization: { id, managementAccount } }: Configuration): readonly string[] => [
  ...['account', 'ou', 'policy', 'root'].map(
    (type) => `arn:\${AWS::Partition}:organizations::${managementAccount}:${type}/${id}/*`,
  ),
  'arn:${AWS::Partition}:organizations::aws:policy/*',
];
