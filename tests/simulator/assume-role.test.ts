import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { Conditions } from '../../shared/iam/document.ts';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import { createAccessKey } from '../../simulator/sessions.ts';
import {
  createSimulatorEnv,
  everything,
  log,
  member,
  policy,
  refusal,
  region,
  type SimulatorEnv,
  security,
  text,
} from '../fixtures/simulator-env.ts';

const RoleArn = `arn:aws:iam::${member}:role/people/ReadOnly`;
const userArn = `arn:aws:iam::${security}:user/jane`;
const SerialNumber = `arn:aws:iam::${security}:mfa/jane`;
const TokenCode = '123456';

let env: SimulatorEnv;
let key: AwsCredentialIdentity;

beforeEach(() => {
  env = createSimulatorEnv();
  env.organization.addUser({
    accountId: security,
    name: 'jane',
    permissions: everything,
    mfaCode: TokenCode,
  });
  key = createAccessKey(env.organization.world, userArn);
});

const sts = (credentials = key) =>
  withPlugins(new STSClient({ region, credentials }), [env.organization.plugin()]);

function trust(
  Condition?: Conditions,
  Action: string | string[] = 'sts:AssumeRole',
  more: object = {},
): void {
  const statement = { Effect: 'Allow' as const, Principal: { AWS: security }, Action };
  env.organization.addRole({
    accountId: member,
    name: 'ReadOnly',
    path: '/people/',
    trust: policy({ ...statement, ...(Condition === undefined ? {} : { Condition }) }),
    permissions: everything,
    ...more,
  });
}

const assume = (more: Partial<AssumeRoleCommandInput> = {}, credentials = key) =>
  sts(credentials).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'jane', ...more }));

async function open(more: Partial<AssumeRoleCommandInput> = {}, credentials = key) {
  const { Credentials } = await assume(more, credentials);
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
}

const denied = { name: 'AccessDenied' };

it('returns the ARN of a user from GetCallerIdentity', async () => {
  expect(await sts().send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: security,
    Arn: userArn,
    UserId: expect.stringMatching(/^AIDA/),
  });
});

describe('multi-factor authentication', () => {
  const mfa: Conditions = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };

  it('lets a user assume the role only with the code of its own MFA device', async () => {
    trust(mfa);
    expect(await refusal(assume())).toMatchObject(denied);
    expect(await refusal(assume({ SerialNumber, TokenCode: '000000' }))).toMatchObject(denied);
    const other = `arn:aws:iam::${security}:mfa/john`;
    expect(await refusal(assume({ SerialNumber: other, TokenCode }))).toMatchObject(denied);
    await assume({ SerialNumber, TokenCode });
  });

  it('keeps MFA in a session that GetSessionToken opened with a code', async () => {
    trust(mfa);
    const session = async (more: object) => {
      const { Credentials } = await sts().send(new GetSessionTokenCommand(more));
      return {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      };
    };
    expect(await refusal(assume({}, await session({})))).toMatchObject(denied);
    await assume({}, await session({ SerialNumber, TokenCode }));
  });

  it('omits the MFA key from requests with an access key, so that BoolIfExists matches and Bool does not', async () => {
    trust({ BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } });
    await assume();
  });

  it('keeps MFA in the session of an assumed role', async () => {
    const Condition = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
    const permissions = policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*', Condition });
    trust(undefined, undefined, { permissions });
    const next = `arn:aws:iam::${log}:role/next`;
    const Principal = { AWS: member };
    env.organization.addRole({
      accountId: log,
      name: 'next',
      trust: policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }),
    });
    expect(await refusal(assume({ RoleArn: next }, await open()))).toMatchObject(denied);
    await assume({ RoleArn: next }, await open({ SerialNumber, TokenCode }));
  });
});

describe('an external id', () => {
  it('requires the external id that the trust policy names', async () => {
    trust({ StringEquals: { 'sts:ExternalId': 'agreed' } });
    expect(await refusal(assume())).toMatchObject(denied);
    expect(await refusal(assume({ ExternalId: 'other' }))).toMatchObject(denied);
    await assume({ ExternalId: 'agreed' });
  });
});

describe('a source identity', () => {
  it('requires sts:SetSourceIdentity in the trust policy when a source identity is passed', async () => {
    trust();
    expect(await refusal(assume({ SourceIdentity: 'jane' }))).toMatchObject(denied);
    trust({ StringEquals: { 'sts:SourceIdentity': 'jane' } }, ['sts:AssumeRole', 'sts:SetSourceIdentity']);
    expect(await assume({ SourceIdentity: 'jane' })).toMatchObject({ SourceIdentity: 'jane' });
    expect(await refusal(assume({ SourceIdentity: 'john' }))).toMatchObject(denied);
  });

  it('keeps the source identity in sessions that the session opens', async () => {
    trust(undefined, ['sts:AssumeRole', 'sts:SetSourceIdentity']);
    env.organization.addRole({
      accountId: log,
      name: 'next',
      trust: policy({
        Effect: 'Allow',
        Principal: { AWS: member },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceIdentity': 'jane' } },
      }),
    });
    const next = { RoleArn: `arn:aws:iam::${log}:role/next` };
    expect(await refusal(assume(next, await open()))).toMatchObject(denied);
    expect(await assume(next, await open({ SourceIdentity: 'jane' }))).toMatchObject({
      SourceIdentity: 'jane',
    });
  });
});

describe('the duration of a session', () => {
  it('limits a session to the maximum duration of the role', async () => {
    trust(undefined, undefined, { maxSessionSeconds: 7_200 });
    const { Credentials } = await assume({ DurationSeconds: 7_200 });
    expect(Credentials?.Expiration?.getTime()).toBe(env.clock.now() + 7_200_000);
    expect(await refusal(assume({ DurationSeconds: 7_201 }))).toMatchObject({ name: 'ValidationError' });
    expect(await refusal(assume({ DurationSeconds: 899 }))).toMatchObject({ name: 'ValidationError' });
  });

  it('limits a session to an hour when a role assumes the role', async () => {
    trust(undefined, undefined, { maxSessionSeconds: 7_200 });
    env.organization.addRole({
      accountId: security,
      name: 'chained',
      trust: policy(),
      permissions: everything,
    });
    const chained = env.organization.credentialsOf(security, 'chained');
    expect(await refusal(assume({ DurationSeconds: 3_601 }, chained))).toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('role chaining'),
    });
    await assume({ DurationSeconds: 3_600 }, chained);
  });
});

describe('a session policy', () => {
  const readLogs = text({
    Effect: 'Allow',
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::example-member/logs/*',
  });

  const read = (credentials: AwsCredentialIdentity, Key: string) =>
    withPlugins(new S3Client({ region, credentials }), [env.organization.plugin()]).send(
      new GetObjectCommand({ Bucket: 'example-member', Key }),
    );

  beforeEach(() => {
    trust();
    env.organization.addBucket({ accountId: member, name: 'example-member' });
    const { objects } = env.organization.world.buckets.get('example-member') ?? {};
    for (const name of ['logs/today', 'other']) objects?.set(name, 'content');
  });

  it('allows in a session only what its session policy also allows', async () => {
    const whole = await open();
    const narrow = await open({ Policy: readLogs });
    expect(await (await read(whole, 'other')).Body?.transformToString()).toBe('content');
    await read(narrow, 'logs/today');
    expect(await refusal(read(narrow, 'other'))).toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('session policy'),
    });
  });

  it('accepts a managed policy as a session policy', async () => {
    const arn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
    expect(await refusal(read(await open({ PolicyArns: [{ arn }] }), 'other'))).toMatchObject(denied);
  });

  it('refuses a session policy that is malformed or too large', async () => {
    expect(await refusal(assume({ Policy: '{' }))).toMatchObject({
      name: 'MalformedPolicyDocumentException',
    });
    const large = text({
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${'a'.repeat(2_048)}`,
    });
    expect(await refusal(assume({ Policy: large }))).toMatchObject({ name: 'PackedPolicyTooLargeException' });
  });
});

it("evaluates a role's permissions boundary with its policies", async () => {
  const boundaryArn = env.organization.addManagedPolicy({
    accountId: member,
    name: 'boundary',
    document: policy({ Effect: 'Allow', Action: 's3:ListBucket', Resource: '*' }),
  });
  trust(undefined, undefined, { boundaryArn });
  env.organization.addBucket({ accountId: member, name: 'example-member' });
  const credentials = await open();
  const client = withPlugins(new S3Client({ region, credentials }), [env.organization.plugin()]);
  const read = client.send(new GetObjectCommand({ Bucket: 'example-member', Key: 'any' }));
  expect(await refusal(read)).toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining('permissions boundary'),
  });
});

it('gives a user the policies of its groups', async () => {
  trust();
  const groupArn = env.organization.addGroup({ accountId: security, name: 'Readers' });
  const arn = env.organization.addManagedPolicy({
    accountId: security,
    name: 'assume',
    document: policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: RoleArn }),
  });
  const john = env.organization.addUser({ accountId: security, name: 'john', groups: [groupArn] });
  const credentials = createAccessKey(env.organization.world, john);
  expect(await refusal(assume({}, credentials))).toMatchObject(denied);
  env.organization.world.groups.get(groupArn)?.attached.add(arn);
  await assume({}, credentials);
});
