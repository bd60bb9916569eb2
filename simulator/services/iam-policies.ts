import type * as sdk from '@aws-sdk/client-iam';
import { createAwsError } from '../aws-error.ts';
import { awsAccount } from '../aws-managed-policies.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import type { PolicyVersion, SimulatedManagedPolicy } from '../simulated-resources.ts';
import { makeDigest } from '../world.ts';
import { acceptIdentityPolicy } from './iam-documents.ts';
import {
  authorize,
  createNoSuchEntityError,
  findPolicy,
  getIamPage,
  listHolders,
  toRequestTags,
  toResourceTags,
  toTagList,
} from './iam-entities.ts';

/** Customer managed policies and their versions. Source: IAM API reference. */
export const iamPolicies: ServiceOperations = {
  ListPolicies: defineOperation<sdk.ListPoliciesCommandInput, sdk.ListPoliciesCommandOutput>((call) => {
    const { world, caller, input } = call;
    authorize(call, 'iam:ListPolicies', `arn:${world.settings.partition}:iam::${caller.accountId}:policy/`);
    if (input.Scope !== 'Local' || input.OnlyAttached === true)
      throw createAwsError(
        'NotSimulated',
        'The simulated organization lists policies with Scope Local only',
        501,
      );
    const policies = [...world.managedPolicies.values()].filter(
      ({ accountId, path }) => accountId === caller.accountId && path.startsWith(input.PathPrefix ?? '/'),
    );
    const { items, marker } = getIamPage(policies, input);
    return { Policies: items.map((policy) => describe(call, policy)), ...marker };
  }),

  GetPolicy: defineOperation<sdk.GetPolicyCommandInput, sdk.GetPolicyCommandOutput>((call) => {
    const policy = authorizedPolicy(call, 'iam:GetPolicy');
    const description = policy.description === undefined ? {} : { Description: policy.description };
    return { Policy: { ...describe(call, policy), ...description, Tags: toTagList(policy.tags) } };
  }),

  ListPolicyTags: defineOperation<sdk.ListPolicyTagsCommandInput, sdk.ListPolicyTagsCommandOutput>((call) => {
    const { items, marker } = getIamPage(
      toTagList(authorizedPolicy(call, 'iam:ListPolicyTags').tags),
      call.input,
    );
    return { Tags: items, ...marker };
  }),

  CreatePolicy: defineOperation<sdk.CreatePolicyCommandInput, sdk.CreatePolicyCommandOutput>((call) => {
    const policy = newPolicy(call);
    authorize(call, 'iam:CreatePolicy', policy.arn, toRequestTags(policy.tags));
    // Tags of a new policy need a permission of their own ("Tag customer managed policies", IAM user guide).
    if (Object.keys(policy.tags).length > 0)
      authorize(call, 'iam:TagPolicy', policy.arn, toRequestTags(policy.tags));
    if (call.world.managedPolicies.has(policy.arn))
      throw createAwsError(
        'EntityAlreadyExistsException',
        `A policy called ${policy.name} already exists. Duplicate names are not allowed.`,
        409,
      );
    const document = acceptIdentityPolicy(call.world, call.input.PolicyDocument);
    call.world.managedPolicies.set(policy.arn, withVersion(call, policy, document, true));
    return { Policy: { ...describe(call, policy), Tags: toTagList(policy.tags) } };
  }),

  DeletePolicy: defineOperation<sdk.DeletePolicyCommandInput, sdk.DeletePolicyCommandOutput>((call) => {
    const policy = authorizedPolicy(call, 'iam:DeletePolicy');
    if (attachmentCount(call, policy) > 0) throw conflict('Cannot delete a policy attached to entities.');
    if (policy.versions.length > 1)
      throw conflict(
        'This policy has more than one version. Before you delete a policy, you must delete the policy versions.',
      );
    call.world.managedPolicies.delete(policy.arn);
    return {};
  }),

  ListPolicyVersions: defineOperation<
    sdk.ListPolicyVersionsCommandInput,
    sdk.ListPolicyVersionsCommandOutput
  >((call) => {
    const policy = authorizedPolicy(call, 'iam:ListPolicyVersions');
    const { items, marker } = getIamPage(policy.versions.toReversed(), call.input);
    return { Versions: items.map((version) => describeVersion(policy, version)), ...marker };
  }),

  GetPolicyVersion: defineOperation<sdk.GetPolicyVersionCommandInput, sdk.GetPolicyVersionCommandOutput>(
    (call) => {
      const policy = authorizedPolicy(call, 'iam:GetPolicyVersion');
      const version = versionOf(policy, call.input.VersionId);
      return {
        PolicyVersion: { ...describeVersion(policy, version), Document: urlEncoded(version.document) },
      };
    },
  ),

  CreatePolicyVersion: defineOperation<
    sdk.CreatePolicyVersionCommandInput,
    sdk.CreatePolicyVersionCommandOutput
  >((call) => {
    const policy = authorizedPolicy(call, 'iam:CreatePolicyVersion');
    const document = acceptIdentityPolicy(call.world, call.input.PolicyDocument);
    if (policy.versions.length >= 5)
      throw createAwsError(
        'LimitExceededException',
        'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
        409,
      );
    withVersion(call, policy, document, call.input.SetAsDefault === true);
    const created = policy.versions.at(-1);
    return created === undefined ? {} : { PolicyVersion: describeVersion(policy, created) };
  }),

  SetDefaultPolicyVersion: defineOperation<
    sdk.SetDefaultPolicyVersionCommandInput,
    sdk.SetDefaultPolicyVersionCommandOutput
  >((call) => {
    const policy = authorizedPolicy(call, 'iam:SetDefaultPolicyVersion');
    policy.defaultVersion = versionOf(policy, call.input.VersionId).id;
    return {};
  }),

  DeletePolicyVersion: defineOperation<
    sdk.DeletePolicyVersionCommandInput,
    sdk.DeletePolicyVersionCommandOutput
  >((call) => {
    const policy = authorizedPolicy(call, 'iam:DeletePolicyVersion');
    const { id } = versionOf(policy, call.input.VersionId);
    if (id === policy.defaultVersion) throw conflict('Cannot delete the default version of a policy.');
    policy.versions = policy.versions.filter((version) => version.id !== id);
    return {};
  }),
};

const conflict = (message: string) => createAwsError('DeleteConflictException', message, 409);

function authorizedPolicy(call: ServiceCall<{ PolicyArn: string | undefined }>, action: string) {
  const managedPolicy = call.world.managedPolicies.get(call.input.PolicyArn ?? '');
  authorize(
    call,
    action,
    call.input.PolicyArn ?? '',
    managedPolicy === undefined ? {} : toResourceTags(managedPolicy),
  );
  const policy = findPolicy(call, call.input.PolicyArn);
  if (policy.accountId === awsAccount && !/^iam:(Get|List)/.test(action))
    throw createAwsError('AccessDenied', `Nobody but AWS changes the policy ${policy.arn}`, 403);
  return policy;
}

function newPolicy({
  world,
  caller,
  input,
}: ServiceCall<sdk.CreatePolicyCommandInput>): SimulatedManagedPolicy {
  const { PolicyName: name = '', Path: path = '/', Description, Tags = [] } = input;
  if (!/^[\w+=,.@-]{1,128}$/.test(name) || !/^\/([\x21-\x7e]*\/)?$/.test(path))
    throw createAwsError('ValidationError', `The policy name ${name} or path ${path} is invalid`);
  const arn = `arn:${world.settings.partition}:iam::${caller.accountId}:policy${path}${name}`;
  const now = new Date(world.settings.clock.now());
  return {
    accountId: caller.accountId,
    name,
    arn,
    path,
    uniqueId: `ANPA${makeDigest(arn, 17)}`,
    description: Description,
    tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])),
    createdAt: now,
    updatedAt: now,
    versions: [],
    defaultVersion: 'v1',
    lastVersion: 0,
  };
}

/** Adds a version to a policy. IAM never uses the number of a deleted version again. */
function withVersion(
  { world }: ServiceCall<object>,
  policy: SimulatedManagedPolicy,
  document: string,
  asDefault: boolean,
): SimulatedManagedPolicy {
  const createdAt = new Date(world.settings.clock.now());
  policy.lastVersion += 1;
  const id = `v${policy.lastVersion}`;
  policy.versions = [...policy.versions, { id, document, createdAt }];
  policy.updatedAt = createdAt;
  if (asDefault) policy.defaultVersion = id;
  return policy;
}

function versionOf({ arn, versions }: SimulatedManagedPolicy, id: string | undefined): PolicyVersion {
  const version = versions.find((each) => each.id === id);
  if (version === undefined)
    throw createNoSuchEntityError(`Policy ${arn} version ${id} does not exist or is not attachable.`);
  return version;
}

const attachmentCount = (call: ServiceCall<object>, { arn }: SimulatedManagedPolicy): number => {
  const { groups, roles } = listHolders(call, arn);
  return groups.length + roles.length;
};

const describe = (call: ServiceCall<object>, policy: SimulatedManagedPolicy): sdk.Policy => ({
  PolicyName: policy.name,
  PolicyId: policy.uniqueId,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: policy.defaultVersion,
  AttachmentCount: attachmentCount(call, policy),
  IsAttachable: true,
  CreateDate: policy.createdAt,
  UpdateDate: policy.updatedAt,
});

const describeVersion = (
  policy: SimulatedManagedPolicy,
  { id, createdAt }: PolicyVersion,
): sdk.PolicyVersion => ({
  VersionId: id,
  IsDefaultVersion: id === policy.defaultVersion,
  CreateDate: createdAt,
});

/** Encodes a document by RFC 3986, which also encodes `!'()*` ("GetPolicyVersion", IAM API reference). */
const urlEncoded = (document: string): string =>
  encodeURIComponent(document).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
