import type * as sdk from '@aws-sdk/client-iam';
import { defineOperation, type ServiceOperations } from '../call.ts';
import { updatePermissions } from '../iam-makers.ts';
import type { PolicyHolder } from '../simulated-resources.ts';
import { acceptInlinePolicy } from './iam-documents.ts';
import {
  authorize,
  createNoSuchEntityError,
  expectName,
  findGroup,
  getAuthorizedRole,
  getIamPage,
} from './iam-entities.ts';

/** Inline policies of roles and groups. Source: IAM API reference. */
export const iamInlinePolicies: ServiceOperations = {
  PutRolePolicy: defineOperation<sdk.PutRolePolicyCommandInput, sdk.PutRolePolicyCommandOutput>((call) => {
    const role = getAuthorizedRole(call, 'iam:PutRolePolicy');
    const { PolicyName = '', PolicyDocument } = call.input;
    expectName('policyName', PolicyName, 128);
    const others = [...role.inlinePolicies].filter(([name]) => name !== PolicyName).map(([, text]) => text);
    role.inlinePolicies.set(PolicyName, acceptInlinePolicy(call.world, PolicyDocument, { role, others }));
    updatePermissions(role);
    return {};
  }),

  GetRolePolicy: defineOperation<sdk.GetRolePolicyCommandInput, sdk.GetRolePolicyCommandOutput>((call) => {
    const role = getAuthorizedRole(call, 'iam:GetRolePolicy');
    const PolicyName = call.input.PolicyName ?? '';
    const text = inlinePolicyOf(role, PolicyName);
    return { RoleName: role.name, PolicyName, PolicyDocument: encodeURIComponent(text) };
  }),

  ListRolePolicies: defineOperation<sdk.ListRolePoliciesCommandInput, sdk.ListRolePoliciesCommandOutput>(
    (call) => {
      const role = getAuthorizedRole(call, 'iam:ListRolePolicies');
      const { items, marker } = getIamPage([...role.inlinePolicies.keys()], call.input);
      return { PolicyNames: items, ...marker };
    },
  ),

  DeleteRolePolicy: defineOperation<sdk.DeleteRolePolicyCommandInput, sdk.DeleteRolePolicyCommandOutput>(
    (call) => {
      const role = getAuthorizedRole(call, 'iam:DeleteRolePolicy');
      inlinePolicyOf(role, call.input.PolicyName ?? '');
      role.inlinePolicies.delete(call.input.PolicyName ?? '');
      updatePermissions(role);
      return {};
    },
  ),

  ListGroupPolicies: defineOperation<sdk.ListGroupPoliciesCommandInput, sdk.ListGroupPoliciesCommandOutput>(
    (call) => {
      const group = findGroup(call, call.input.GroupName);
      authorize(call, 'iam:ListGroupPolicies', group.arn);
      const { items, marker } = getIamPage([...group.inlinePolicies.keys()], call.input);
      return { PolicyNames: items, ...marker };
    },
  ),

  GetGroupPolicy: defineOperation<sdk.GetGroupPolicyCommandInput, sdk.GetGroupPolicyCommandOutput>((call) => {
    const group = findGroup(call, call.input.GroupName);
    authorize(call, 'iam:GetGroupPolicy', group.arn);
    const PolicyName = call.input.PolicyName ?? '';
    const text = inlinePolicyOf(group, PolicyName);
    return { GroupName: group.name, PolicyName, PolicyDocument: encodeURIComponent(text) };
  }),
};

function inlinePolicyOf({ inlinePolicies, arn }: PolicyHolder, name: string): string {
  const text = inlinePolicies.get(name);
  const type = arn.includes(':group/') ? 'group' : 'role';
  if (text === undefined)
    throw createNoSuchEntityError(`The ${type} policy with name ${name} cannot be found.`);
  return text;
}
