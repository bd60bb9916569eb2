import type { GrantContext, Permission, ResourceRef, ResourceSearch } from './contract.ts';
import { getPolicyPath } from './managed-policies.ts';

/**
 * Actions by the type of resource that they support (Service Authorization Reference, "AWS Identity and Access
 * Management").
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
/** Reads the unique id. */
const identify = { group: 'iam:GetGroup', role: 'iam:GetRole' };
const listInline = {
  group: ['iam:ListGroupPolicies', 'iam:GetGroupPolicy'],
  role: ['iam:ListRolePolicies', 'iam:GetRolePolicy'],
};
/** Has no resource. */
const list = 'iam:ListPolicies';

export const managedPolicyActions = {
  read: [...Object.values(listAttached), list, ...onPolicies.read],
  write: [...onPolicies.write, ...Object.values(attach).flat()],
  identify: Object.values(identify),
  readPrincipal: Object.values(listInline).flat(),
};

/**
 * The policies that verification may read: all policies of the account and of AWS. Any policy or boundary of the group
 * or role may deny what this installation allows, whatever its name.
 */
const listReadablePolicies = ({ accountId }: ResourceRef, { partition }: GrantContext): readonly string[] =>
  [accountId, 'aws'].map((owner) => `arn:${partition}:iam::${owner}:policy/*`);

/**
 * Lets the spoke role create, change and attach only policies under the path of the group or role, which are this
 * installation's. So it can attach no policy that it could not write itself (IAM user guide, "Controlling access to
 * policies": `iam:PolicyARN`). ARNs of groups and roles contain a path, which the configuration does not know.
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

/** ARNs that match a group or role with any path, or without a path. */
export function listEntityArns(
  { accountId, id }: ResourceRef,
  { partition }: GrantContext,
): readonly string[] {
  const [entity, name] = id.split('/');
  const iam = `arn:${partition}:iam::${accountId}`;
  return [`${iam}:${entity}/${name}`, `${iam}:${entity}/*/${name}`];
}
