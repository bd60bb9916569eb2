import { AppConfigClient } from '@aws-sdk/client-appconfig';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { STSClient } from '@aws-sdk/client-sts';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import { getSpokeRole, type SpokeRoles } from '../central-accounts.ts';
import type { Clock } from '../clock.ts';
import { getPartition, getPartitionFacts } from '../partitions.ts';
import type { AccountRegion } from './account-region.ts';
import { createSpokeCredentials } from './credentials.ts';
import { type ClientPlugin, checkBeforeSend, createClient, translateErrors } from './plugins.ts';
import { createRequestHandler, requestHandler } from './request-handler.ts';

/** AWS clients for one account and region. They use the credentials of the account's spoke role. */
export interface AccountClients {
  readonly appConfig: AppConfigClient;
  readonly ec2: EC2Client;
  readonly ecr: ECRClient;
  readonly iam: IAMClient;
  readonly kms: KMSClient;
  readonly s3: S3Client;
  readonly secretsManager: SecretsManagerClient;
  readonly tagging: ResourceGroupsTaggingAPIClient;
}

/** AWS clients for the hub's own account. They use the credentials of the hub's function or of the operator. */
export interface HubClients {
  /** For the region that has the StackSets of member roles. */
  readonly cloudFormation: CloudFormationClient;
  readonly eventBridge: EventBridgeClient;
  readonly organizations: OrganizationsClient;
  readonly sfn: SFNClient;
  readonly sns: SNSClient;
  readonly sts: STSClient;
}

/** Creates AWS clients for accounts of the organization. In each account they use its spoke role. */
export interface AwsAccess {
  /** Clients for reads. They retry like any SDK client. */
  getReader(target: AccountRegion): AccountClients;
  /**
   * Clients for writes of policies. They send each request once, without retries. Just before a request is sent, they
   * call `beforeSend`. If it throws, the request is not sent.
   */
  getWriter(target: AccountRegion, beforeSend: () => void): AccountClients;
}

export interface HubSettings {
  /** The region of the hub. */
  readonly region: string;
  /** Default: the SDK's endpoint, or `AWS_ENDPOINT_URL` if it is set. */
  readonly endpoint?: string;
  /** Default: the SDK's own search for credentials. */
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  readonly plugins?: readonly ClientPlugin[];
  /**
   * How long one request may take, in milliseconds. Default: `requestTimeout`. The length of leases depends on this
   * value.
   */
  readonly requestTimeout?: number;
}

export interface AwsSettings extends HubSettings, SpokeRoles {
  readonly partition: string;
  /** Becomes the name of role sessions, so that CloudTrail shows which run made a call. */
  readonly runId: string;
  readonly clock: Clock;
}

/** @param sts the client that assumes the spoke roles. Default: a new client */
export function createAwsAccess(settings: AwsSettings, sts: STSClient = stsClient(settings)): AwsAccess {
  const credentialsOf = createSpokeCredentials(sts, settings);
  const readers = new Map<string, AccountClients>();

  const clients = (
    target: AccountRegion,
    options: { maxAttempts: number; plugins: readonly ClientPlugin[] },
  ) =>
    accountClients(
      {
        ...clientConfig(settings, target.region),
        maxAttempts: options.maxAttempts,
        credentials: credentialsOf(target),
      },
      [
        translateErrors({
          where: `account ${target.accountId}, ${target.region}`,
          via: `role ${getSpokeRole(settings, target.accountId)}`,
          place: { accountId: target.accountId, region: target.region },
          ...(settings.template === undefined ? {} : { template: settings.template }),
        }),
        ...options.plugins,
        ...(settings.plugins ?? []),
      ],
    );

  return {
    getReader: (target) => {
      const key = `${target.accountId}/${target.region}`;
      const cachedClients = readers.get(key) ?? clients(target, { maxAttempts: 3, plugins: [] });
      readers.set(key, cachedClients);
      return cachedClients;
    },
    getWriter: (target, beforeSend) =>
      clients(target, { maxAttempts: 1, plugins: [checkBeforeSend(beforeSend)] }),
  };
}

/** Creates AWS clients for each run. All runs use the same STS client to assume roles. */
export function createRunAccess(settings: Omit<AwsSettings, keyof Run>): (run: Run) => AwsAccess {
  let sts: STSClient | undefined;
  return (run) => {
    sts ??= stsClient(settings);
    return createAwsAccess({ ...settings, ...run }, sts);
  };
}

type Run = Pick<AwsSettings, 'runId' | 'partition' | keyof SpokeRoles>;

type ClientConfig = {
  region: string;
  requestHandler: NodeHttpHandler;
  maxAttempts?: number;
  endpoint?: string;
  credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
};

const clientConfig = (settings: HubSettings, region: string): ClientConfig => ({
  region,
  requestHandler:
    settings.requestTimeout === undefined ? requestHandler : createRequestHandler(settings.requestTimeout),
  ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
});

const hubConfig = (settings: HubSettings): ClientConfig => ({
  ...clientConfig(settings, settings.region),
  ...(settings.credentials === undefined ? {} : { credentials: settings.credentials }),
});

const stsClient = (settings: HubSettings): STSClient =>
  createClient(STSClient, hubConfig(settings), settings.plugins ?? []);

/** Converts errors of the hub's own clients to errors of this project. */
export const translateHubErrors = (region: string): ClientPlugin =>
  translateErrors({ where: `the hub, ${region}`, via: "the hub's role" });

/** Creates clients with the hub's own credentials. */
export function createHubClients(settings: HubSettings): HubClients {
  const config = hubConfig(settings);
  const plugins = [translateHubErrors(settings.region), ...(settings.plugins ?? [])];
  const home = { ...config, region: getPartitionFacts(getPartition(settings.region)).organizationsRegion };
  return lazyClients({
    cloudFormation: () => createClient(CloudFormationClient, home, plugins),
    eventBridge: () => createClient(EventBridgeClient, config, plugins),
    organizations: () => createClient(OrganizationsClient, config, plugins),
    sfn: () => createClient(SFNClient, config, plugins),
    sns: () => createClient(SNSClient, config, plugins),
    sts: () => createClient(STSClient, config, plugins),
  });
}

function accountClients(config: ClientConfig, plugins: readonly ClientPlugin[]): AccountClients {
  return lazyClients({
    appConfig: () => createClient(AppConfigClient, config, plugins),
    ec2: () => createClient(EC2Client, config, plugins),
    ecr: () => createClient(ECRClient, config, plugins),
    iam: () => createClient(IAMClient, config, plugins),
    kms: () => createClient(KMSClient, config, plugins),
    // With an endpoint, the bucket's name is in the path: a local endpoint may have no host name for each bucket.
    s3: () => createClient(S3Client, { ...config, forcePathStyle: config.endpoint !== undefined }, plugins),
    secretsManager: () => createClient(SecretsManagerClient, config, plugins),
    tagging: () => createClient(ResourceGroupsTaggingAPIClient, config, plugins),
  });
}

/** Creates an object whose clients are made when they are first used. */
function lazyClients<T extends object>(makers: { readonly [K in keyof T]: () => T[K] }): T {
  const made: Partial<T> = {};
  return new Proxy({} as T, {
    get: (_, name) => {
      const key = name as keyof T;
      if (!(key in makers)) return undefined;
      made[key] ??= makers[key]();
      return made[key];
    },
  });
}
