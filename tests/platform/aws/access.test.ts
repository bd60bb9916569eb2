import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetKeyPolicyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { GetBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { PublishCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { install } from '@sinonjs/fake-timers';
import { createAwsAccess } from '../../../shared/platform/aws/access.ts';
import { type CallCounts, countCalls } from '../../../shared/platform/aws/plugins.ts';
import { requestTimeout } from '../../../shared/platform/aws/request-handler.ts';
import { LeaseLostError } from '../../../shared/reconcile/errors.ts';
import { fault, refuse } from '../../fixtures/call-faults.ts';
import { loadCentralAccounts } from '../../fixtures/central-accounts.ts';
import { small } from '../../fixtures/small-configuration.ts';
import { createEnv, type TestEnv } from '../../fixtures/test-env.ts';

const log = { accountId: '222222222222', region: 'eu-west-1' };
const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';

const settings = ({ organization, clock }: TestEnv) => ({
  region: 'us-east-1',
  credentials: organization.hubCredentials,
  partition: 'aws',
  spokeRole: 'account-onboarding/spoke',
  runId: 'run/1 with spaces',
  clock,
  plugins: [organization.plugin()],
});

const access = (env: TestEnv) => createAwsAccess(settings(env));
const calls = (env: TestEnv, name: string) =>
  env.organization.calls.filter(({ operation }) => operation === name).length;
const readPolicy = () => new GetBucketPolicyCommand({ Bucket: 'example-logs' });
const Policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Deny', Principal: '*', Action: 's3:DeleteBucket', Resource: 'arn:aws:s3:::example-logs' },
  ],
});
const writePolicy = () => new PutBucketPolicyCommand({ Bucket: 'example-logs', Policy });

test('assumes the role that a central account configures', async () => {
  const env = await createEnv({ configuration: await loadCentralAccounts('nine') });
  const { centralAccounts } = env.configuration;
  const crypto = { accountId: '333344445555', region: 'eu-west-1' };
  const reading = createAwsAccess({ ...settings(env), centralAccounts });

  await reading.getReader(crypto).kms.send(new GetKeyPolicyCommand({ KeyId: keyId }));
  await reading.getReader(log).s3.send(readPolicy());

  expect(
    env.organization.calls.filter(({ operation }) => operation === 'AssumeRole').map(({ target }) => target),
  ).toEqual([
    'arn:aws:iam::333344445555:role/crypto/onboarding',
    'arn:aws:iam::222222222222:role/account-onboarding/spoke',
  ]);
});

test('throws the error of the lease check and sends no write', async () => {
  const env = await createEnv();
  const lost = new LeaseLostError('too late');
  const { s3 } = access(env).getWriter(log, () => {
    throw lost;
  });

  await expect(s3.send(writePolicy())).rejects.toBe(lost);
  expect(calls(env, 'PutBucketPolicy')).toBe(0);
});

test('checks the lease after the credentials were fetched', async () => {
  const env = await createEnv();
  const assumed: number[] = [];
  const { s3 } = access(env).getWriter(log, () => {
    assumed.push(calls(env, 'AssumeRole'));
  });

  await s3.send(writePolicy());

  expect(assumed).toEqual([1]);
});

test('sends a write once, whatever AWS answers', async () => {
  const env = await createEnv();
  const tries = fault(env, 'PutKeyPolicy', refuse('KMSInternalException', 'broken', 500), 10);
  const { kms } = access(env).getWriter(log, () => {});

  const sent = kms.send(new PutKeyPolicyCommand({ KeyId: keyId, Policy }));

  await expect(sent).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
  expect(tries()).toBe(1);
});

test('retries a read when AWS answers with a server error', async () => {
  const env = await createEnv();
  const tries = fault(env, 'GetKeyPolicy', refuse('KMSInternalException', 'broken', 500), 1);

  await access(env)
    .getReader(log)
    .kms.send(new GetKeyPolicyCommand({ KeyId: keyId }));

  expect(tries()).toBe(2);
});

test('requests credentials once per account, and shares them among all clients', async () => {
  const env = await createEnv();
  const aws = access(env);

  await Promise.all([
    aws.getReader(log).s3.send(readPolicy()),
    aws.getReader(log).kms.send(new GetKeyPolicyCommand({ KeyId: keyId })),
    aws.getReader({ ...log, region: 'us-east-1' }).iam.config.credentials(),
    aws.getWriter(log, () => {}).s3.send(writePolicy()),
  ]);

  expect(calls(env, 'AssumeRole')).toBe(1);
});

test('renews expiring credentials once for all callers', async () => {
  const env = await createEnv();
  const aws = access(env);
  await aws.getReader(log).s3.send(readPolicy());
  env.clock.advance(56 * 60_000);

  await Promise.all([1, 2, 3].map(() => aws.getWriter(log, () => {}).s3.send(writePolicy())));

  expect(calls(env, 'AssumeRole')).toBe(2);
});

test('assumes a role again when the first attempt failed', async () => {
  const env = await createEnv();
  fault(env, 'AssumeRole', refuse('AccessDenied', 'not yet', 403));
  const aws = access(env);

  const first = aws.getWriter(log, () => {}).s3.send(writePolicy());

  await expect(first).rejects.toMatchObject({
    name: 'AccessDeniedError',
    message: expect.stringMatching(
      /sts:AssumeRole on arn:aws:iam::222222222222:role\/account-onboarding\/spoke/,
    ),
  });
  await expect(aws.getWriter(log, () => {}).s3.send(writePolicy())).resolves.toBeDefined();
});

test('names the session after the run, in characters that STS accepts', async () => {
  const env = await createEnv();
  const sessions: unknown[] = [];
  fault(env, 'AssumeRole', (call, proceed) => {
    sessions.push(call.input);
    return proceed();
  });

  await access(env).getReader(log).s3.send(readPolicy());

  expect(sessions).toMatchObject([{ RoleSessionName: 'run-1-with-spaces' }]);
});

test("translates the errors of the hub's own clients", async () => {
  const env = await createEnv();
  fault(env, 'Publish', refuse('AuthorizationErrorException', 'no', 403));
  const command = new PublishCommand({ TopicArn: 'arn:aws:sns:us-east-1:111111111111:t', Message: 'm' });

  await expect(env.services.hub.sns.send(command)).rejects.toMatchObject({ name: 'AccessDeniedError' });
});

test('counts each attempt of a call', async () => {
  const env = await createEnv({ configuration: small(['key']) });
  const counts: CallCounts = {};
  const aws = createAwsAccess({ ...settings(env), plugins: [countCalls(counts), env.organization.plugin()] });
  fault(env, 'GetKeyPolicy', refuse('KMSInternalException', 'broken', 500), 1);

  await aws.getReader(log).kms.send(new GetKeyPolicyCommand({ KeyId: keyId }));

  expect(counts).toEqual({ 'kms:GetKeyPolicy': 2, 'sts:AssumeRole': 1 });
});

let server: Server;
let requests = 0;
let heard: () => void = () => {};

beforeAll(async () => {
  server = createServer((request, response) => {
    requests += 1;
    if (request.method === 'POST') {
      const end = new Date(Date.UTC(2100, 0)).toISOString();
      response.setHeader('content-type', 'text/xml');
      response.end(
        '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>' +
          `<AccessKeyId>a</AccessKeyId><SecretAccessKey>b</SecretAccessKey><SessionToken>c</SessionToken>` +
          `<Expiration>${end}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
      );
    } else heard();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

test('ends a write without a retry, and reports that it may have taken effect, when AWS never answers', async () => {
  const env = await createEnv();
  const { plugins, ...rest } = settings(env);
  const { port } = server.address() as AddressInfo;
  const { s3 } = createAwsAccess({
    ...rest,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    endpoint: `http://127.0.0.1:${port}`,
    requestTimeout,
  }).getWriter(log, () => {});
  const arrived = new Promise<void>((resolve) => {
    heard = resolve;
  });
  // Real time would also limit how long AssumeRole may take, and a busy machine needs longer than a test waits.
  const timers = install({ toFake: ['setTimeout', 'clearTimeout'] });

  try {
    const outcome = s3.send(writePolicy()).catch((error: unknown) => error);
    await arrived;
    timers.tick(requestTimeout);

    expect(plugins).toHaveLength(1);
    expect(await outcome).toMatchObject({
      name: 'ServiceUnavailableError',
      cause: { name: 'TimeoutError' },
    });
    expect(requests).toBe(2);
  } finally {
    timers.uninstall();
  }
});
