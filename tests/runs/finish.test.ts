import { expect, test } from '@jest/globals';
import { getTimestamp } from '../../shared/platform/clock.ts';
import { parseTaskError } from '../../shared/platform/lambda/task-error.ts';
import { toCapacityHold } from '../../shared/reconcile/holds.ts';
import { failRun, finishRun } from '../../shared/runs/finish.ts';
import type { RejectedPrincipalHold, ResourceChange, RunRecord } from '../../shared/store/ports.ts';
import type { Readiness } from '../../shared/store/readiness.ts';
import { created } from '../fixtures/account-events.ts';
import { blockedHolds, graceHolds } from '../fixtures/plan-fixture.ts';
import { small } from '../fixtures/small-configuration.ts';
import { inMemory } from '../fixtures/storage.ts';
import { createEnv, makeReady, type TestEnv } from '../fixtures/test-env.ts';

const configuration = small(['bucket']);
const own = '888888888888';
const start = '2026-03-01T10:00:00.000Z';
const nothing = { missing: [] };
const error = { name: 'ThrottledError', message: 'slow', retryable: true };

const opened: RunRecord = {
  runId: 'run',
  status: 'running',
  startedAt: start,
  cause: 'moved',
  accountIds: [own],
};

async function finish(changes: readonly ResourceChange[], more: object = {}) {
  const env = await createEnv({ configuration, storage: inMemory() });
  await env.store.runs.put(opened);
  for (const change of changes) await env.store.runs.putChange('run', change);
  const accounts = [{ accountId: own, revision: 1 }];
  const step = {
    runId: 'run',
    startedAt: start,
    mode: 'sync' as const,
    accounts,
    verification: nothing,
    updates: [],
  };
  await finishRun(env.services, { ...step, ...more });
  return recordOf(env);
}

const recordOf = async (env: TestEnv): Promise<RunRecord> => {
  const run = await env.store.runs.get('run');
  if (run === undefined) throw new Error('no record');
  return run;
};

const rejected = (...ids: readonly string[]): readonly RejectedPrincipalHold[] =>
  ids.map((accountId) => ({ accountId, change: 'add', reason: 'rejected-principal' }));

const inGrace = graceHolds({ 8: 'then' }).flatMap((hold) =>
  hold.reason === 'grace-period' ? [{ ...hold, until: 'later' }] : [],
);

test.each<[string, ResourceChange, readonly string[]]>([
  ['written', { resource: 'r', outcome: 'written' }, []],
  ['unchanged', { resource: 'r', outcome: 'unchanged' }, []],
  ['not updated', { resource: 'r' }, ['r: not updated']],
  ['not planned', { resource: 'r', error }, ['r: not updated: ThrottledError: slow']],
  ['failed', { resource: 'r', outcome: 'failed', error }, ['r: failed: ThrottledError: slow']],
  ['busy', { resource: 'r', outcome: 'busy', error }, ['r: busy: ThrottledError: slow']],
  [
    'held for an own rejected principal',
    { resource: 'r', outcome: 'held', holds: rejected(own, 'other') },
    [`r: AWS does not accept ${own} as a principal`],
  ],
  [
    'held for a principal that is only suspected',
    { resource: 'r', outcome: 'held', holds: rejected(own).map((hold) => ({ ...hold, ambiguous: true })) },
    [`r: AWS rejected the document while ${own} was in it, and named no cause`],
  ],
  ['held for another rejected principal', { resource: 'r', outcome: 'held', holds: rejected('other') }, []],
  [
    'held for another rejected principal and blocked removals',
    { resource: 'r', outcome: 'held', holds: [...rejected('other'), ...blockedHolds(['1'])], error },
    ['r: removal blocked: ThrottledError: slow'],
  ],
  [
    'held for a lack of room and an own rejected principal',
    { resource: 'r', outcome: 'held', holds: [toCapacityHold('new'), ...rejected(own)], error },
    [`r: AWS does not accept ${own} as a principal`, 'r: no room: ThrottledError: slow'],
  ],
  ['refused', { resource: 'r', outcome: 'refused', error }, ['r: refused: ThrottledError: slow']],
])('reports a resource with the outcome %s', async (_, change, left) => {
  const run = await finish([change]);

  expect(run.unresolved ?? []).toEqual(left);
  expect(run.status).toBe(left.length === 0 ? 'succeeded' : 'failed');
});

test('reports whose access a run changed, and nothing about a failed change', async () => {
  const run = await finish([
    { resource: 'a', outcome: 'written', added: ['1', '2'], removed: ['3'] },
    { resource: 'b', outcome: 'held', wrote: true, added: ['2'], holds: rejected('4') },
    { resource: 'c', outcome: 'failed', added: ['5'], removed: ['6'], error },
    { resource: 'd', planned: 'change', added: ['7'] },
    { resource: 'e', outcome: 'unchanged', holds: inGrace },
  ]);

  expect(run.accessChanges).toEqual({
    granted: { accounts: 2, resources: 2 },
    revoked: { accounts: 1, resources: 1 },
    inGrace: { accounts: 1, resources: 1 },
  });
});

test('reports an access that could not be verified as unresolved', async () => {
  const run = await finish([], { verification: { ...nothing, verified: 1, missing: ['r: cannot'] } });

  expect(run).toMatchObject({ status: 'failed', reason: 'r: cannot', unresolved: ['r: cannot'] });
});

const proven: Readiness = { ready: true, counts: { verified: 2 }, reasons: [] };
const unproven: Readiness = {
  ready: 'unproven',
  counts: { verified: 1, 'central-only': 1 },
  reasons: ['central only (1): the member account was not read'],
};

test.each([proven, unproven])('records %j when the run has succeeded', async (readiness) => {
  const run = await finish([], { verification: { ...nothing, readiness } });

  expect(run).toMatchObject({ status: 'succeeded', readiness });
});

test('calls no failed run ready in its record', async () => {
  const failed: ResourceChange = { resource: 'r', outcome: 'failed', error };
  const run = await finish([failed], { verification: { ...nothing, readiness: proven } });

  expect(run.readiness).toEqual({
    ...proven,
    ready: 'unproven',
    reasons: ['the run failed: its unresolved items may concern any access'],
  });
});

test('reports an account that was not registered, with its error', async () => {
  const Cause = JSON.stringify({ errorType: 'AccountNotReadyError', errorMessage: 'still being created' });
  const accounts = [{ accountId: own, error: { Error: 'AccountNotReadyError', Cause } }];

  const run = await finish([], { accounts });

  expect(run.unresolved).toEqual([`Account ${own}: AccountNotReadyError: still being created`]);
});

test('keeps the cause and the start of a finished run', async () => {
  expect(await finish([])).toMatchObject({ startedAt: start, cause: 'moved', accountIds: [own] });
});

test('names every unfinished resource when a run ends as failed', async () => {
  const env = await createEnv({ configuration, storage: inMemory() });
  await env.store.runs.put(opened);
  await env.store.runs.putChange('run', { resource: 'a', outcome: 'written' });
  await env.store.runs.putChange('run', { resource: 'b', planned: 'change' });

  await failRun(env.services, { runId: 'run', startedAt: '2026-03-01T11:00:00.000Z', error });

  expect(await recordOf(env)).toMatchObject({
    status: 'failed',
    startedAt: start,
    cause: 'moved',
    error,
    unresolved: [expect.stringContaining('ThrottledError'), 'b: not updated'],
  });
});

test.each(['succeeded', 'failed'] as const)(
  'keeps the record of a run that has %s, and does not announce it again',
  async (status) => {
    const env = await createEnv({ configuration, storage: inMemory() });
    await env.store.runs.put({ ...opened, status, announcedAt: 'then' });

    const ended = await failRun(env.services, { runId: 'run', startedAt: start, error });

    expect(ended).toEqual({ runId: 'run', status, metrics: [] });
    expect(await recordOf(env)).toEqual({ ...opened, status, announcedAt: 'then' });
    expect(env.organization.world.putEvents).toEqual([]);
  },
);

test('announces a pending end and keeps the record when a run is ended a second time', async () => {
  const env = await createEnv({ configuration, storage: inMemory() });
  const pending = { status: 'pending', at: getTimestamp(env.clock) } as const;
  const announcement = {
    title: 'Account Onboarding Failed',
    bus: pending,
    topic: { ...pending, status: 'announced' },
  } as const;
  await env.store.runs.put({ ...opened, status: 'failed', unresolved: ['r: failed'], announcement });

  await failRun(env.services, { runId: 'run', startedAt: start, error });

  expect(env.organization.world.putEvents).toMatchObject([{ DetailType: 'Account Onboarding Failed' }]);
  expect(env.organization.world.messages).toEqual([]);
  expect(await recordOf(env)).toMatchObject({ unresolved: ['r: failed'], announcedAt: expect.any(String) });
});

test('reports a failed update with its error', async () => {
  const given = { Error: 'Lambda.Unknown', Cause: '{"errorMessage":"exited"}' };
  const run = await finish([{ resource: 'r' }], {
    updates: [{ centralAccount: 'log', error: given }, { centralAccount: 'shared' }],
  });

  expect(run).toMatchObject({
    status: 'failed',
    unresolved: ['r: not updated', 'The log account: Lambda.Unknown: exited'],
  });
});

test('creates a record for an execution that died before it created one', async () => {
  const env = await createEnv({ configuration, storage: inMemory() });

  await failRun(env.services, { runId: 'run', startedAt: start, error });

  expect(await recordOf(env)).toMatchObject({ status: 'failed', accountIds: [], startedAt: start });
});

test('writes the record before the announcement', async () => {
  const env = await createEnv({ configuration, storage: inMemory() });
  const { id } = created(env);
  await makeReady(env);
  await env.store.runs.put({ ...opened, accountIds: [id] });
  const statuses: (string | undefined)[] = [];
  env.organization.intercept(async (_, proceed) => {
    statuses.push((await env.store.runs.get('run'))?.status);
    return proceed();
  });

  await finishRun(env.services, {
    runId: 'run',
    startedAt: start,
    mode: 'sync',
    accounts: [],
    verification: nothing,
    updates: [],
  });

  expect([...new Set(statuses)]).toEqual(['succeeded']);
});

test('announces the first lines of a long report, and records the whole report', async () => {
  const env = await createEnv({ configuration, storage: inMemory() });
  await env.store.runs.put(opened);
  for (let count = 0; count < 80; count += 1)
    await env.store.runs.putChange('run', { resource: String(count).padStart(2, '0') });

  await finishRun(env.services, {
    runId: 'run',
    startedAt: start,
    mode: 'sync',
    accounts: [],
    verification: nothing,
    updates: [],
  });

  expect((await recordOf(env)).unresolved).toHaveLength(80);
  const [event] = env.organization.world.putEvents;
  const { unresolved } = JSON.parse(String(event?.Detail));
  expect(unresolved).toHaveLength(51);
  expect(unresolved.at(-1)).toBe(
    '… 30 more lines are missing here: the record of run run in the table has all of the missing lines',
  );
});

test('counts in the announcement the lines that the record does not have', async () => {
  const env = await createEnv({ configuration, storage: inMemory() });
  await env.store.runs.put(opened);
  const findings = Array.from({ length: 70 }, (_, number) => `bucket: finding ${number}`);
  const missing = [...findings, '… 500 more lines are missing here: start the run again'];
  const step = { runId: 'run', startedAt: start, mode: 'sync' as const, accounts: [], updates: [] };

  await finishRun(env.services, { ...step, verification: { ...nothing, missing } });

  expect((await recordOf(env)).unresolved).toEqual(missing);
  const [event] = env.organization.world.putEvents;
  expect(JSON.parse(String(event?.Detail)).unresolved).toEqual([
    ...findings.slice(0, 50),
    '… 520 more lines are missing here: the record of run run in the table has 20 of the missing lines; start the run again',
  ]);
});

test.each([
  ['{"errorType":"E","errorMessage":"what Lambda says"}', 'what Lambda says'],
  ['plain text', 'plain text'],
  ['{"other":1}', '{"other":1}'],
  ['null', 'null'],
  [undefined, ''],
])('reads the error message of %s', (cause, message) => {
  expect(parseTaskError(cause)).toBe(message);
});
