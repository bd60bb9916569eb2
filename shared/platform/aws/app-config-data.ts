import { AppConfigDataClient } from '@aws-sdk/client-appconfigdata';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import type { Clock } from '../clock.ts';
import { AccessDeniedError } from './errors.ts';
import { type ClientPlugin, createClient } from './plugins.ts';
import { requestHandler } from './request-handler.ts';

export interface ReaderClientSettings {
  /** The region of the AppConfig application. */
  readonly region: string;
  /**
   * The role to assume in the account of the application. Absent if the caller's own credentials can read the
   * configuration.
   */
  readonly role?: {
    readonly arn: string;
    readonly externalId?: string;
    /** Default: `configuration-reader`. */
    readonly sessionName?: string;
  };
  /** Default: the SDK's own search for credentials. */
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  readonly clock: Clock;
  readonly plugins?: readonly ClientPlugin[];
}

/** Credentials are renewed when they will expire within this time, in milliseconds. */
const margin = 5 * 60_000;

/** Creates a client that reads deployed configuration. If a role is given, the client assumes it. */
export function createReaderClient(settings: ReaderClientSettings): AppConfigDataClient {
  const { region, credentials, plugins = [] } = settings;
  const own = { region, requestHandler, ...(credentials === undefined ? {} : { credentials }) };
  const { role } = settings;
  if (role === undefined) return createClient(AppConfigDataClient, own, plugins);
  const sts = createClient(STSClient, own, plugins);
  const assumed = assumedRole(sts, { ...settings, role });
  return createClient(AppConfigDataClient, { ...own, credentials: assumed }, plugins);
}

/** Assumes the role when it is first needed, and again before its credentials expire. */
function assumedRole(
  sts: STSClient,
  { role, clock }: ReaderClientSettings & { readonly role: NonNullable<ReaderClientSettings['role']> },
): AwsCredentialIdentityProvider {
  let known: AwsCredentialIdentity | undefined;
  return async () => {
    const left = (known?.expiration?.getTime() ?? 0) - clock.now();
    if (known === undefined || left < margin) known = await assume(sts, role);
    return known;
  };
}

async function assume(
  sts: STSClient,
  { arn, externalId, sessionName = 'configuration-reader' }: NonNullable<ReaderClientSettings['role']>,
): Promise<AwsCredentialIdentity> {
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: arn,
      RoleSessionName: sessionName,
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined)
    throw new AccessDeniedError(`AssumeRole on ${arn} gave no credentials`, { role: arn });
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(SessionToken === undefined ? {} : { sessionToken: SessionToken }),
    ...(Expiration === undefined ? {} : { expiration: Expiration }),
  };
}
