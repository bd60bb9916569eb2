import type {
  AssumeRoleCommandInput,
  AssumeRoleCommandOutput,
  GetCallerIdentityCommandInput,
  GetCallerIdentityCommandOutput,
  GetSessionTokenCommandInput,
  GetSessionTokenCommandOutput,
} from '@aws-sdk/client-sts';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceOperations } from '../call.ts';
import { type OpenedSession, openSession, openTemporary } from '../sessions.ts';
import { expectDuration, findAssumableRole, isMfaGiven, readSessionPolicies } from './sts-assume-role.ts';
import { readSessionTags } from './sts-session-tags.ts';

/** AWS Security Token Service. Source: STS API reference, "AssumeRole", "GetSessionToken". */
export const sts: ServiceOperations = {
  GetCallerIdentity: defineOperation<GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput>(
    ({ caller: { accountId, roleId, sessionArn, type } }) => ({
      Account: accountId,
      Arn: sessionArn,
      UserId: type === 'user' ? roleId : `${roleId}:${sessionArn.split('/').at(-1)}`,
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
    const tags = readSessionTags(call);
    const mfa = isMfaGiven(call);
    const role = findAssumableRole(call, mfa);
    const sourceIdentity = call.caller.session?.sourceIdentity ?? input.SourceIdentity;
    const opened = openSession(world, role, name, expectDuration(call, role), {
      mfa,
      ...tags,
      policies: readSessionPolicies(call),
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    });
    return {
      Credentials: describe(opened),
      AssumedRoleUser: { Arn: opened.caller.sessionArn, AssumedRoleId: `${role.uniqueId}:${name}` },
      ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
    };
  }),

  /** Only users can call this operation, and no policy can deny it to them. */
  GetSessionToken: defineOperation<GetSessionTokenCommandInput, GetSessionTokenCommandOutput>((call) => {
    const { world, caller, input } = call;
    if (caller.type !== 'user' || caller.session !== undefined)
      throw createAwsError('AccessDenied', 'Cannot call GetSessionToken with session credentials', 403);
    const session = { mfa: isMfaGiven(call) };
    const duration = (input.DurationSeconds ?? 43_200) * 1_000;
    return { Credentials: describe(openTemporary(world, { ...caller, session }, duration)) };
  }),
};

const describe = ({ credentials, expiresAt }: OpenedSession) => ({
  AccessKeyId: credentials.accessKeyId,
  SecretAccessKey: credentials.secretAccessKey,
  SessionToken: credentials.sessionToken,
  Expiration: new Date(expiresAt),
});
