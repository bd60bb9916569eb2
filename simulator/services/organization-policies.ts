import type * as sdk from '@aws-sdk/client-organizations';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { listAttachedPolicies } from '../organization-policies.ts';
import {
  isAttached,
  type OrganizationPolicy,
  type OrganizationPolicyType,
} from '../organization-policy-state.ts';
import { getPage } from '../paging.ts';
import { makeRandomText, type SimulatedWorld } from '../world.ts';
import {
  authorizeOrganizations,
  expectTarget,
  formatOrganizationsArn,
  toNextToken,
} from './organizations-access.ts';

/** Service and resource control policies. Source: Organizations API reference. */
export const organizationPolicies: ServiceOperations = {
  EnablePolicyType: defineOperation<sdk.EnablePolicyTypeCommandInput, sdk.EnablePolicyTypeCommandOutput>(
    (call) => {
      authorizeOrganizations(call, 'EnablePolicyType');
      call.world.organizationPolicies.enabledTypes.add(expectType(call.input.PolicyType));
      return {};
    },
  ),

  DisablePolicyType: defineOperation<sdk.DisablePolicyTypeCommandInput, sdk.DisablePolicyTypeCommandOutput>(
    (call) => {
      authorizeOrganizations(call, 'DisablePolicyType');
      call.world.organizationPolicies.enabledTypes.delete(expectType(call.input.PolicyType));
      return {};
    },
  ),

  CreatePolicy: defineOperation<sdk.CreatePolicyCommandInput, sdk.CreatePolicyCommandOutput>((call) => {
    const { world, input } = call;
    authorizeOrganizations(call, 'CreatePolicy');
    const { Name: name = '', Content: content = '' } = input;
    const { policies } = world.organizationPolicies;
    if ([...policies.values()].some((policy) => policy.name === name))
      throw createAwsError('DuplicatePolicyException', 'A policy with the same name already exists.');
    const id = `p-${makeRandomText(world, 8, '0123456789abcdefghijklmnopqrstuvwxyz')}`;
    const policy: OrganizationPolicy = {
      id,
      name,
      type: expectType(input.Type),
      isAwsManaged: false,
      content: expectContent(content),
      targets: new Set(),
    };
    policies.set(id, policy);
    return { Policy: { PolicySummary: summarize(world, policy), Content: content } };
  }),

  DeletePolicy: defineOperation<sdk.DeletePolicyCommandInput, sdk.DeletePolicyCommandOutput>((call) => {
    const policy = authorizedPolicy(call, 'DeletePolicy');
    if (policy.targets.size > 0)
      throw createAwsError('PolicyInUseException', 'The policy is attached to one or more entities.');
    call.world.organizationPolicies.policies.delete(policy.id);
    return {};
  }),

  AttachPolicy: defineOperation<sdk.AttachPolicyCommandInput, sdk.AttachPolicyCommandOutput>((call) => {
    change(call, 'AttachPolicy', true);
    return {};
  }),

  DetachPolicy: defineOperation<sdk.DetachPolicyCommandInput, sdk.DetachPolicyCommandOutput>((call) => {
    change(call, 'DetachPolicy', false);
    return {};
  }),

  DescribePolicy: defineOperation<sdk.DescribePolicyCommandInput, sdk.DescribePolicyCommandOutput>((call) => {
    const policy = authorizedPolicy(call, 'DescribePolicy');
    return { Policy: { PolicySummary: summarize(call.world, policy), Content: policy.content } };
  }),

  ListPolicies: defineOperation<sdk.ListPoliciesCommandInput, sdk.ListPoliciesCommandOutput>((call) => {
    const { world, input } = call;
    authorizeOrganizations(call, 'ListPolicies');
    const all = [...world.organizationPolicies.policies.values()];
    return summaries(
      call,
      `policies ${input.Filter}`,
      all.filter(({ type }) => type === expectType(input.Filter)),
    );
  }),

  /** The policies that are attached to the target itself. Inherited policies are attached to its parents. */
  ListPoliciesForTarget: defineOperation<
    sdk.ListPoliciesForTargetCommandInput,
    sdk.ListPoliciesForTargetCommandOutput
  >((call) => {
    const { world, input } = call;
    authorizeOrganizations(call, 'ListPoliciesForTarget');
    const target = expectTarget(world, input.TargetId);
    const attached = listAttachedPolicies(world, expectType(input.Filter), target);
    return summaries(call, `policies of ${target} ${input.Filter}`, attached);
  }),

  ListTargetsForPolicy: defineOperation<
    sdk.ListTargetsForPolicyCommandInput,
    sdk.ListTargetsForPolicyCommandOutput
  >((call) => {
    const { world, input } = call;
    const policy = authorizedPolicy(call, 'ListTargetsForPolicy');
    const targets = listTargets(world).filter(({ TargetId }) => isAttached(policy, TargetId));
    const { items, next } = getPage(`targets of ${policy.id}`, targets, input.NextToken);
    return { Targets: [...items], ...toNextToken(next) };
  }),
};

function expectType(type: string | undefined): OrganizationPolicyType {
  if (type === 'SERVICE_CONTROL_POLICY' || type === 'RESOURCE_CONTROL_POLICY') return type;
  throw createAwsError('NotSimulated', `Policies of type ${type} are not simulated`, 501);
}

function expectContent(content: string): string {
  try {
    JSON.parse(content);
    return content;
  } catch {
    throw createAwsError(
      'MalformedPolicyDocumentException',
      'The provided policy document does not meet the requirements.',
    );
  }
}

function authorizedPolicy(
  call: ServiceCall<{ PolicyId: string | undefined }>,
  action: string,
): OrganizationPolicy {
  authorizeOrganizations(call, action);
  const policy = call.world.organizationPolicies.policies.get(call.input.PolicyId ?? '');
  if (policy === undefined)
    throw createAwsError(
      'PolicyNotFoundException',
      "We can't find a policy with the PolicyId that you specified.",
    );
  return policy;
}

/**
 * @throws ServiceException `DuplicatePolicyAttachmentException`, `PolicyNotAttachedException`,
 * `PolicyTypeNotEnabledException`
 */
function change(
  call: ServiceCall<{ PolicyId: string | undefined; TargetId: string | undefined }>,
  action: string,
  attach: boolean,
): void {
  const policy = authorizedPolicy(call, action);
  const target = expectTarget(call.world, call.input.TargetId);
  if (!call.world.organizationPolicies.enabledTypes.has(policy.type))
    throw createAwsError(
      'PolicyTypeNotEnabledException',
      'This operation can be performed only for enabled policy types.',
    );
  if (isAttached(policy, target) === attach)
    throw attach
      ? createAwsError(
          'DuplicatePolicyAttachmentException',
          'A policy with the specified name and type already exists.',
        )
      : createAwsError('PolicyNotAttachedException', 'The policy is not attached to the specified target.');
  // For an AWS managed policy, `targets` are those from which it was detached. So attaching removes a target, and
  // detaching adds one.
  if (attach === policy.isAwsManaged) policy.targets.delete(target);
  else policy.targets.add(target);
}

const summarize = (
  world: SimulatedWorld,
  { id, name, type, isAwsManaged }: OrganizationPolicy,
): sdk.PolicySummary => ({
  Id: id,
  Arn: isAwsManaged
    ? `arn:${world.settings.partition}:organizations::aws:policy/${type.toLowerCase()}/${id}`
    : formatOrganizationsArn(world, `policy/${world.settings.organizationId}/${type.toLowerCase()}/${id}`),
  Name: name,
  Type: type,
  AwsManaged: isAwsManaged,
});

function summaries(
  { world, input }: ServiceCall<{ NextToken?: string | undefined }>,
  listing: string,
  policies: readonly OrganizationPolicy[],
) {
  const { items, next } = getPage(listing, policies, input.NextToken);
  return { Policies: items.map((policy) => summarize(world, policy)), ...toNextToken(next) };
}

function listTargets(world: SimulatedWorld) {
  const { rootId } = world.settings;
  return [
    { TargetId: rootId, Name: 'Root', Type: 'ROOT' as const },
    ...[...world.organizationalUnits.values()].map(({ id, name }) => ({
      TargetId: id,
      Name: name,
      Type: 'ORGANIZATIONAL_UNIT' as const,
    })),
    ...[...world.accounts.values()].map(({ id, name }) => ({
      TargetId: id,
      Name: name,
      Type: 'ACCOUNT' as const,
    })),
  ];
}
