import { expect, test } from '@jest/globals';
import { eventOf, workloads } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { alter, carriedOut, verify } from '../fixtures/carried-out-run.ts';
import { denyUploads } from '../fixtures/deny-uploads.ts';
import { bucket, key, log, small } from '../fixtures/small-configuration.ts';
import { createEnv, makeReady, onboard } from '../fixtures/test-env.ts';

const configuration = small(['bucket', 'key']);

test('verifies with the documents that the run itself read back, without another read', async () => {
  const env = await createEnv({ configuration });
  const { accounts } = await carriedOut(env);
  env.organization.resetCalls();

  const verification = await verify(env, accounts);

  expect(verification.missing).toEqual([]);
  expect(verification.readiness).toMatchObject({ ready: true, reasons: [] });
  expect(verification.verified).toBeGreaterThanOrEqual(2);
  const services = env.organization.calls.map(({ service }) => service);
  expect(services.filter((service) => service !== 'organizations')).toEqual([]);
});

test('reads from AWS when another run has done the work', async () => {
  const env = await createEnv({ configuration });
  const { id, accounts } = await carriedOut(env);
  await alter(env, bucket, { outcome: 'unchanged' });
  const good = await verify(env, accounts);
  env.organization.editPolicy('bucket', 'example-logs', undefined);

  const bad = await verify(env, accounts);

  expect(good.missing).toEqual([]);
  expect(bad.missing).toEqual([
    expect.stringMatching(
      new RegExp(
        `^${bucket}: account-2 \\(${id}\\) cannot let CloudTrail write logs.*no statement allows it`,
      ),
    ),
  ]);
});

test("finds an unmanaged Deny that denies the account's access", async () => {
  const env = await createEnv({ configuration });
  const { accounts } = await carriedOut(env);
  await alter(env, bucket, { outcome: 'unchanged' });
  denyUploads(env);

  const { missing, readiness } = await verify(env, accounts);

  expect(missing).toEqual([expect.stringContaining('the statement Frozen denies it')]);
  expect(readiness).toMatchObject({ ready: false, counts: { verified: 1, denied: 1 } });
});

test('finds a managed statement that names an account without grants', async () => {
  const env = await createEnv({ configuration });
  const { id, accounts } = await carriedOut(env);
  const account = await env.store.registry.getAccount(id);
  if (account === undefined) throw new Error('not registered');
  const { revision, updatedAt, ...rest } = account;
  await env.store.registry.put({ ...rest, state: 'SUSPENDED' }, revision, updatedAt);
  const now = (await env.store.registry.getAccount(id))?.revision ?? 0;

  const { missing } = await verify(env, [{ accountId: id, revision: now }]);

  expect(accounts[0]?.revision).toBeLessThan(now);
  expect(missing).toEqual([
    `${key}: a managed statement still names account-4 (${id}), which no grant gives access here`,
    `${bucket}: a managed statement still names account-4 (${id}), which no grant gives access here`,
  ]);
});

test('leaves an account that changed again to the run of the later change', async () => {
  const env = await createEnv({ configuration: small(['bucket', 'key', 'repository']) });
  const { id, accounts } = await carriedOut(env);
  env.organization.moveAccount(id, workloads);
  await onboard(
    env,
    eventOf(env, () => env.organization.tagAccount(id, { any: 'tag' })),
  );
  await alter(env, bucket, { outcome: 'unchanged' });

  expect(await verify(env, accounts)).toMatchObject({ verified: 0, missing: [], waiting: false });
});

test('keeps the result of a resource that the run did not update', async () => {
  const env = await createEnv({ configuration });
  const { accounts } = await carriedOut(env);
  env.organization.editPolicy('bucket', 'example-logs', undefined);
  await alter(env, bucket, { outcome: 'refused' });

  const { missing, readiness } = await verify(env, accounts);

  expect(missing).toEqual([]);
  expect(readiness).toMatchObject({
    ready: 'unproven',
    reasons: [expect.stringMatching(/^unknown \(1\): the central resource was not updated \(refused\)/)],
  });
});

test.each([
  ['unknown', 'the account itself', (own: string) => own, { unknown: 1 }],
  ['verified', 'another account', () => '555566667777', { verified: 1 }],
])('calls an access %s when the policy has no room for %s', async (_, __, held, counts) => {
  const env = await createEnv({ configuration: small(['bucket']) });
  const { accounts, id } = await carriedOut(env);
  const holds = [{ accountId: held(id), change: 'add', reason: 'capacity' } as const];
  await alter(env, bucket, { outcome: 'held', wrote: true, holds });

  const { missing, readiness } = await verify(env, accounts);

  expect(missing).toEqual([]);
  expect(readiness).toMatchObject({ counts });
});

test('reports an access as central only when it names a role and the member account was not read', async () => {
  const env = await createEnv({ configuration: small(['bucket', 'people']) });
  const { accounts } = await carriedOut(env, { log, security: '333333333333' });

  expect((await verify(env, accounts)).readiness).toMatchObject({
    ready: 'unproven',
    counts: { verified: 1, 'central-only': 1 },
    reasons: [expect.stringMatching(/^central only \(1\): the role people\/Developer is no member role/)],
  });
});

test('reports an access as unknown, with the condition keys, when a Deny depends on the request', async () => {
  const env = await createEnv({ configuration });
  const { accounts } = await carriedOut(env);
  await alter(env, bucket, { outcome: 'unchanged' });
  denyUploads(env, { StringNotEquals: { 's3:x-amz-server-side-encryption': 'aws:kms' } });

  const { missing, readiness } = await verify(env, accounts);

  expect(missing).toEqual([]);
  expect(readiness).toMatchObject({ ready: 'unproven', counts: { verified: 1, unknown: 1 } });
  expect(readiness?.reasons[0]).toContain('s3:x-amz-server-side-encryption');
});

test('reports an access as denied when AWS rejects the account as a principal', async () => {
  const env = await createEnv({ configuration });
  const { id, accounts } = await carriedOut(env);
  await alter(env, bucket, {
    outcome: 'held',
    holds: [{ accountId: id, change: 'add', reason: 'rejected-principal' }],
  });

  const { missing, readiness } = await verify(env, accounts);

  expect(missing).toEqual([]);
  expect(readiness).toMatchObject({ ready: false, counts: { denied: 1 } });
});

test('reports a resource as missing when another configuration added it after the plan', async () => {
  const env = await createEnv({ configuration });
  const { accounts } = await carriedOut(env);
  await makeReady({ ...env, configuration: small(['bucket', 'key', 'people']) });

  expect((await verify(env, accounts)).missing).toEqual([expect.stringMatching(/Developers: not planned/)]);
});

test('verifies no access of a resource that cannot be read', async () => {
  const env = await createEnv({ configuration });
  const { accounts } = await carriedOut(env);
  await alter(env, bucket, { outcome: 'unchanged' });
  fault(env, 'GetBucketPolicy', refuse('AccessDenied', 'no', 403));

  expect((await verify(env, accounts)).missing).toEqual([
    expect.stringContaining('cannot be read for verification'),
  ]);
});

test('skips accounts that the run did not register', async () => {
  const env = await createEnv({ configuration });

  expect(await verify(env, [{ accountId: '555566667777' }])).toMatchObject({
    verified: 0,
    missing: [],
    waiting: false,
  });
});
