import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AwsCredentialIdentity } from '@smithy/types';
import { findDenial } from '../../../simulator/permissions.ts';
import { assumeRoleAsService, launchInstance } from '../../../simulator/service-principals.ts';
import { allow } from '../../fixtures/member-env.ts';
import {
  addStranger,
  assume,
  clientOf,
  deploySituation,
  onboardInto,
  refused,
  roleArn,
} from '../../fixtures/situation.ts';
import type { TestEnv } from '../../fixtures/test-env.ts';

const development = '444444444444';
const production = '555566667777';
const staging = '666677778888';
const Bucket = 'example-org-revisions';
const Key = 'web/revision-7.zip';
const KeyId = '1234abcd-12ab-34cd-56ef-1234567890ab';

let env: TestEnv;
let pipeline: AwsCredentialIdentity;

/** The pipeline may write revisions: its own account's business. */
beforeEach(async () => {
  env = await deploySituation('codedeploy');
  const { organization } = env;
  organization.addRole({
    accountId: development,
    name: 'Builder',
    trust: allow('sts:AssumeRole'),
    permissions: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/*` },
        { Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: '*' },
      ],
    },
  });
  const builder = organization.credentialsOf(development, 'Builder');
  await clientOf(env, S3Client, builder).send(new PutObjectCommand({ Bucket, Key, Body: 'the revision' }));
  await onboardInto(env, production, 'Workloads/Production');
  pipeline = organization.credentialsOf(development, 'Pipeline');
});

const deployer = (accountId = production) => roleArn(accountId, 'deploy/Deployer');

const startInstance = (accountId = production) =>
  launchInstance(env.organization.world, { accountId, instanceProfile: 'Web' });

const fetchRevision = async (credentials: AwsCredentialIdentity): Promise<string | undefined> => {
  const { Body } = await clientOf(env, S3Client, credentials).send(new GetObjectCommand({ Bucket, Key }));
  return Body?.transformToString();
};

/** A data key as S3 has one for each object that it encrypts. */
async function createDataKey(): Promise<Uint8Array> {
  const builder = env.organization.credentialsOf(development, 'Builder');
  const kms = clientOf(env, KMSClient, builder);
  const { CiphertextBlob } = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
  return CiphertextBlob ?? new Uint8Array();
}

it('reports the account as ready when the StackSet has deployed its roles', async () => {
  const { run } = await onboardInto(env, '777788889999', 'Workloads/Production');
  expect(run.readiness).toEqual({ ready: true, counts: { verified: 5 }, reasons: [] });
});

describe('the pipeline', () => {
  it('deploys to the account when the pipeline has assumed the deployer role', async () => {
    const { accessKeyId } = await assume(env, pipeline, deployer());
    expect(whyDenied(accessKeyId, 'codedeploy:CreateDeployment')).toBeUndefined();
    expect(whyDenied(accessKeyId, 'codedeploy:RegisterApplicationRevision')).toBeUndefined();
    expect(whyDenied(accessKeyId, 'codedeploy:DeleteApplication')).toMatch(/no identity-based policy allows/);
  });

  it("lets only the pipeline's role assume the deployer role", async () => {
    const other = addStranger(env, development, 'Other', '/ci/');
    const elsewhere = addStranger(env, staging, 'Pipeline', '/ci/');
    await expect(assume(env, other, deployer())).rejects.toEqual(refused);
    await expect(assume(env, elsewhere, deployer())).rejects.toEqual(refused);
  });

  it('refuses the pipeline in an account outside the OU', async () => {
    await onboardInto(env, staging, 'Workloads/Staging');
    await expect(assume(env, pipeline, deployer(staging))).rejects.toEqual(refused);
  });
});

/** Why AWS would deny an action on the application of CodeDeploy in production. */
function whyDenied(accessKeyId: string, action: string): string | undefined {
  const { world } = env.organization;
  const session = world.sessions.get(accessKeyId);
  if (session === undefined) throw new Error('There is no session');
  return findDenial(world, session.caller, {
    action,
    resource: `arn:aws:codedeploy:eu-west-1:${production}:deploymentgroup:web/production`,
    resourceAccount: production,
    region: 'eu-west-1',
  });
}

describe('a revision', () => {
  it('lets instances and the deployer role read a revision when the account is onboarded', async () => {
    expect(await fetchRevision(startInstance())).toBe('the revision');
    expect(await fetchRevision(await assume(env, pipeline, deployer()))).toBe('the revision');
  });

  it('lets instances decrypt a revision', async () => {
    const CiphertextBlob = await createDataKey();
    const decrypt = (credentials: AwsCredentialIdentity) =>
      clientOf(env, KMSClient, credentials).send(new DecryptCommand({ CiphertextBlob }));

    await expect(decrypt(startInstance())).resolves.toBeDefined();
    await expect(decrypt(addStranger(env, production, 'Other'))).rejects.toEqual(refused);
  });

  it('denies instances the write of a revision', async () => {
    const s3 = clientOf(env, S3Client, startInstance());
    await s3.send(new ListObjectsV2Command({ Bucket }));
    await expect(s3.send(new PutObjectCommand({ Bucket, Key, Body: 'mine' }))).rejects.toEqual(refused);
  });

  it('denies a revision to other roles of the account and to accounts outside the OU', async () => {
    await onboardInto(env, staging, 'Workloads/Staging');
    await expect(fetchRevision(addStranger(env, production, 'Other'))).rejects.toEqual(refused);
    await expect(fetchRevision(addStranger(env, staging, 'Web', '/app/'))).rejects.toEqual(refused);
  });
});

it('lets only CodeDeploy use the service role', () => {
  const { world } = env.organization;
  const role = roleArn(production, 'deploy/CodeDeploy');
  expect(assumeRoleAsService(world, { service: 'codedeploy.amazonaws.com', roleArn: role })).toBeDefined();
  expect(() => assumeRoleAsService(world, { service: 'ec2.amazonaws.com', roleArn: role })).toThrow(refused);
});
