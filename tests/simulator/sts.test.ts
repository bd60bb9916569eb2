import { GetBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import { AccessDeniedError } from '../../shared/platform/aws/errors.ts';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import {
  createSimulatorEnv,
  hub,
  log,
  member,
  policy,
  refusal,
  region,
  type SimulatorEnv,
  trustHub,
} from '../fixtures/simulator-env.ts';

let env: SimulatorEnv;

beforeEach(() => {
  env = createSimulatorEnv();
});

const sts = (credentials: AwsCredentialIdentity = env.organization.hubCredentials) =>
  withPlugins(new STSClient({ region, credentials }), [env.organization.plugin()]);

const roleArn = (accountId: string, name: string) => `arn:aws:iam::${accountId}:role/${name}`;

const assume = (accountId: string, name: string, more: { ExternalId?: string } = {}) =>
  sts().send(new AssumeRoleCommand({ RoleArn: roleArn(accountId, name), RoleSessionName: 'run-1', ...more }));

const trusting = (trust: PolicyDocument): Promise<unknown> => {
  env.organization.addRole({ accountId: log, name: 'tried', trust });
  return assume(log, 'tried');
};

describe('AssumeRole', () => {
  test('returns different credentials of the role each time, valid for an hour', async () => {
    const first = await assume(log, 'account-onboarding-spoke');
    const second = await assume(log, 'account-onboarding-spoke');
    expect(first.Credentials?.AccessKeyId).not.toBe(second.Credentials?.AccessKeyId);
    expect(first.Credentials?.Expiration?.getTime()).toBe(env.clock.now() + 3_600_000);
    expect(first.AssumedRoleUser?.Arn).toBe(
      `arn:aws:sts::${log}:assumed-role/account-onboarding-spoke/run-1`,
    );
  });

  test('returns credentials that name the session', async () => {
    const { Credentials } = await assume(log, 'account-onboarding-spoke');
    const identity = await sts({
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    }).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({
      Account: log,
      Arn: `arn:aws:sts::${log}:assumed-role/account-onboarding-spoke/run-1`,
    });
  });

  test('denies a role that does not exist with the message of any other denial', async () => {
    expect(await refusal(assume(log, 'nowhere'))).toEqual({
      name: 'AccessDenied',
      status: 403,
      message: expect.stringContaining(`sts:AssumeRole on resource: ${roleArn(log, 'nowhere')}`),
    });
  });

  test('denies a caller that the trust policy does not name', async () => {
    const trust = policy({ Effect: 'Allow', Principal: { AWS: member }, Action: 'sts:AssumeRole' });
    expect(await refusal(trusting(trust))).toMatchObject({ name: 'AccessDenied' });
  });

  test('denies when a condition of the trust policy fails, and allows when it holds', async () => {
    const narrowed = (arn: string) =>
      policy({
        Effect: 'Allow',
        Principal: { AWS: hub },
        Action: 'sts:AssumeRole',
        Condition: { ArnLike: { 'aws:PrincipalArn': arn } },
      });
    expect(await refusal(trusting(narrowed(roleArn(hub, 'other'))))).toMatchObject({ name: 'AccessDenied' });
    await expect(trusting(narrowed(roleArn(hub, 'account-onboarding-*')))).resolves.toBeDefined();
  });

  test("evaluates the organization's id and the external id in a trust policy", async () => {
    const trust = policy({
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-example1234', 'sts:ExternalId': 'agreed' } },
    });
    expect(await refusal(trusting(trust))).toMatchObject({ name: 'AccessDenied' });
    await expect(assume(log, 'tried', { ExternalId: 'agreed' })).resolves.toBeDefined();
  });

  test('denies a role of the same account when nothing trusts the caller', async () => {
    env.organization.addRole({ accountId: hub, name: 'untrusting', trust: policy() });
    expect(await refusal(assume(hub, 'untrusting'))).toMatchObject({ name: 'AccessDenied' });
  });

  test('denies a caller that may not call AssumeRole', async () => {
    env.organization.addRole({ accountId: hub, name: 'powerless', trust: policy() });
    const credentials = env.organization.credentialsOf(hub, 'powerless');
    const call = sts(credentials).send(
      new AssumeRoleCommand({ RoleArn: roleArn(log, 'account-onboarding-spoke'), RoleSessionName: 'run-1' }),
    );
    expect(await refusal(call)).toMatchObject({ name: 'AccessDenied' });
  });

  test('denies a role of a closed account', async () => {
    env.organization.closeAccount(log);
    expect(await refusal(assume(log, 'account-onboarding-spoke'))).toMatchObject({ name: 'AccessDenied' });
  });

  test('requires a valid session name', async () => {
    const RoleArn = roleArn(log, 'account-onboarding-spoke');
    const call = sts().send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'not / so' }));
    expect(await refusal(call)).toMatchObject({ name: 'ValidationError' });
  });

  test('throws AccessDeniedError when the role cannot be assumed', async () => {
    env.organization.deleteRole(roleArn(log, 'account-onboarding-spoke'));
    const call = env.clients(log).s3.send(new GetBucketPolicyCommand({ Bucket: 'example-logs' }));
    await expect(call).rejects.toThrow(AccessDeniedError);
  });
});

describe('credentials', () => {
  const anHourLater = async () => {
    const { Credentials } = await assume(log, 'account-onboarding-spoke');
    env.clock.advance(3_600_000);
    return {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
  };

  const unknown = { accessKeyId: 'AKIDUNKNOWN', secretAccessKey: 'unknown' };
  const identity = new GetCallerIdentityCommand({});
  const bucket = new GetBucketPolicyCommand({ Bucket: 'example-logs' });
  const s3 = (credentials: AwsCredentialIdentity) =>
    withPlugins(new S3Client({ region, credentials }), [env.organization.plugin()]);

  test('lets credentials expire by the simulated clock', async () => {
    const expired = await anHourLater();
    expect(await refusal(sts(expired).send(identity))).toMatchObject({ name: 'ExpiredToken', status: 403 });
    expect(await refusal(s3(expired).send(bucket))).toMatchObject({ name: 'ExpiredToken' });
  });

  test('refuses credentials that were never issued', async () => {
    expect(await refusal(sts(unknown).send(identity))).toMatchObject({ name: 'InvalidClientTokenId' });
    expect(await refusal(s3(unknown).send(bucket))).toMatchObject({ name: 'InvalidAccessKeyId' });
  });

  test('keeps the credentials of the hub valid', async () => {
    env.clock.advance(365 * 86_400_000);
    await expect(sts().send(identity)).resolves.toMatchObject({ Account: hub });
  });

  test('renews credentials before they expire', async () => {
    const { s3: client } = env.clients(log);
    env.organization.editPolicy('bucket', 'example-logs', trustHub);
    await client.send(bucket);
    env.clock.advance(58 * 60_000);
    await client.send(bucket);
    expect(env.organization.calls.filter(({ operation }) => operation === 'AssumeRole')).toHaveLength(2);
  });
});
