import { expect, test } from '@jest/globals';
import { createRecordedReadings } from '../../shared/reconcile/recorded-readings.ts';
import { verifyRun } from '../../shared/reconcile/verify.ts';
import { planRun } from '../../shared/runs/plan.ts';
import { updateCentralAccount } from '../../shared/runs/update.ts';
import { created } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { people, secret, security, shared, small } from '../fixtures/small-configuration.ts';
import { createEnv, makeReady, otherServices, type TestEnv } from '../fixtures/test-env.ts';

const configuration = small(['people', 'secret'], '\nverification: { organizationPolicies: ignore }');

/** A run that has registered an account and planned, and has written nothing yet. */
async function begin(env: TestEnv, runId: string) {
  const { id } = created(env);
  env.organization.tagAccount(id, { runner: 'yes' });
  await makeReady(env);
  const revision = (await env.store.registry.getAccount(id))?.revision ?? 0;
  const accounts = [{ accountId: id, revision }];
  const startedAt = new Date(env.clock.now() - 1_000).toISOString();
  await env.store.runs.put({ runId, status: 'running', startedAt, accountIds: [id] });
  await planRun(env.services, { runId, cause: 'created', accounts });
  return { runId, revision, accounts };
}

type Begun = Awaited<ReturnType<typeof begin>>;

/** Each step with services of its own, as another process has. */
async function update(env: TestEnv, { runId, revision }: Begun): Promise<void> {
  for (const [centralAccount, accountId] of Object.entries({ security, shared }))
    await updateCentralAccount(otherServices(env), { runId, revision, centralAccount, accountId });
}

const verify = (env: TestEnv, { runId, accounts }: Begun) =>
  verifyRun(otherServices(env), { runId, accounts });

const evidenceCalls = ['ListGroupPolicies', 'GetKeyPolicy', 'ListGrants'];

/** How often the calls that only verifications need were sent. */
const countReads = (env: TestEnv): number =>
  env.organization.calls.filter(({ operation }) => evidenceCalls.includes(operation)).length;

/** Of two runs of a burst, the second has written for both. */
async function serveTwo(env: TestEnv): Promise<{ readonly first: Begun; readonly second: Begun }> {
  await update(env, await begin(env, 'before'));
  env.clock.advance(10_000);
  const first = await begin(env, 'first');
  const second = await begin(env, 'second');
  env.clock.advance(10_000);
  await update(env, second);
  await update(env, first);
  env.organization.resetCalls();
  return { first, second };
}

test('reads no group and no key in a verification when an update of the burst has recorded them', async () => {
  const env = await createEnv({ configuration });
  const { first, second } = await serveTwo(env);

  const own = await verify(env, second);
  const served = await verify(env, first);

  expect(own.readiness?.counts).toEqual({ verified: 1, 'central-only': 1 });
  expect(served.readiness?.counts).toEqual({ verified: 1, 'central-only': 1 });
  expect(countReads(env)).toBe(0);
});

test('denies an access by a recorded policy of the group', async () => {
  const env = await createEnv({ configuration });
  const Deny = { Effect: 'Deny', Action: 'sts:AssumeRole', Resource: '*' };
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [Deny] });
  const group = `arn:aws:iam::${security}:group/Developers`;
  env.organization.world.groups.get(group)?.inlinePolicies.set('no-roles', policy);
  const { first } = await serveTwo(env);

  const { readiness } = await verify(env, first);

  expect(readiness?.counts).toEqual({ verified: 1, denied: 1 });
  expect(countReads(env)).toBe(0);
});

test('reads the group and the key again when the record is older than five minutes', async () => {
  const env = await createEnv({ configuration });
  const { first } = await serveTwo(env);
  env.clock.advance(5 * 60_000);

  await verify(env, first);

  expect(countReads(env)).toBeGreaterThan(0);
});

test('reads the group and the key in the verification, and not in the update, when there is no burst', async () => {
  const env = await createEnv({ configuration });
  const alone = await begin(env, 'alone');
  env.organization.resetCalls();

  await update(env, alone);
  const byUpdate = countReads(env);
  await verify(env, alone);

  expect(byUpdate).toBe(0);
  expect(countReads(env)).toBeGreaterThan(0);
});

test('uses no readings from before the start of the run', async () => {
  const env = await createEnv({ configuration });
  const { second } = await serveTwo(env);
  const { run, changes } = await env.store.runs.getWhole(second.runId);
  const find = (since: string) =>
    createRecordedReadings(env.services, {
      whole: { runId: 'another', run, changes: [] },
      since: Date.parse(since),
    }).find(people);
  const { at } = changes.find(({ resource }) => resource === people)?.readings ?? {};

  expect(await find(new Date(Date.parse(String(at)) - 1).toISOString())).toMatchObject({
    principal: { outcome: 'read' },
  });
  expect(await find(String(at))).toBeUndefined();
});

test.each([
  ['the group', 'GetGroup', people, 'principal'],
  ['the key', 'GetKeyPolicy', secret, 'keys'],
])(
  'writes the resource without a record of %s when AWS throttles its reads',
  async (_, operation, key, part) => {
    const env = await createEnv({ configuration });
    const throttled = fault(env, operation, refuse('ThrottlingException', 'Rate exceeded'), 1_000);

    const { second } = await serveTwo(env);

    const { changes } = await env.store.runs.getWhole(second.runId);
    const change = changes.find(({ resource }) => resource === key);
    expect(throttled()).toBeGreaterThan(0);
    expect(change).toMatchObject({ outcome: 'written' });
    expect(change?.readings ?? {}).not.toHaveProperty(part);
  },
);
