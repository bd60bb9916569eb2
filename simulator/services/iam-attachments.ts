import type * as sdk from '@aws-sdk/client-iam';
import { awsError } from '../aws-error.ts';
import { operation, type ServiceCall, type ServiceOperations } from '../call.ts';
import type { SimulatedGroup, SimulatedRole } from '../simulated-resources.ts';
import { acceptTrustPolicy } from './iam-documents.ts';
import { authorize, groupOf, holdersOf, iamPage, missing, policyOf, roleOf } from './iam-entities.ts';

/** Groups, roles, and the managed policies attached to them. Source: IAM API reference. */
export const iamAttachments: ServiceOperations = {
  GetGroup: operation<sdk.GetGroupCommandInput, sdk.GetGroupCommandOutput>((call) => {
    const group = groupOf(call, call.input.GroupName);
    authorize(call, 'iam:GetGroup', group.arn);
    const { name: GroupName, uniqueId: GroupId, arn: Arn, path: Path } = group;
    return { Group: { GroupName, GroupId, Arn, Path, CreateDate: epoch }, Users: [], IsTruncated: false };
  }),

  GetRole: operation<sdk.GetRoleCommandInput, sdk.GetRoleCommandOutput>((call) => {
    const role = roleOf(call, call.input.RoleName);
    authorize(call, 'iam:GetRole', role.arn);
    const { name: RoleName, uniqueId: RoleId, arn: Arn, path: Path } = role;
    const AssumeRolePolicyDocument = encodeURIComponent(role.trust);
    return { Role: { RoleName, RoleId, Arn, Path, CreateDate: epoch, AssumeRolePolicyDocument } };
  }),

  UpdateAssumeRolePolicy: operation<
    sdk.UpdateAssumeRolePolicyCommandInput,
    sdk.UpdateAssumeRolePolicyCommandOutput
  >((call) => {
    const role = roleOf(call, call.input.RoleName);
    authorize(call, 'iam:UpdateAssumeRolePolicy', role.arn);
    role.trust = acceptTrustPolicy(call.world, call.input.PolicyDocument);
    return {};
  }),

  AttachGroupPolicy: operation<sdk.AttachGroupPolicyCommandInput, sdk.AttachGroupPolicyCommandOutput>(
    (call) => attach(call, groupOf(call, call.input.GroupName), 'iam:AttachGroupPolicy'),
  ),

  AttachRolePolicy: operation<sdk.AttachRolePolicyCommandInput, sdk.AttachRolePolicyCommandOutput>((call) =>
    attach(call, roleOf(call, call.input.RoleName), 'iam:AttachRolePolicy'),
  ),

  DetachGroupPolicy: operation<sdk.DetachGroupPolicyCommandInput, sdk.DetachGroupPolicyCommandOutput>(
    (call) => detach(call, groupOf(call, call.input.GroupName), 'iam:DetachGroupPolicy'),
  ),

  DetachRolePolicy: operation<sdk.DetachRolePolicyCommandInput, sdk.DetachRolePolicyCommandOutput>((call) =>
    detach(call, roleOf(call, call.input.RoleName), 'iam:DetachRolePolicy'),
  ),

  ListAttachedGroupPolicies: operation<
    sdk.ListAttachedGroupPoliciesCommandInput,
    sdk.ListAttachedGroupPoliciesCommandOutput
  >((call) => attachedTo(call, groupOf(call, call.input.GroupName), 'iam:ListAttachedGroupPolicies')),

  ListAttachedRolePolicies: operation<
    sdk.ListAttachedRolePoliciesCommandInput,
    sdk.ListAttachedRolePoliciesCommandOutput
  >((call) => attachedTo(call, roleOf(call, call.input.RoleName), 'iam:ListAttachedRolePolicies')),

  ListEntitiesForPolicy: operation<
    sdk.ListEntitiesForPolicyCommandInput,
    sdk.ListEntitiesForPolicyCommandOutput
  >((call) => {
    authorize(call, 'iam:ListEntitiesForPolicy', call.input.PolicyArn ?? '');
    const { groups, roles } = holdersOf(call, policyOf(call, call.input.PolicyArn).arn);
    const { items, marker } = iamPage([...groups, ...roles], call.input);
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

type Holder = SimulatedGroup | SimulatedRole;
type PolicyInput = { readonly PolicyArn: string | undefined };

/** Groups and roles are part of the world from its beginning. */
const epoch = new Date(0);

const attachmentLimit = 10;

/** Attaching what is attached already changes nothing. */
function attach(call: ServiceCall<PolicyInput>, holder: Holder, action: string): object {
  authorize(call, action, holder.arn, { 'iam:PolicyARN': call.input.PolicyArn ?? '' });
  const { arn } = policyOf(call, call.input.PolicyArn);
  if (!holder.attached.has(arn) && holder.attached.size >= attachmentLimit)
    throw awsError(
      'LimitExceededException',
      `Cannot exceed quota for PoliciesPerEntity: ${attachmentLimit}`,
      409,
    );
  holder.attached.add(arn);
  return {};
}

function detach(call: ServiceCall<PolicyInput>, holder: Holder, action: string): object {
  authorize(call, action, holder.arn, { 'iam:PolicyARN': call.input.PolicyArn ?? '' });
  if (!holder.attached.delete(call.input.PolicyArn ?? ''))
    throw missing(`Policy ${call.input.PolicyArn} was not found.`);
  return {};
}

interface ListInput {
  readonly PathPrefix?: string | undefined;
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

function attachedTo(call: ServiceCall<ListInput>, holder: Holder, action: string) {
  authorize(call, action, holder.arn);
  const policies = [...holder.attached].flatMap((arn) => call.world.managedPolicies.get(arn) ?? []);
  const wanted = policies.filter(({ path }) => path.startsWith(call.input.PathPrefix ?? '/'));
  const { items, marker } = iamPage(wanted, call.input);
  return {
    AttachedPolicies: items.map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn })),
    ...marker,
  };
}
