import { EC2Client } from '@aws-sdk/client-ec2';
import { ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';

/** Clients with credentials of one account, in one region. */
export interface Account {
  readonly id: string;
  readonly ec2: EC2Client;
  readonly ecr: ECRClient;
  readonly iam: IAMClient;
  readonly kms: KMSClient;
  readonly s3: S3Client;
  readonly secretsManager: SecretsManagerClient;
}

/**
 * Clients that share nothing with those of the project, so that a fault of its clients cannot hide here. Those outside of
 * `in` are of the management account, in us-east-1.
 */
export interface Accounts {
  readonly eventBridge: EventBridgeClient;
  readonly organizations: OrganizationsClient;
  readonly sns: SNSClient;
  in(accountId: string, region: string): Promise<Account>;
}

export const callerCredentials = { accessKeyId: 'test', secretAccessKey: 'test' } as const;

export function accountsAt(endpoint: string): Accounts {
  const home = { endpoint, region: 'us-east-1', credentials: callerCredentials };
  const sts = new STSClient(home);
  const known = new Map<string, Promise<Account>>();
  const open = async (id: string, region: string): Promise<Account> =>
    clientsOf(id, { endpoint, region, credentials: await assume(sts, id) });
  return {
    eventBridge: new EventBridgeClient(home),
    organizations: new OrganizationsClient(home),
    sns: new SNSClient(home),
    in(id, region) {
      const key = `${id}/${region}`;
      const account = known.get(key) ?? open(id, region);
      known.set(key, account);
      return account;
    },
  };
}

/** The role that Organizations makes in each new account. Moto does not ask whether it exists, nor whom it trusts. */
async function assume(sts: STSClient, accountId: string): Promise<AwsCredentialIdentity> {
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${accountId}:role/OrganizationAccountAccessRole`,
      RoleSessionName: 'integration-test',
    }),
  );
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

type ClientConfig = { endpoint: string; region: string; credentials: AwsCredentialIdentity };

const clientsOf = (id: string, config: ClientConfig): Account => ({
  id,
  ec2: new EC2Client(config),
  ecr: new ECRClient(config),
  iam: new IAMClient(config),
  kms: new KMSClient(config),
  s3: new S3Client({ ...config, forcePathStyle: true }),
  secretsManager: new SecretsManagerClient(config),
});
