import type * as sdk from '@aws-sdk/client-iam';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { makeInstanceProfile } from '../iam-makers.ts';
import type { SimulatedInstanceProfile } from '../simulated-resources.ts';
import { authorize, createNoSuchEntityError, expectName, expectPath, findRole } from './iam-entities.ts';
import { describeRole } from './iam-roles.ts';

type Profile = SimulatedInstanceProfile;

/** Instance profiles, which give a role to EC2 instances. Source: IAM API reference. */
export const iamInstanceProfiles: ServiceOperations = {
  CreateInstanceProfile: defineOperation<
    sdk.CreateInstanceProfileCommandInput,
    sdk.CreateInstanceProfileCommandOutput
  >((call) => {
    const { InstanceProfileName: name = '', Path: path = '/' } = call.input;
    expectName('instanceProfileName', name, 128);
    expectPath(path);
    const profile = makeInstanceProfile(call.world, { accountId: call.caller.accountId, name, path });
    authorize(call, 'iam:CreateInstanceProfile', profile.arn);
    if (findProfile(call) !== undefined)
      throw createAwsError('EntityAlreadyExistsException', `Instance Profile ${name} already exists.`, 409);
    call.world.instanceProfiles.set(profile.arn, profile);
    return { InstanceProfile: describe(call, profile) };
  }),

  GetInstanceProfile: defineOperation<
    sdk.GetInstanceProfileCommandInput,
    sdk.GetInstanceProfileCommandOutput
  >((call) => ({ InstanceProfile: describe(call, authorizedProfile(call, 'iam:GetInstanceProfile')) })),

  DeleteInstanceProfile: defineOperation<
    sdk.DeleteInstanceProfileCommandInput,
    sdk.DeleteInstanceProfileCommandOutput
  >((call) => {
    const { arn, roleArn } = authorizedProfile(call, 'iam:DeleteInstanceProfile');
    if (roleArn !== undefined)
      throw createAwsError(
        'DeleteConflictException',
        'Cannot delete entity, must remove roles from instance profile first.',
        409,
      );
    call.world.instanceProfiles.delete(arn);
    return {};
  }),

  /** Also needs `iam:PassRole` on the role ("AddRoleToInstanceProfile"). */
  AddRoleToInstanceProfile: defineOperation<
    sdk.AddRoleToInstanceProfileCommandInput,
    sdk.AddRoleToInstanceProfileCommandOutput
  >((call) => {
    const profile = authorizedProfile(call, 'iam:AddRoleToInstanceProfile');
    const role = findRole(call, call.input.RoleName);
    authorize(call, 'iam:PassRole', role.arn, { 'iam:PassedToService': 'ec2.amazonaws.com' });
    if (profile.roleArn !== undefined)
      throw createAwsError(
        'LimitExceededException',
        'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1',
        409,
      );
    profile.roleArn = role.arn;
    return {};
  }),

  RemoveRoleFromInstanceProfile: defineOperation<
    sdk.RemoveRoleFromInstanceProfileCommandInput,
    sdk.RemoveRoleFromInstanceProfileCommandOutput
  >((call) => {
    const profile = authorizedProfile(call, 'iam:RemoveRoleFromInstanceProfile');
    if (profile.roleArn !== findRole(call, call.input.RoleName).arn)
      throw createNoSuchEntityError(`The role ${call.input.RoleName} is not in the instance profile.`);
    profile.roleArn = undefined;
    return {};
  }),
};

interface ProfileInput {
  readonly InstanceProfileName: string | undefined;
}

const findProfile = ({ world, caller, input }: ServiceCall<ProfileInput>): Profile | undefined =>
  [...world.instanceProfiles.values()].find(
    ({ accountId, name }) => accountId === caller.accountId && name === input.InstanceProfileName,
  );

/** Finds the profile of a call and checks the permission. The ARN of a profile that does not exist has no path. */
function authorizedProfile(call: ServiceCall<ProfileInput>, action: string): Profile {
  const { world, caller, input } = call;
  const profile = findProfile(call);
  const name = input.InstanceProfileName;
  const pathless = `arn:${world.settings.partition}:iam::${caller.accountId}:instance-profile/${name}`;
  authorize(call, action, profile?.arn ?? pathless);
  if (profile === undefined) throw createNoSuchEntityError(`Instance Profile ${name} cannot be found.`);
  return profile;
}

function describe({ world }: ServiceCall<object>, profile: Profile): sdk.InstanceProfile {
  const role = world.roles.get(profile.roleArn ?? '');
  return {
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.uniqueId,
    Arn: profile.arn,
    Path: profile.path,
    CreateDate: profile.createdAt,
    Roles: role === undefined ? [] : [describeRole(role)],
  };
}
