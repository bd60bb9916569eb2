import type { PolicyType } from '@aws-sdk/client-organizations';

export type OrganizationPolicyType = Extract<
  PolicyType,
  'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY'
>;

export interface OrganizationPolicy {
  readonly id: string;
  readonly name: string;
  readonly type: OrganizationPolicyType;
  /**
   * Whether AWS manages the policy. Such a policy is attached to every root, OU and account from which nobody has
   * detached it.
   */
  readonly isAwsManaged: boolean;
  readonly content: string;
  /**
   * The root, OUs and accounts to which the policy is attached. For an AWS managed policy: those from which it was
   * detached.
   */
  readonly targets: Set<string>;
}

export interface OrganizationPolicyState {
  /** By id. */
  readonly policies: Map<string, OrganizationPolicy>;
  readonly enabledTypes: Set<OrganizationPolicyType>;
  /** Accounts that may read the organization, besides the management account. */
  readonly delegatedAdministrators: Set<string>;
  /** Organizations' own resource policy, which allows further accounts to read or change policies. */
  delegationPolicy: string | undefined;
}

const fullAccess = (statement: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', ...statement }],
  });

/**
 * Organizations user guide, "Service control policies (SCPs)" and "Resource control policies (RCPs)": the policies that
 * AWS attaches.
 */
const awsManaged: readonly OrganizationPolicy[] = [
  {
    id: 'p-FullAWSAccess',
    name: 'FullAWSAccess',
    type: 'SERVICE_CONTROL_POLICY',
    isAwsManaged: true,
    content: fullAccess({}),
    targets: new Set(),
  },
  {
    id: 'p-RCPFullAWSAccess',
    name: 'RCPFullAWSAccess',
    type: 'RESOURCE_CONTROL_POLICY',
    isAwsManaged: true,
    content: fullAccess({ Principal: '*' }),
    targets: new Set(),
  },
];

export const createOrganizationPolicyState = (hubAccountId: string): OrganizationPolicyState => ({
  policies: new Map(awsManaged.map((policy) => [policy.id, { ...policy, targets: new Set() }])),
  enabledTypes: new Set(),
  delegatedAdministrators: new Set([hubAccountId]),
  delegationPolicy: undefined,
});

export const isAttached = ({ isAwsManaged, targets }: OrganizationPolicy, targetId: string): boolean =>
  targets.has(targetId) !== isAwsManaged;
