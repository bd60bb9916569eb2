import type { AwsCredentialIdentity } from '@smithy/types';
import { createAwsError } from './aws-error.ts';
import { findDenial } from './permissions.ts';
import { openSession, openTemporary } from './sessions.ts';
import type { SimulatedRole } from './simulated-resources.ts';
import type { Caller, SimulatedWorld } from './world.ts';

export interface ActingService {
  /** The service principal, such as `cloudtrail.amazonaws.com`. */
  readonly service: string;
  /** The account that the service says it acts for. */
  readonly accountId: string;
  /** The resource that it acts for, such as a trail. */
  readonly sourceArn?: string;
}

const toCaller = ({ service, accountId, sourceArn }: ActingService): Caller => ({
  type: 'service',
  accountId,
  roleArn: service,
  sessionArn: service,
  roleId: service,
  ...(sourceArn === undefined ? {} : { sourceArn }),
});

/** Creates credentials with which an AWS service makes calls under its own service principal. */
export const createServiceCredentials = (
  world: SimulatedWorld,
  service: ActingService,
): AwsCredentialIdentity => openTemporary(world, toCaller(service), Number.POSITIVE_INFINITY).credentials;

/**
 * Credentials of a role that a service assumes for an application: a function, a task, an instance.
 * @throws ServiceException `AccessDenied` if the role does not exist or does not trust the service
 */
export function assumeRoleAsService(
  world: SimulatedWorld,
  acting: Omit<ActingService, 'accountId'> & { readonly roleArn: string; readonly sessionName?: string },
): AwsCredentialIdentity {
  const { service, roleArn, sessionName = service.split('.')[0] ?? service } = acting;
  const role = world.roles.get(roleArn);
  if (role === undefined) throw createAwsError('AccessDenied', `The role ${roleArn} does not exist`, 403);
  const denial = findServiceAssumeDenial(world, role, { ...acting, sessionName });
  if (denial !== undefined) throw createAwsError('AccessDenied', denial, 403);
  return openSession(world, role, sessionName, Number.POSITIVE_INFINITY, { mfa: 'none' }).credentials;
}

/** Why a service may not assume a role. `undefined` if it may. */
export const findServiceAssumeDenial = (
  world: SimulatedWorld,
  role: SimulatedRole,
  acting: Omit<ActingService, 'accountId'> & { readonly sessionName: string },
): string | undefined =>
  findDenial(world, toCaller({ ...acting, accountId: role.accountId }), {
    action: 'sts:AssumeRole',
    resource: role.arn,
    resourceAccount: role.accountId,
    region: world.settings.homeRegion,
    resourcePolicy: { kind: 'trust', text: role.trust },
    context: { 'sts:RoleSessionName': acting.sessionName },
  });

/**
 * Credentials that an EC2 instance gets from its instance profile.
 * @throws ServiceException `AccessDenied` as `assumeRoleAsService`, `InvalidParameterValue` for a profile that does not
 * exist
 */
export function launchInstance(
  world: SimulatedWorld,
  instance: { readonly accountId: string; readonly instanceProfile: string },
): AwsCredentialIdentity {
  const profile = [...world.instanceProfiles.values()].find(
    ({ accountId, name }) => accountId === instance.accountId && name === instance.instanceProfile,
  );
  if (profile?.roleArn === undefined)
    throw createAwsError(
      'InvalidParameterValue',
      `Value (${instance.instanceProfile}) for parameter iamInstanceProfile.name is invalid`,
    );
  const { roleArn } = profile;
  return assumeRoleAsService(world, {
    service: 'ec2.amazonaws.com',
    roleArn,
    sessionName: 'i-0123456789abcdef0',
  });
}
