import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  GetBucketAclCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AwsCredentialIdentity } from '@smithy/types';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import {
  assumeRoleAsService,
  createServiceCredentials,
  launchInstance,
} from '../../simulator/service-principals.ts';
import {
  bucketArn,
  createSimulatorEnv,
  log,
  member,
  policy,
  refusal,
  region,
  type SimulatorEnv,
} from '../fixtures/simulator-env.ts';

const Bucket = 'example-logs';
const trail = `arn:aws:cloudtrail:${region}:${member}:trail/audit`;
const Principal = { Service: 'cloudtrail.amazonaws.com' };
const ofMember = { 'aws:SourceAccount': member };
const Key = `AWSLogs/${member}/CloudTrail/today.json.gz`;

let env: SimulatorEnv;

beforeEach(() => {
  env = createSimulatorEnv();
  env.organization.editPolicy(
    'bucket',
    Bucket,
    policy(
      {
        Effect: 'Allow',
        Principal,
        Action: 's3:GetBucketAcl',
        Resource: bucketArn,
        Condition: { StringEquals: ofMember },
      },
      {
        Effect: 'Allow',
        Principal,
        Action: 's3:PutObject',
        Resource: `${bucketArn}/AWSLogs/${member}/*`,
        Condition: { StringEquals: { ...ofMember, 's3:x-amz-acl': 'bucket-owner-full-control' } },
      },
    ),
  );
});

const plugins = () => [env.organization.plugin()];
const s3 = (credentials: AwsCredentialIdentity) =>
  withPlugins(new S3Client({ region, credentials }), plugins());

const cloudTrail = (accountId = member, sourceArn = trail) =>
  createServiceCredentials(env.organization.world, {
    service: 'cloudtrail.amazonaws.com',
    accountId,
    sourceArn,
  });

const put = (credentials = cloudTrail(), more: object = {}) =>
  s3(credentials).send(
    new PutObjectCommand({ Bucket, Key, Body: 'events', ACL: 'bucket-owner-full-control', ...more }),
  );

const denied = { name: 'AccessDenied' };

describe('a service of AWS', () => {
  it('lets an AWS service write to a bucket for the account that it sends', async () => {
    await s3(cloudTrail()).send(new GetBucketAclCommand({ Bucket }));
    await put();
    expect([...(env.organization.world.buckets.get(Bucket)?.objects ?? [])]).toEqual([[Key, 'events']]);
    expect(await refusal(put(cloudTrail(log)))).toMatchObject(denied);
    expect(await refusal(put(cloudTrail(), { Key: `AWSLogs/${log}/today` }))).toMatchObject(denied);
    expect(await refusal(put(cloudTrail(), { ACL: undefined }))).toMatchObject(denied);
  });

  it('refuses an AWS service when a Deny names its service principal', async () => {
    const everybody = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: `${bucketArn}/*`,
    } as const;
    const Condition = { Bool: { 'aws:PrincipalIsAWSService': 'true' } };
    const before = env.organization.policyOf('bucket', Bucket);
    env.organization.editPolicy(
      'bucket',
      Bucket,
      policy(...(before?.Statement ?? []), { ...everybody, Condition }),
    );
    expect(await refusal(put())).toMatchObject({
      ...denied,
      message: expect.stringContaining('explicit deny'),
    });
  });

  it('lets an AWS service use a key with the encryption context that the key policy names', async () => {
    const { organization, keyArn } = env;
    organization.editPolicy(
      'key',
      keyArn,
      policy({
        Effect: 'Allow',
        Principal,
        Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
        Resource: '*',
        Condition: { StringEquals: { 'kms:EncryptionContext:aws:cloudtrail:arn': trail } },
      }),
    );
    const kms = withPlugins(new KMSClient({ region, credentials: cloudTrail() }), plugins());
    const generate = (arn: string) =>
      kms.send(
        new GenerateDataKeyCommand({ KeyId: keyArn, EncryptionContext: { 'aws:cloudtrail:arn': arn } }),
      );
    const { CiphertextBlob, Plaintext } = await generate(trail);
    const context = { EncryptionContext: { 'aws:cloudtrail:arn': trail } };
    const decrypted = await kms.send(new DecryptCommand({ CiphertextBlob, ...context }));
    expect(decrypted.Plaintext).toEqual(Plaintext);
    expect(await refusal(generate(`${trail}-other`))).toMatchObject({ name: 'AccessDeniedException' });
    expect(await refusal(kms.send(new DecryptCommand({ CiphertextBlob })))).toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});

describe('a role that a service assumes', () => {
  const addRole = (service: string, permissions = policy()) =>
    env.organization.addRole({
      accountId: member,
      name: 'app',
      trust: policy({ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }),
      permissions,
    });

  it.each(['lambda.amazonaws.com', 'ecs-tasks.amazonaws.com', 'tasks.apprunner.amazonaws.com'])(
    "lets only %s assume the service's role",
    async (service) => {
      const roleArn = addRole(service);
      const credentials = assumeRoleAsService(env.organization.world, { service, roleArn });
      const sts = withPlugins(new STSClient({ region, credentials }), plugins());
      const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
      expect(Arn).toContain(`:assumed-role/app/`);
      const asEc2 = () =>
        assumeRoleAsService(env.organization.world, { service: 'ec2.amazonaws.com', roleArn });
      expect(asEc2).toThrow('is not authorized to perform: sts:AssumeRole');
    },
  );

  it('gives an instance the role of its instance profile', async () => {
    const Action = ['s3:GetObject', 's3:ListBucket'];
    const roleArn = addRole('ec2.amazonaws.com', policy({ Effect: 'Allow', Action, Resource: '*' }));
    env.organization.addInstanceProfile({ accountId: member, name: 'web', roleArn });
    env.organization.addBucket({ accountId: member, name: 'example-member' });
    env.organization.world.buckets.get('example-member')?.objects.set('revision.zip', 'content');
    const client = s3(launchInstance(env.organization.world, { accountId: member, instanceProfile: 'web' }));
    const { Body } = await client.send(
      new GetObjectCommand({ Bucket: 'example-member', Key: 'revision.zip' }),
    );
    expect(await Body?.transformToString()).toBe('content');
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: 'example-member' }));
    expect(Contents).toEqual([{ Key: 'revision.zip' }]);
    expect(() =>
      launchInstance(env.organization.world, { accountId: member, instanceProfile: 'none' }),
    ).toThrow('iamInstanceProfile.name');
  });

  it('sends no MFA key when an AWS service calls', async () => {
    const Condition = { Null: { 'aws:MultiFactorAuthPresent': 'true' } };
    const permissions = policy({ Effect: 'Allow', Action: 's3:ListBucket', Resource: '*', Condition });
    const roleArn = addRole('lambda.amazonaws.com', permissions);
    env.organization.addBucket({ accountId: member, name: 'example-member' });
    const service = 'lambda.amazonaws.com';
    const client = s3(assumeRoleAsService(env.organization.world, { service, roleArn }));
    await client.send(new ListObjectsV2Command({ Bucket: 'example-member' }));
  });
});
