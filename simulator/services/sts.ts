import type {
  AssumeRoleCommandInput,
  AssumeRoleCommandOutput,
  GetCallerIdentityCommandInput,
  GetCallerIdentityCommandOutput,
} from '@aws-sdk/client-sts';
import { absent } from '../../shared/iam/request.ts';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { findDenial } from '../permissions.ts';
import { isLivingAccount } from '../principals.ts';
import { openSession } from '../sessions.ts';
import type { SimulatedRole } from '../simulated-resources.ts';
/** AWS Security Token Service. Source: STS API reference, "AssumeRole". */
export const sts: ServiceOperations = {
  GetCallerIdentity: defineOperation<GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput>(
    ({ caller }) => ({
      Account: caller.accountId,
      Arn: caller.sessionArn,
      UserId: `${caller.roleId}:${caller.sessionArn.split('/').at(-1)}`,
    }),
  ),

  AssumeRole: defineOperation<AssumeRoleCommandInput, AssumeRoleCommandOutput>((call) => {
    const { world, input } = call;
    const name = input.RoleSessionName ?? '';
    if (!/^[\w+=,.@-]{2,64}$/.test(name))
      throw createAwsError(
        'ValidationError',
        `Value '${name}' at 'roleSessionName' failed to satisfy constraint`,
      );
    const role = assumableRole(call);
    const { credentials, caller, expiresAt } = openSession(world, role, name);
    return {
      Credentials: {
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        SessionToken: credentials.sessionToken,
        Expiration: new Date(expiresAt),
      },
      AssumedRoleUser: { Arn: caller.sessionArn, AssumedRoleId: `${role.uniqueId}:${name}` },
    };
  }),
};

/** One message for every reason, as AWS does: whether the role exists is not told. */
function assumableRole(call: ServiceCall<AssumeRoleCommandInput>): SimulatedRole {
  const { world, caller, region, input } = call;
  const arn = input.RoleArn ?? '';
  const role = world.roles.get(arn);
  const denial =
    role === undefined || !isLivingAccount(world, role.accountId)
      ? `User: ${caller.sessionArn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`
      : findDenial(world, caller, {
          action: 'sts:AssumeRole',
          resource: arn,
          resourceAccount: role.accountId,
          region,
          resourcePolicy: { kind: 'trust', text: role.trust },
          context: assumeContext(input),
        });
  if (role === undefined || denial !== undefined) throw createAwsError('AccessDenied', denial ?? '', 403);
  return role;
}

const assumeContext = ({ RoleSessionName, ExternalId }: AssumeRoleCommandInput) => ({
  'sts:RoleSessionName': RoleSessionName ?? '',
  'sts:ExternalId': ExternalId ?? absent,
});
