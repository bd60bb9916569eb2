import { installationName, rolePath } from '../configuration/installation-names.ts';
import type { Configuration } from '../configuration/schema.ts';
import { createPolicy, type PolicyDocument, type Statement } from '../iam/document.ts';

export interface DelegationRequest {
  readonly configuration: Configuration;
  readonly hubAccountId: string;
  /** ARNs of roles and users beside the functions that may read the organization. Default: none. */
  readonly operators?: readonly string[];
}

/** The functions that ask Organizations. `infrastructure/permissions.yml` allows them the same calls, which a test compares. */
export const organizationReaders = [
  'register-account',
  'import-organization',
  'verify-access',
  'check-member-roles',
];

/** Service Authorization Reference, "Actions, resources, and condition keys for AWS Organizations": without a resource. */
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
 * The delegation policy of Organizations, which lets the hub read the organization from a member account. It names the account,
 * and its condition names the roles, so that a role need not exist yet. An organization has one such policy.
 * Sources: Organizations user guide, "Delegated administrator for AWS Organizations", "Resource-based policy examples for AWS
 * Organizations" (any read-only action can be delegated); IAM user guide, "AWS global condition context keys" (`aws:PrincipalArn`).
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

/** Accounts, OUs, the root and policies of the organization, and the policies of AWS. */
const listResources = ({ organization: { id, managementAccount } }: Configuration): readonly string[] => [
  ...['account', 'ou', 'policy', 'root'].map(
    (type) => `arn:\${AWS::Partition}:organizations::${managementAccount}:${type}/${id}/*`,
  ),
  'arn:${AWS::Partition}:organizations::aws:policy/*',
];
