import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Statement } from '../../shared/iam/document.ts';
import {
  bucketArn,
  createSimulatorEnv,
  log,
  member,
  policy,
  refusal,
  type SimulatorEnv,
  shared,
  text,
} from '../fixtures/simulator-env.ts';

const Bucket = 'example-logs';

const allow: Statement = {
  Effect: 'Allow',
  Principal: { AWS: member },
  Action: 's3:GetObject',
  Resource: `${bucketArn}/*`,
};

let env: SimulatorEnv;

beforeEach(() => {
  env = createSimulatorEnv();
});

const put = (Policy: string, more: { ExpectedBucketOwner?: string; Bucket?: string } = {}) =>
  env.clients(log).s3.send(new PutBucketPolicyCommand({ Bucket, Policy, ...more }));

const read = async () =>
  (await env.clients(log).s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy ?? '';

describe('a bucket policy', () => {
  test('puts, reads and deletes a bucket policy', async () => {
    expect(await refusal(read())).toEqual({
      name: 'NoSuchBucketPolicy',
      status: 404,
      message: expect.any(String),
    });
    await put(text(allow));
    expect(JSON.parse(await read()).Statement).toHaveLength(1);
    await env.clients(log).s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    expect(await refusal(read())).toMatchObject({ name: 'NoSuchBucketPolicy' });
  });

  test("returns a bucket policy in S3's own spelling", async () => {
    await put(text({ ...allow, Action: ['s3:GetObject'], Principal: { AWS: [member, shared] } }));
    expect(JSON.parse(await read())).toEqual(
      policy({
        ...allow,
        Principal: { AWS: [`arn:aws:iam::${shared}:root`, `arn:aws:iam::${member}:root`] },
      }),
    );
  });

  test('refuses a bucket policy of another owner', async () => {
    expect(await refusal(put(text(allow), { ExpectedBucketOwner: member }))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
    });
    await expect(put(text(allow), { ExpectedBucketOwner: log })).resolves.toBeDefined();
  });

  test("redirects a request from another region than the bucket's", async () => {
    const elsewhere = env.clients(log, 'eu-west-1').s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(await refusal(elsewhere)).toMatchObject({ name: 'PermanentRedirect', status: 301 });
  });

  test('requires an existing bucket for a bucket policy', async () => {
    const missing = put(text(allow), { Bucket: 'no-such-bucket' });
    expect(await refusal(missing)).toMatchObject({ name: 'NoSuchBucket', status: 404 });
  });

  test('accepts a bucket policy of 20,480 bytes without white space and refuses a longer one', async () => {
    const padded = (length: number) =>
      JSON.stringify({ ...policy(allow), Id: 'x'.repeat(length - sizeWithEmptyId) }, undefined, 8);
    const sizeWithEmptyId = JSON.stringify({ ...policy(allow), Id: '' }).length;
    await expect(put(padded(20_480))).resolves.toBeDefined();
    expect(await refusal(put(padded(20_481)))).toMatchObject({ name: 'MalformedPolicy' });
  });

  test.each<[string, string, string]>([
    ['no JSON', '{', 'The policy of'],
    ['no statements', '{"Version":"2012-10-17"}', 'Statement'],
    ['an unknown element', text({ ...allow, Actions: 's3:*' } as Statement), 'Actions'],
    ['another bucket', text({ ...allow, Resource: 'arn:aws:s3:::other/*' }), 'Policy has invalid resource'],
    [
      'a name that begins alike',
      text({ ...allow, Resource: `${bucketArn}-2/*` }),
      'Policy has invalid resource',
    ],
    ['any resource', text({ ...allow, Resource: '*' }), 'Policy has invalid resource'],
    ['no resource', text(without(allow, 'Resource')), 'Missing required field Resource'],
    ['no principal', text(without(allow, 'Principal')), 'Missing required field Principal'],
    ['an action of another service', text({ ...allow, Action: 'kms:Decrypt' }), 'Policy has invalid action'],
    [
      'a principal that is unknown',
      text({ ...allow, Principal: { AWS: '999999999999' } }),
      'Invalid principal in policy',
    ],
  ])('refuses a malformed bucket policy with %s', async (_, Policy, message) => {
    expect(await refusal(put(Policy))).toEqual({
      name: 'MalformedPolicy',
      status: 400,
      message: expect.stringContaining(message),
    });
  });

  test('denies a public bucket policy when Block Public Access is on', async () => {
    const everybody: Statement = { ...allow, Principal: '*' };
    expect(await refusal(put(text(everybody)))).toMatchObject({ name: 'AccessDenied' });
    const ofOrganization = { StringEquals: { 'aws:PrincipalOrgID': 'o-example1234' } };
    await expect(put(text({ ...everybody, Condition: ofOrganization }))).resolves.toBeDefined();
    env.organization.addBucket({ accountId: log, name: Bucket, blockPublicPolicy: false });
    await expect(put(text(everybody))).resolves.toBeDefined();
  });
});

describe('permission', () => {
  const onlyReads = policy({ Effect: 'Allow', Action: 's3:GetBucketPolicy', Resource: bucketArn });

  test('requires permission of the role for each action', async () => {
    env = createSimulatorEnv(onlyReads);
    env.organization.editPolicy('bucket', Bucket, policy(allow));
    await expect(read()).resolves.toContain(member);
    expect(await refusal(put(text(allow)))).toEqual({
      name: 'AccessDenied',
      status: 403,
      message: expect.stringContaining(`s3:PutBucketPolicy on resource: ${bucketArn}`),
    });
  });

  test('denies the role when the bucket policy denies explicitly', async () => {
    const principal = { AWS: `arn:aws:iam::${log}:role/account-onboarding-spoke` };
    const deny: Statement = {
      Effect: 'Deny',
      Principal: principal,
      Action: 's3:PutBucketPolicy',
      Resource: bucketArn,
    };
    await put(text(deny));
    expect(await refusal(put(text(allow)))).toMatchObject({
      message: expect.stringContaining('explicit deny'),
    });
  });

  test('allows the role when the bucket policy names the role', async () => {
    env = createSimulatorEnv(policy());
    const principal = { AWS: `arn:aws:iam::${log}:role/account-onboarding-spoke` };
    const byRole: Statement = {
      Effect: 'Allow',
      Principal: principal,
      Action: 's3:*',
      Resource: bucketArn,
    };
    env.organization.editPolicy('bucket', Bucket, policy(byRole));
    await expect(read()).resolves.toContain('account-onboarding-spoke');
  });

  test('denies the role when the bucket policy names only the account', async () => {
    env = createSimulatorEnv(policy());
    const byAccount: Statement = {
      Effect: 'Allow',
      Principal: { AWS: log },
      Action: 's3:*',
      Resource: bucketArn,
    };
    env.organization.editPolicy('bucket', Bucket, policy(byAccount));
    expect(await refusal(read())).toMatchObject({ name: 'AccessDenied' });
  });

  test('requires permission of role and bucket policy when the bucket is in another account', async () => {
    const asShared = () => env.clients(shared).s3.send(new ListObjectsV2Command({ Bucket }));
    env.organization.editPolicy('bucket', Bucket, policy(allow));
    expect(await refusal(asShared())).toMatchObject({ name: 'AccessDenied' });
    const toShared = {
      ...allow,
      Principal: { AWS: shared },
      Action: ['s3:ListBucket', 's3:GetBucketPolicy'],
      Resource: bucketArn,
    };
    env.organization.editPolicy('bucket', Bucket, policy(toShared));
    await expect(asShared()).resolves.toBeDefined();
    const readPolicy = env.clients(shared).s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(await refusal(readPolicy)).toMatchObject({
      message: expect.stringContaining('is for the account that owns the resource'),
    });
  });
});

test('refuses an S3 operation that is not simulated', async () => {
  expect(await refusal(env.clients(log).s3.send(new GetBucketTaggingCommand({ Bucket })))).toMatchObject({
    name: 'NotSimulated',
    message: expect.stringContaining('s3:GetBucketTagging'),
  });
});

function without<Name extends keyof Statement>(statement: Statement, name: Name): Statement {
  const { [name]: _, ...rest } = statement;
  return rest as Statement;
}
