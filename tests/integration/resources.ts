import { CreateRepositoryCommand, SetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import {
  AttachGroupPolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { CreateSecretCommand, PutResourcePolicyCommand } from '@aws-sdk/client-secrets-manager';
import type { Account, Accounts } from './accounts.ts';
import type { CentralAccounts, Keys } from './central-resources.ts';
import * as foreign from './foreign.ts';

/** What the configuration names, in the accounts and regions where it says. */
export async function addResources(accounts: Accounts, central: CentralAccounts): Promise<Keys> {
  const log = await accounts.in(central.log, 'eu-west-1');
  const shared = await accounts.in(central.shared, 'eu-west-1');
  await addBucket(log, 'example-org-cloudtrail', 'eu-west-1', foreign.bucketPolicy(central.log));
  await addBucket(log, 'example-org-flow-logs', 'eu-west-1');
  await addBucket(
    await accounts.in(central.configuration, 'eu-central-1'),
    'example-org-revisions',
    'eu-central-1',
  );
  await addPeople(await accounts.in(central.security, 'us-east-1'));
  await addRepository(shared, 'base/node', foreign.repositoryPolicy(central.shared));
  await addRepository(shared, 'base/python');
  await addSecret(shared, 'deploy/runner-token', foreign.secretPolicy(central.security));
  await addSecret(shared, 'deploy/registry-login');
  return { trail: await addKey(log, foreign.keyPolicy(central.log)), ami: await addKey(shared) };
}

export async function addBucket(
  { s3 }: Account,
  Bucket: string,
  region: 'eu-west-1' | 'eu-central-1',
  policy?: object,
) {
  await s3.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }),
  );
  if (policy !== undefined)
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(policy) }));
}

async function addKey({ kms }: Account, policy?: object): Promise<string> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const KeyId = KeyMetadata?.KeyId ?? '';
  if (policy !== undefined)
    await kms.send(new PutKeyPolicyCommand({ KeyId, PolicyName: 'default', Policy: JSON.stringify(policy) }));
  return KeyId;
}

export async function addRepository(
  { ecr }: Account,
  repositoryName: string,
  policy?: object,
): Promise<void> {
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));
  if (policy !== undefined)
    await ecr.send(new SetRepositoryPolicyCommand({ repositoryName, policyText: JSON.stringify(policy) }));
}

export async function addSecret({ secretsManager }: Account, Name: string, policy?: object): Promise<void> {
  await secretsManager.send(new CreateSecretCommand({ Name, SecretString: 'not-a-secret' }));
  if (policy !== undefined)
    await secretsManager.send(
      new PutResourcePolicyCommand({ SecretId: Name, ResourcePolicy: JSON.stringify(policy) }),
    );
}

/** Two groups, one of them with a policy of others attached, and a role. */
async function addPeople({ id, iam }: Account): Promise<void> {
  for (const GroupName of ['Readers', 'Developers']) await iam.send(new CreateGroupCommand({ GroupName }));
  await iam.send(
    new CreateRoleCommand({
      RoleName: 'Pipeline',
      AssumeRolePolicyDocument: JSON.stringify(foreign.pipelineTrust(id)),
    }),
  );
  const { Policy } = await iam.send(
    new CreatePolicyCommand({
      PolicyName: foreign.peoplePolicyName,
      PolicyDocument: JSON.stringify(foreign.peoplePolicy),
    }),
  );
  await iam.send(new AttachGroupPolicyCommand({ GroupName: 'Readers', PolicyArn: Policy?.Arn }));
}
