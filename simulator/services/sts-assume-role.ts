import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { absent, type ContextValues } from '../../shared/iam/request.ts';
import { createAwsError } from '../aws-error.ts';
import { findManagedDocument } from '../aws-managed-policies.ts';
import type { ServiceCall } from '../call.ts';
import { type Denial, findDenial } from '../permissions.ts';
import { isLivingAccount } from '../principals.ts';
import type { SimulatedRole } from '../simulated-resources.ts';
import { acceptSessionPolicy } from './iam-documents.ts';
import { readSessionTags, toTagContext } from './sts-session-tags.ts';

type AssumeCall = ServiceCall<AssumeRoleCommandInput>;

/**
 * Finds the role, if the caller may assume it.
 * @throws ServiceException `AccessDenied`. The message is the same for every reason, as on AWS, so that it does not
 * show whether the role exists
 */
export function findAssumableRole(call: AssumeCall, mfa: boolean): SimulatedRole {
  const { world, caller, input } = call;
  const arn = input.RoleArn ?? '';
  const role = world.roles.get(arn);
  if (role === undefined || !isLivingAccount(world, role.accountId))
    throw createDenied(
      `User: ${caller.sessionArn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    );
  const denial =
    findAssumeDenial(call, role, { action: 'sts:AssumeRole', mfa }) ??
    findSetDenial(call, role, mfa) ??
    findTagDenial(call, role, mfa);
  if (denial !== undefined) throw createDenied(denial);
  return role;
}

/**
 * A source identity that the session has already cannot be set again ("Monitor and control actions taken with assumed
 * roles").
 */
const findSetDenial = (call: AssumeCall, role: SimulatedRole, mfa: boolean): Denial =>
  call.input.SourceIdentity === undefined
    ? undefined
    : findAssumeDenial(call, role, { action: 'sts:SetSourceIdentity', mfa });

/**
 * Tags need a permission of their own, including tags that a role chain passes on ("Pass session tags in AWS STS", IAM
 * user guide).
 */
const findTagDenial = (call: AssumeCall, role: SimulatedRole, mfa: boolean): Denial =>
  readSessionTags(call).tags === undefined
    ? undefined
    : findAssumeDenial(call, role, { action: 'sts:TagSession', mfa });

function findAssumeDenial(
  { world, caller, region, input }: AssumeCall,
  role: SimulatedRole,
  { action, mfa }: { readonly action: string; readonly mfa: boolean },
): Denial {
  const { RoleSessionName = '', ExternalId, SourceIdentity } = input;
  const context: ContextValues = {
    'sts:RoleSessionName': RoleSessionName,
    'sts:ExternalId': ExternalId ?? absent,
    'sts:SourceIdentity': SourceIdentity ?? caller.session?.sourceIdentity ?? absent,
    ...toTagContext(input),
    ...(mfa ? { 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': '0' } : {}),
  };
  return findDenial(world, caller, {
    action,
    resource: role.arn,
    resourceAccount: role.accountId,
    region,
    resourcePolicy: { kind: 'trust', text: role.trust },
    context,
  });
}

const createDenied = (message: string) => createAwsError('AccessDenied', message, 403);

interface MfaInput {
  readonly SerialNumber?: string | undefined;
  readonly TokenCode?: string | undefined;
}

/**
 * Whether the caller uses its own MFA device in this call.
 * @throws ServiceException `AccessDenied` for another device or a wrong code
 */
export function isMfaGiven({ world, caller, input }: ServiceCall<MfaInput>): boolean {
  const { SerialNumber, TokenCode } = input;
  if (SerialNumber === undefined && TokenCode === undefined) return false;
  const device = world.users.get(caller.roleArn)?.mfa;
  if (device !== undefined && device.serialNumber === SerialNumber && device.code === TokenCode) return true;
  throw createDenied('MultiFactorAuthentication failed with invalid MFA one time pass code.');
}

/**
 * How long the session lasts, in milliseconds.
 * @throws ServiceException `ValidationError`
 */
export function expectDuration({ caller, input }: AssumeCall, role: SimulatedRole): number {
  const seconds = input.DurationSeconds ?? 3_600;
  if (seconds < 900)
    throw createAwsError('ValidationError', `Value '${seconds}' at 'durationSeconds' must be at least 900`);
  if (caller.type === undefined && seconds > 3_600)
    throw createAwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  if (seconds > role.maxSessionSeconds)
    throw createAwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  return seconds * 1_000;
}

/** @throws ServiceException `MalformedPolicyDocumentException` for an invalid document or ARN */
export function readSessionPolicies({ world, input }: AssumeCall): readonly string[] {
  const { Policy, PolicyArns = [] } = input;
  const managed = PolicyArns.map(({ arn = '' }) => {
    const document = findManagedDocument(world, arn);
    if (document === undefined)
      throw createAwsError('MalformedPolicyDocumentException', `The policy ${arn} does not exist`);
    return document;
  });
  return [...(Policy === undefined ? [] : [acceptSessionPolicy(world, Policy)]), ...managed];
}
