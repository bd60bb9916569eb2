import type * as sdk from '@aws-sdk/client-iam';
import { createAwsError } from '../aws-error.ts';
import { findManagedPolicy } from '../aws-managed-policies.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import type { PolicyHolder } from '../simulated-resources.ts';
import {
  authorize,
  createNoSuchEntityError,
  findGroup,
  findPolicy,
  findRole,
  getAuthorizedRole,
  getIamPage,
  listHolders,
} from './iam-entities.ts';

/** Groups, roles, and the managed policies attached to them. Source: IAM API reference. */
export const iamAttachments: ServiceOperations = {
  GetGroup: defineOperation<sdk.GetGroupCommandInput, sdk.GetGroupCommandOutput>((call) => {
    const group = findGroup(call, call.input.GroupName);
    authorize(call, 'iam:GetGroup', group.arn);
    const { name: GroupName, uniqueId: GroupId, arn: Arn, path: Path } = group;
    return { Group: { GroupName, GroupId, Arn, Path, CreateDate: epoch }, Users: [], IsTruncated: false };
  }),

  AttachGroupPolicy: defineOperation<sdk.AttachGroupPolicyCommandInput, sdk.AttachGroupPolicyCommandOutput>(
    (call) => attach(call, findGroup(call, call.input.GroupName), 'iam:AttachGroupPolicy'),
  ),

  AttachRolePolicy: defineOperation<sdk.AttachRolePolicyCommandInput, sdk.AttachRolePolicyCommandOutput>(
    (call) => attach(call, findRole(call, call.input.RoleName), 'iam:AttachRolePolicy'),
  ),

  DetachGroupPolicy: defineOperation<sdk.DetachGroupPolicyCommandInput, sdk.DetachGroupPolicyCommandOutput>(
    (call) => detach(call, findGroup(call, call.input.GroupName), 'iam:DetachGroupPolicy'),
  ),

  DetachRolePolicy: defineOperation<sdk.DetachRolePolicyCommandInput, sdk.DetachRolePolicyCommandOutput>(
    (call) => detach(call, findRole(call, call.input.RoleName), 'iam:DetachRolePolicy'),
  ),

  ListAttachedGroupPolicies: defineOperation<
    sdk.ListAttachedGroupPoliciesCommandInput,
    sdk.ListAttachedGroupPoliciesCommandOutput
  >((call) => attachedTo(call, findGroup(call, call.input.GroupName), 'iam:ListAttachedGroupPolicies')),

  ListAttachedRolePolicies: defineOperation<
    sdk.ListAttachedRolePoliciesCommandInput,
    sdk.ListAttachedRolePoliciesCommandOutput
  >((call) =>
    attachedTo(call, getAuthorizedRole(call, 'iam:ListAttachedRolePolicies'), 'iam:ListAttachedRolePolicies'),
  ),

  ListEntitiesForPolicy: defineOperation<
    sdk.ListEntitiesForPolicyCommandInput,
    sdk.ListEntitiesForPolicyCommandOutput
  >((call) => {
    authorize(call, 'iam:ListEntitiesForPolicy', call.input.PolicyArn ?? '');
    const { groups, roles } = listHolders(call, findPolicy(call, call.input.PolicyArn).arn);
    const { items, marker } = getIamPage([...groups, ...roles], call.input);
    return {
      PolicyGroups: items
        .filter((holder) => groups.includes(holder))
        .map(({ name, uniqueId }) => ({ GroupName: name, GroupId: uniqueId })),
      PolicyRoles: items
        .filter((holder) => !groups.includes(holder))
        .map(({ name, uniqueId }) => ({ RoleName: name, RoleId: uniqueId })),
      PolicyUsers: [],
      ...marker,
    };
  }),
};

type PolicyInput = { readonly PolicyArn: string | undefined };

/** The creation date of each simulated group. */
const epoch = new Date(0);

const attachmentLimit = 10;

/** Attaches a managed policy. A repeated attachment changes nothing. */
function attach(call: ServiceCall<PolicyInput>, holder: PolicyHolder, action: string): object {
  authorize(call, action, holder.arn, { 'iam:PolicyARN': call.input.PolicyArn ?? '' });
  const { arn } = findPolicy(call, call.input.PolicyArn);
  if (!holder.attached.has(arn) && holder.attached.size >= attachmentLimit)
    throw createAwsError(
      'LimitExceededException',
      `Cannot exceed quota for PoliciesPerEntity: ${attachmentLimit}`,
      409,
    );
  holder.attached.add(arn);
  return {};
}

function detach(call: ServiceCall<PolicyInput>, holder: PolicyHolder, action: string): object {
  authorize(call, action, holder.arn, { 'iam:PolicyARN': call.input.PolicyArn ?? '' });
  if (!holder.attached.delete(call.input.PolicyArn ?? ''))
    throw createNoSuchEntityError(`Policy ${call.input.PolicyArn} was not found.`);
  return {};
}

interface ListInput {
  readonly PathPrefix?: string | undefined;
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

function attachedTo(call: ServiceCall<ListInput>, holder: PolicyHolder, action: string) {
  authorize(call, action, holder.arn);
  const policies = [...holder.attached].flatMap((arn) => findManagedPolicy(call.world, arn) ?? []);
  const wanted = policies.filter(({ path }) => path.startsWith(call.input.PathPrefix ?? '/'));
  const { items, marker } = getIamPage(wanted, call.input);
  return {
    AttachedPolicies: items.map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn })),
    ...marker,
  };
}
