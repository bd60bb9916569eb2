import type * as sdk from '@aws-sdk/client-iam';
import { createAwsError } from '../aws-error.ts';
import { findManagedPolicy } from '../aws-managed-policies.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { makeRole } from '../iam-makers.ts';
import { deleteRole } from '../orphans.ts';
import type { SimulatedRole } from '../simulated-resources.ts';
import { acceptTrustPolicy } from './iam-documents.ts';
import {
  authorize,
  createNoSuchEntityError,
  expectName,
  expectPath,
  fromTagList,
  getAuthorizedRole,
  toRequestTags,
  toTagList,
} from './iam-entities.ts';

/** Roles. Source: IAM API reference. */
export const iamRoles: ServiceOperations = {
  CreateRole: defineOperation<sdk.CreateRoleCommandInput, sdk.CreateRoleCommandOutput>((call) => {
    const role = newRole(call);
    authorize(call, 'iam:CreateRole', role.arn, {
      ...toRequestTags(role.tags),
      ...toBoundaryContext(role.boundaryArn),
    });
    expectFreeName(call, role.name);
    expectBoundary(call, role.boundaryArn);
    role.trust = acceptTrustPolicy(call.world, call.input.AssumeRolePolicyDocument);
    call.world.roles.set(role.arn, role);
    return { Role: describeRole(role) };
  }),

  GetRole: defineOperation<sdk.GetRoleCommandInput, sdk.GetRoleCommandOutput>((call) => ({
    Role: describeRole(getAuthorizedRole(call, 'iam:GetRole')),
  })),

  /** @throws ServiceException `DeleteConflictException` while the role has policies or an instance profile */
  DeleteRole: defineOperation<sdk.DeleteRoleCommandInput, sdk.DeleteRoleCommandOutput>((call) => {
    const role = getAuthorizedRole(call, 'iam:DeleteRole');
    const profiles = [...call.world.instanceProfiles.values()];
    if (role.attached.size > 0) throw conflict('must detach all policies first.');
    if (role.inlinePolicies.size > 0) throw conflict('must delete policies first.');
    if (profiles.some(({ roleArn }) => roleArn === role.arn))
      throw conflict('must remove roles from instance profile first.');
    deleteRole(call.world, role.arn);
    return {};
  }),

  UpdateRole: defineOperation<sdk.UpdateRoleCommandInput, sdk.UpdateRoleCommandOutput>((call) => {
    const role = getAuthorizedRole(call, 'iam:UpdateRole');
    if (call.input.MaxSessionDuration !== undefined)
      role.maxSessionSeconds = acceptDuration(call.input.MaxSessionDuration);
    return {};
  }),

  UpdateAssumeRolePolicy: defineOperation<
    sdk.UpdateAssumeRolePolicyCommandInput,
    sdk.UpdateAssumeRolePolicyCommandOutput
  >((call) => {
    const role = getAuthorizedRole(call, 'iam:UpdateAssumeRolePolicy');
    role.trust = acceptTrustPolicy(call.world, call.input.PolicyDocument);
    return {};
  }),

  PutRolePermissionsBoundary: defineOperation<
    sdk.PutRolePermissionsBoundaryCommandInput,
    sdk.PutRolePermissionsBoundaryCommandOutput
  >((call) => {
    const { PermissionsBoundary } = call.input;
    const role = getAuthorizedRole(
      call,
      'iam:PutRolePermissionsBoundary',
      toBoundaryContext(PermissionsBoundary),
    );
    expectBoundary(call, PermissionsBoundary);
    role.boundaryArn = PermissionsBoundary;
    return {};
  }),

  DeleteRolePermissionsBoundary: defineOperation<
    sdk.DeleteRolePermissionsBoundaryCommandInput,
    sdk.DeleteRolePermissionsBoundaryCommandOutput
  >((call) => {
    getAuthorizedRole(call, 'iam:DeleteRolePermissionsBoundary').boundaryArn = undefined;
    return {};
  }),
};

const conflict = (message: string) =>
  createAwsError('DeleteConflictException', `Cannot delete entity, ${message}`, 409);

/** Makes a role from a request, without checking its trust policy. IAM checks permissions and names first. */
function newRole({ world, caller, input }: ServiceCall<sdk.CreateRoleCommandInput>): SimulatedRole {
  const { RoleName = '', Path: path = '/', Description, MaxSessionDuration = 3_600, Tags = [] } = input;
  expectName('roleName', RoleName, 64);
  expectPath(path);
  return makeRole(world, {
    accountId: caller.accountId,
    name: RoleName,
    path,
    trust: '',
    maxSessionSeconds: acceptDuration(MaxSessionDuration),
    tags: fromTagList(Tags),
    ...(Description === undefined ? {} : { description: Description }),
    ...(input.PermissionsBoundary === undefined ? {} : { boundaryArn: input.PermissionsBoundary }),
  });
}

function acceptDuration(seconds: number): number {
  if (seconds >= 3_600 && seconds <= 43_200) return seconds;
  throw createAwsError(
    'ValidationError',
    `Value '${seconds}' at 'maxSessionDuration' must be between 3600 and 43200`,
  );
}

function expectFreeName({ world, caller }: ServiceCall<object>, name: string): void {
  const taken = [...world.roles.values()].some(
    (role) => role.accountId === caller.accountId && role.name.toLowerCase() === name.toLowerCase(),
  );
  if (taken)
    throw createAwsError('EntityAlreadyExistsException', `Role with name ${name} already exists.`, 409);
}

function expectBoundary({ world }: ServiceCall<object>, arn: string | undefined): void {
  if (arn !== undefined && findManagedPolicy(world, arn) === undefined)
    throw createNoSuchEntityError(`Scope ARN: ${arn} does not exist or is not attachable.`);
}

const toBoundaryContext = (arn: string | undefined) =>
  arn === undefined ? {} : { 'iam:PermissionsBoundary': arn };

export const describeRole = (role: SimulatedRole): sdk.Role => ({
  RoleName: role.name,
  RoleId: role.uniqueId,
  Arn: role.arn,
  Path: role.path,
  CreateDate: role.createdAt,
  AssumeRolePolicyDocument: encodeURIComponent(role.trust),
  MaxSessionDuration: role.maxSessionSeconds,
  Tags: toTagList(role.tags),
  ...(role.description === undefined ? {} : { Description: role.description }),
  ...(role.boundaryArn === undefined
    ? {}
    : {
        PermissionsBoundary: {
          PermissionsBoundaryType: 'PermissionsBoundaryPolicy' as const,
          PermissionsBoundaryArn: role.boundaryArn,
        },
      }),
});
