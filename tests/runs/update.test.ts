import { expect, test } from '@jest/globals';
import { planRun } from '../../shared/runs/plan.ts';
import { updateCentralAccount } from '../../shared/runs/update.ts';
import type { Outcome, ResourceChange } from '../../shared/store/ports.ts';
import { bucket, key, people } from '../flows/configurations.ts';
import { created } from '../flows/events.ts';
import { fault, refuse } from '../flows/faults.ts';
import { makeReady, named, type World, world, writeCounts } from '../flows/flows-fixture.ts';

/** A run that is planned for one account, which the registry knows. */
async function planned(of: World, cause = 'created') {
  const { id } = created(of);
  await makeReady(of);
  const account = await of.store.registry.account(id);
  await of.store.runs.put({ runId: 'run', status: 'running', startedAt: '', accountIds: [id], cause });
  const plan = await planRun(of.services, {
    runId: 'run',
    cause,
    accounts: [{ accountId: id, revision: account?.revision }],
  });
  of.organization.resetCalls();
  return { id, plan, revision: plan.revision };
}

const update = (of: World, revision: number, central: 'log' | 'security' = 'log') =>
  updateCentralAccount(of.services, { runId: 'run', central, revision });

const change = async (of: World, resource: string): Promise<ResourceChange | undefined> =>
  (await of.store.runs.changes('run')).find((each) => each.resource === resource);

test('a plan says what is there and what should be, and writes nothing to AWS', async () => {
  const of = await world();

  const { plan } = await planned(of);

  expect(plan).toMatchObject({ resources: 5, changes: 4 });
  expect(writeCounts(of)).toEqual({});
  expect(await change(of, bucket)).toMatchObject({
    planned: 'change',
    before: {},
    after: {},
    plannedGeneration: 0,
  });
  expect(named(of)[bucket]).toEqual([]);
});

test('where no account was registered there is nothing to plan', async () => {
  const of = await world();

  const plan = await planRun(of.services, { runId: 'run', cause: 'created', accounts: [{ accountId: '1' }] });

  expect(plan).toMatchObject({ revision: 0, resources: 0, changes: 0, approval: 'none' });
});

test('what is settled is read again by hand only', async () => {
  const of = await world();
  const { id, revision } = await planned(of);
  for (const central of ['log', 'security'] as const) await update(of, revision, central);
  of.organization.resetCalls();
  const step = { runId: 'again', accounts: [{ accountId: id, revision }] };

  await planRun(of.services, { ...step, cause: 'created' });
  const byEvent = of.organization.calls.filter(({ operation }) => operation === 'GetBucketPolicy').length;
  await planRun(of.services, { ...step, cause: 'manual' });
  const byHand = of.organization.calls.filter(({ operation }) => operation === 'GetBucketPolicy').length;

  expect([byEvent, byHand]).toEqual([0, 1]);
});

test('a resource that cannot be planned keeps the reason, and the others are planned', async () => {
  const of = await world();
  fault(of, 'GetBucketPolicy', refuse('AccessDenied', 'no', 403));

  await planned(of);

  expect(await change(of, bucket)).toMatchObject({ error: { name: 'AccessDeniedError' } });
  expect(await change(of, key)).toMatchObject({ planned: 'change' });
});

test('only the resources of the central account are updated', async () => {
  const of = await world();
  const { revision } = await planned(of);

  const updated = await update(of, revision);

  expect(updated).toEqual({ central: 'log', outcomes: { written: 2 } });
  expect((await change(of, people))?.outcome).toBeUndefined();
});

test('one failure does not stop the others, and is recorded before it is thrown under its own name', async () => {
  const of = await world();
  const { revision } = await planned(of);
  fault(of, 'PutBucketPolicy', refuse('SlowDown', 'slow down', 503));

  await expect(update(of, revision)).rejects.toMatchObject({ name: 'ThrottledError', retryable: true });

  expect(await change(of, bucket)).toMatchObject({ outcome: 'failed', error: { name: 'ThrottledError' } });
  expect(await change(of, key)).toMatchObject({ outcome: 'written' });
});

test('a second attempt does only what is left', async () => {
  const of = await world();
  const { revision } = await planned(of);
  fault(of, 'PutBucketPolicy', refuse('SlowDown', 'slow down', 503));
  await update(of, revision).catch(() => {});
  of.organization.resetCalls();

  const updated = await update(of, revision);

  expect(updated.outcomes).toEqual({ written: 2 });
  expect(writeCounts(of)).toEqual({ 'example-logs': 1 });
});

test('what no retry can help is recorded and not thrown', async () => {
  const of = await world();
  const { revision } = await planned(of);
  fault(of, 'PutBucketPolicy', refuse('AccessDenied', 'no', 403));

  expect(await update(of, revision)).toMatchObject({ outcomes: { failed: 1, written: 1 } });
});

test.each([
  ['of this run', true, 'InvalidPrincipalError'],
  ['of another run', false, undefined],
])('an account %s that AWS refuses: %s is tried again', async (_, own, error) => {
  const of = await world();
  const stranger = created(of).id;
  const { id, revision } = await planned(of);
  of.organization.refusePrincipal(own ? id : stranger);

  const thrown = await update(of, revision).then(
    () => undefined,
    ({ name }: Error) => name,
  );

  expect(thrown).toBe(error);
  expect(await change(of, key)).toMatchObject({ outcome: 'set-aside' satisfies Outcome });
  expect(named(of)[key]).toContain(own ? stranger : id);
});

test('while a busy resource is tried again soon, AWS is not asked again for an account that it has just refused', async () => {
  const of = await world();
  const { id, revision } = await planned(of);
  of.organization.refusePrincipal(id);
  fault(of, 'PutBucketPolicy', refuse('SlowDown', 'slowly', 503), 3);
  const again = () => update(of, revision).catch(({ name }: Error) => name);
  const writes = () => of.organization.calls.filter(({ operation }) => operation === 'PutKeyPolicy').length;

  const first = await again();
  const search = writes();
  of.clock.advance(15_000);
  const soon = [await again(), writes() - search];
  of.clock.advance(15_000);
  const later = [await again(), writes() - search];
  const last = [await again(), writes() - search];
  const alone = [await again(), writes() - search];

  expect(first).toBe('ThrottledError');
  expect(soon).toEqual(['ThrottledError', 0]);
  expect(later).toEqual(['ThrottledError', 1]);
  expect(last).toEqual(['InvalidPrincipalError', 1]);
  expect(alone).toEqual(['InvalidPrincipalError', 2]);
});

test('what is being written for a crowd is not read for the plan of one more, except by hand', async () => {
  const of = await world();
  const { id, revision } = await planned(of);
  await update(of, revision);
  const state = await of.store.resources.get(bucket);
  if (state === undefined) throw new Error('Nothing was written');
  const until = new Date(of.clock.now() + 20_000).toISOString();
  await of.store.resources.put(bucket, { ...state, gathering: { until, pause: 27_000, revision } });
  const step = { runId: 'one-more', accounts: [{ accountId: id, revision: revision + 1 }] };
  const reads = () => of.organization.calls.filter(({ operation }) => operation === 'GetBucketPolicy').length;
  of.organization.resetCalls();

  await planRun(of.services, { ...step, cause: 'created' });
  const byEvent = reads();
  await planRun(of.services, { ...step, cause: 'manual' });

  expect([byEvent, reads()]).toEqual([0, 1]);
});

test('a resource that others hold is recorded as waiting once, however often it is tried', async () => {
  const of = await world();
  const { revision } = await planned(of);
  await of.store.leases.acquire(bucket, 'another', of.clock.now(), of.clock.now() + 180_000);
  await expect(update(of, revision)).rejects.toMatchObject({ name: 'ResourceBusyError' });
  const waiting = await change(of, bucket);

  await expect(update(of, revision)).rejects.toMatchObject({ name: 'ResourceBusyError' });

  expect(waiting).toMatchObject({ outcome: 'busy', central: 'log' });
  expect(await change(of, bucket)).toEqual(waiting);
});
