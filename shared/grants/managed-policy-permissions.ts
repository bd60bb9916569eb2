import type { GrantContext, Permission, ResourceRef, ResourceSearch } from './contract.ts';
import { getPolicyPath } from './managed-policies.ts';

/**
 * IAM actions, grouped by the type of resource that they need (Service Authorization Reference, "AWS Identity and
 * Access Management").
 */
const onPolicies = {
  read: ['iam:GetPolicy', 'iam:GetPolicyVersion'],
  write: [
    'iam:CreatePolicy',
    'iam:TagPolicy',
    'iam:CreatePolicyVersion',
    'iam:ListPolicyVersions',
    'iam:DeletePolicyVersion',
    'iam:DeletePolicy',
  ],
};
const listAttached = { group: 'iam:ListAttachedGroupPolicies', role: 'iam:ListAttachedRolePolicies' };
const attach = {
  group: ['iam:AttachGroupPolicy', 'iam:DetachGroupPolicy'],
  role: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
};
/** The action that reads the unique id of a group or role. */
const identify = { group: 'iam:GetGroup', role: 'iam:GetRole' };
const listInline = {
  group: ['iam:ListGroupPolicies', 'iam:GetGroupPolicy'],
  role: ['iam:ListRolePolicies', 'iam:GetRolePolicy'],
};
/** This action has no resource. */
const list = 'iam:ListPolicies';

export const managedPolicyActions = {
  read: [...Object.values(listAttached), list, ...onPolicies.read],
  write: [...onPolicies.write, ...Object.values(attach).flat()],
  identify: Object.values(identify),
  readPrincipal: Object.values(listInline).flat(),
};

/**
 * The policies that verification may read: all customer managed policies of the account, and all of AWS. A policy or
 * boundary that denies access can have any name.
 */
const listReadablePolicies = ({ accountId }: ResourceRef, { partition }: GrantContext): readonly string[] =>
  [accountId, 'aws'].map((owner) => `arn:${partition}:iam::${owner}:policy/*`);

/**
 * Lets the spoke role create, change and attach policies only under the path for this group or role. So it cannot
 * attach a policy with more rights, such as AdministratorAccess (IAM user guide, "Controlling access to policies":
 * `iam:PolicyARN`). ARNs of groups and roles contain their path, which the configuration does not have.
 */
export function listManagedPolicyPermissions(
  on: ResourceRef | ResourceSearch,
  context: GrantContext,
): readonly Permission[] {
  if (!('id' in on)) throw new Error('groups and roles are named, not found by a pattern');
  const [entity] = on.id.split('/');
  const kind = entity === 'group' ? 'group' : 'role';
  const entities = listEntityArns(on, context);
  const policies = `arn:${context.partition}:iam::${on.accountId}:policy${getPolicyPath(on, context)}*`;
  return [
    { actions: [list], resources: ['*'] },
    { actions: [listAttached[kind], identify[kind], ...listInline[kind]], resources: entities },
    {
      actions: attach[kind],
      resources: entities,
      condition: { ArnLike: { 'iam:PolicyARN': [policies] } },
    },
    { actions: onPolicies.write, resources: [policies] },
    { actions: onPolicies.read, resources: listReadablePolicies(on, context) },
  ];
}

/** ARNs that match a group or role with this name, whatever its path is. */
export function listEntityArns(
  { accountId, id }: ResourceRef,
  { partition }: GrantContext,
): readonly string[] {
  const [entity, name] = id.split('/');
  const iam = `arn:${partition}:iam::${accountId}`;
  return [`${iam}:${entity}/${name}`, `${iam}:${entity}/*/${name}`];
}
