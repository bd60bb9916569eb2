import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import { getSpokeRole, type SpokeRoles } from '../central-accounts.ts';
import type { Clock } from '../clock.ts';
import type { AccountRegion } from './account-region.ts';
import { AccessDeniedError } from './errors.ts';
import { translateError } from './translate-error.ts';

interface SpokeSettings extends SpokeRoles {
  readonly partition: string;
  readonly runId: string;
  readonly clock: Clock;
}

/** Credentials are renewed when they will expire within this time, in milliseconds. */
const renewalMargin = 5 * 60_000;

/**
 * Creates the credentials of spoke roles. Each role is assumed once, and all clients of its account share its
 * credentials.
 * @throws AccessDeniedError if the role cannot be assumed
 */
export function createSpokeCredentials(
  sts: STSClient,
  settings: SpokeSettings,
): (target: AccountRegion) => AwsCredentialIdentityProvider {
  const cache = new Map<string, Promise<AwsCredentialIdentity>>();

  const assume = (accountId: string): Promise<AwsCredentialIdentity> => {
    const assumed = assumeSpokeRole(sts, settings, accountId);
    cache.set(accountId, assumed);
    // If this fails, all callers that wait for it get the error. The next caller tries again.
    assumed.catch(() => forget(accountId, assumed));
    return assumed;
  };

  const forget = (accountId: string, assumed: Promise<AwsCredentialIdentity>): void => {
    if (cache.get(accountId) === assumed) cache.delete(accountId);
  };

  return ({ accountId }) =>
    async () => {
      const asked = cache.get(accountId) ?? assume(accountId);
      const credentials = await asked;
      if (!endsSoon(credentials, settings.clock)) return credentials;
      forget(accountId, asked);
      return cache.get(accountId) ?? assume(accountId);
    };
}

const endsSoon = ({ expiration }: AwsCredentialIdentity, clock: Clock): boolean =>
  expiration !== undefined && expiration.getTime() - clock.now() < renewalMargin;

const spokeRoleArn = (partition: string, accountId: string, role: string): string =>
  `arn:${partition}:iam::${accountId}:role/${role}`;

async function assumeSpokeRole(
  sts: STSClient,
  settings: SpokeSettings,
  accountId: string,
): Promise<AwsCredentialIdentity> {
  const { partition, runId } = settings;
  const RoleArn = spokeRoleArn(partition, accountId, getSpokeRole(settings, accountId));
  const answer = await sts
    .send(new AssumeRoleCommand({ RoleArn, RoleSessionName: sessionName(runId) }))
    .catch((thrown: unknown) => {
      throw translateError(thrown, {
        service: 'sts',
        operation: 'AssumeRole',
        on: RoleArn,
        via: 'the caller',
      });
    });
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined)
    throw new AccessDeniedError(`AssumeRole on ${RoleArn} gave no credentials`, { role: RoleArn });
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(SessionToken === undefined ? {} : { sessionToken: SessionToken }),
    ...(Expiration === undefined ? {} : { expiration: Expiration }),
  };
}

/** A role session name may have 2 to 64 characters of `[\w+=,.@-]` (STS API reference, AssumeRole). */
const sessionName = (runId: string): string =>
  runId
    .replace(/[^\w+=,.@-]/g, '-')
    .slice(0, 64)
    .padEnd(2, '-');
