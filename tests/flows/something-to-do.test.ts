import { expect, test } from '@jest/globals';
import { deploymentOf } from '../../shared/policy/owned.ts';
import type { FunctionInterceptor } from '../../simulator/local-deployment.ts';
import { bucket, everything, key, repository, small } from './configurations.ts';
import { created, workloads } from './events.ts';
import { fault, refuse } from './faults.ts';
import { activated, readCounts, type SweepOptions, sweep, swept } from './sweeps.ts';
import { answer, approving, untilItWaits } from './waiting.ts';
import {
  due,
  type Ended,
  makeReady,
  named,
  type OnboardOptions,
  onboard,
  outcomes,
  type World,
  world,
  writeCounts,
} from './world.ts';

const hours = 3_600_000;
const repositoryArn = 'arn:aws:ecr:eu-west-1:444444444444:repository/base/node';

/** Notes which update functions are called, each attempt. */
function noting(): { readonly updates: string[]; readonly around: FunctionInterceptor } {
  const updates: string[] = [];
  const around: FunctionInterceptor = (token, invoke) => {
    const update = /^Update(\w+)AccountFunctionArn$/.exec(token);
    if (update?.[1] !== undefined) updates.push(update[1]);
    return invoke();
  };
  return { updates, around };
}

/** A run or a sweep, and whose update functions it called. */
type Noted = Ended & { readonly updates: readonly string[] };

async function notedSweep(of: World, options: SweepOptions = {}): Promise<Noted> {
  const { updates, around } = noting();
  return { ...(await sweep(of, { ...options, around })), updates };
}

async function notedRun(of: World, input: unknown, options: OnboardOptions = {}): Promise<Noted> {
  const { updates, around } = noting();
  return { ...(await onboard(of, input, { ...options, around })), updates };
}

/** Takes what is ours out of the bucket's policy, as others do. */
function withoutOurs({ organisation }: World): void {
  const policy = organisation.policyOf('bucket', 'example-logs');
  const Statement = policy?.Statement.filter(({ Sid }) => deploymentOf(Sid) !== 'flows') ?? [];
  organisation.editPolicy('bucket', 'example-logs', { Version: '2012-10-17', ...policy, Statement });
}

/** Puts an account into the statement of ours on the repository, as others do. */
function letIn({ organisation }: World, id: string): void {
  const text = JSON.stringify(organisation.policyOf('repository', repositoryArn));
  const [only, its] = ['888888888888', id].map((account) => `"arn:aws:iam::${account}:root"`);
  organisation.editPolicy(
    'repository',
    repositoryArn,
    JSON.parse(text.replace(`${only}`, `[${only},${its}]`)),
  );
}

const states = ({ store }: World) => Promise.all(everything.map((resource) => store.resources.get(resource)));

test('a quiet sweep calls no update function: each resource is read once, and on record as the plan saw it', async () => {
  const of = await swept();
  const before = await states(of);

  const ended = await notedSweep(of);

  expect(ended.updates).toEqual([]);
  expect(ended).toMatchObject({
    status: 'SUCCEEDED',
    run: { status: 'succeeded', counts: { equal: 5, written: 0, failed: 0, drift: { equal: 5 } } },
  });
  expect(Object.values(readCounts(of))).toEqual([1, 1, 1, 1, 1]);
  expect(writeCounts(of)).toEqual({});
  expect(await states(of)).toEqual(before);
  expect(ended.changes.map(({ resource }) => resource)).toEqual([...everything].sort());
  for (const change of ended.changes)
    expect(change).toMatchObject({
      outcome: 'unchanged',
      planned: 'none',
      size: expect.any(Number),
      limit: expect.any(Number),
      plannedAt: expect.any(String),
      finishedAt: expect.any(String),
    });
});

test('an event that is told again calls none either, and the access is verified all the same', async () => {
  const of = await swept();
  const { event } = created(of);
  await onboard(of, event);
  of.organisation.editPolicy('bucket', 'example-logs', undefined);

  const again = await notedRun(of, event);

  expect(again.updates).toEqual([]);
  expect(new Set(Object.values(outcomes(again)))).toEqual(new Set(['unchanged']));
  expect(again.run).toMatchObject({
    status: 'failed',
    left: expect.arrayContaining([expect.stringContaining(bucket)]),
  });
});

test('a run by hand for one account calls the function of the account in which it has something to do', async () => {
  const of = await swept();
  const { id, event } = created(of);
  await onboard(of, event);
  of.organisation.resetCalls();
  withoutOurs(of);

  const ended = await notedRun(of, { accountId: id });

  expect(ended.updates).toEqual(['Log']);
  expect(ended.run.status).toBe('succeeded');
  expect(outcomes(ended)).toEqual({
    ...Object.fromEntries(everything.map((resource) => [resource, 'unchanged'])),
    [bucket]: 'written',
  });
  expect(writeCounts(of)).toEqual({ 'example-logs': 1 });
  expect(named(of)).toEqual(due(of));
});

test('a run by hand that finds all as it was left is verified by what its plan has read, without another read', async () => {
  const of = await swept();
  const { id, event } = created(of);
  await onboard(of, event);
  of.organisation.resetCalls();

  const ended = await notedRun(of, { accountId: id });

  expect(ended).toMatchObject({ updates: [], run: { status: 'succeeded' } });
  expect(Object.values(readCounts(of))).toEqual([1, 1, 1, 1, 1]);
});

test('what others did beside ours reaches the update, which remembers it', async () => {
  const of = await swept();
  const policy = of.organisation.policyOf('repository', repositoryArn);
  of.organisation.editPolicy('repository', repositoryArn, {
    Version: '2012-10-17',
    Statement: [
      ...(policy?.Statement ?? []),
      { Effect: 'Deny', Principal: '*', Action: 'ecr:DeleteRepository' },
    ],
  });

  const first = await notedSweep(of);
  const second = await notedSweep(of);

  expect([first.updates, second.updates]).toEqual([['Shared'], []]);
  expect(first.run.counts?.drift).toEqual({ equal: 4, 'foreign-changed': 1 });
  expect(second.run.counts?.drift).toEqual({ equal: 5 });
});

test('what the plan could not read is met again, and read', async () => {
  const of = await swept();
  fault(of, 'GetBucketPolicy', refuse('AccessDenied', 'no', 403));

  const ended = await notedSweep(of);

  expect(ended.updates).toEqual(['Log']);
  expect(ended.run).toMatchObject({ status: 'succeeded', counts: { equal: 5, drift: { unreadable: 1 } } });
  expect(readCounts(of)).toMatchObject({ 'example-logs': 2 });
});

test('what can still not be read is on record with its error', async () => {
  const of = await swept();
  fault(of, 'GetBucketPolicy', refuse('AccessDenied', 'no', 403), 2);

  const ended = await notedSweep(of);

  expect(ended.run.left).toEqual([expect.stringMatching(`^${bucket}: failed: AccessDeniedError`)]);
});

test('an account that AWS has refused reaches the update of each sweep, and not of the runs of others', async () => {
  const of = await swept();
  const { id } = created(of);
  of.organisation.refusePrincipal(id);
  await sweep(of);
  const other = created(of);
  await onboard(of, other.event);

  const others = await notedRun(of, other.event);
  const refused = await notedSweep(of);
  of.organisation.acceptPrincipal(id);
  const accepted = await notedSweep(of);

  expect([others.updates, refused.updates, accepted.updates]).toEqual([[], ['Log'], ['Log']]);
  expect(outcomes(refused)).toMatchObject({ [key]: 'set-aside', [bucket]: 'unchanged' });
  expect(named(of)).toEqual(due(of));
});

test('removals that are withheld reach the update of each sweep, which reports them again', async () => {
  const of = await swept();
  const many = Array.from({ length: 7 }, () => created(of).id);
  await sweep(of);
  const grants = small().grants.map((grant) =>
    grant.name === 'logs' ? { ...grant, for: { tags: { logged: 'yes' } } } : grant,
  );
  const now = await activated(of, { ...small(), grants });
  await sweep(now);

  const again = await notedSweep(now);

  expect(again.updates).toEqual(['Log']);
  expect(outcomes(again)).toMatchObject({ [bucket]: 'withheld', [key]: 'unchanged' });
  expect(again.run.left).toEqual([expect.stringContaining('UnsafeChangeError')]);
  expect(named(now)[bucket]).toEqual(expect.arrayContaining(many));
});

test('what is contested reaches the update of each sweep, and what is as it should be again ends it', async () => {
  const of = await swept();
  const whole = of.organisation.policyOf('bucket', 'example-logs');
  for (const _ of [1, 2]) {
    of.clock.advance(hours);
    withoutOurs(of);
    await sweep(of);
  }

  const contested = await notedSweep(of);
  of.organisation.editPolicy('bucket', 'example-logs', whole as never);
  const ended = await notedSweep(of);
  const quiet = await notedSweep(of);

  expect([contested.updates, ended.updates, quiet.updates]).toEqual([['Log'], ['Log'], []]);
  expect(outcomes(contested)).toMatchObject({ [bucket]: 'contested' });
  expect(await of.store.resources.get(bucket)).not.toHaveProperty('contested');
});

test('a grace that has ended reaches the update, and one that runs does not', async () => {
  const of = await swept({ configuration: small(undefined, '\nsafety: { graceHours: 48 }') });
  const { id } = created(of);
  of.organisation.moveAccount(id, workloads);
  await sweep(of);
  of.organisation.closeAccount(id);
  await sweep(of);

  const running = await notedSweep(of);
  of.clock.advance(48 * hours);
  const over = await notedSweep(of);

  expect([running.updates, over.updates]).toEqual([[], ['Log', 'Security', 'Shared']]);
  expect(running.changes.find(({ resource }) => resource === repository)?.leaving).toHaveProperty(id);
  expect(Object.values(named(of)).flat()).not.toContain(id);
});

test('the grace of an account that others let in begins once, and ends', async () => {
  const of = await swept({ configuration: small(undefined, '\nsafety: { graceHours: 48 }') });
  const { id } = created(of);
  await sweep(of);
  letIn(of, id);

  const begun = await notedSweep(of);
  of.clock.advance(47 * hours);
  const running = await notedSweep(of);
  const kept = named(of)[repository];
  of.clock.advance(hours);
  const over = await notedSweep(of);

  expect([begun.updates, running.updates, over.updates]).toEqual([['Shared'], [], ['Shared']]);
  expect(kept).toContain(id);
  expect(outcomes(over)).toMatchObject({ [repository]: 'written' });
  expect(named(of)).toEqual(due(of));
});

test('whom others let in is looked at by one of two sweeps, whichever comes first', async () => {
  const of = await swept({ configuration: small(undefined, '\nsafety: { graceHours: 48 }') });
  const { id } = created(of);
  await sweep(of);
  letIn(of, id);
  of.organisation.resetCalls();
  let first: Noted | undefined;

  const second = await sweep(of, {
    around: async (token, invoke) => {
      if (token === 'UpdateSharedAccountFunctionArn') first ??= await notedSweep(of);
      return invoke();
    },
  });

  expect(first?.updates).toEqual(['Shared']);
  expect(outcomes(second)).toMatchObject({ [repository]: 'unchanged' });
  // Each plan has read it, and one update.
  expect(readCounts(of)).toMatchObject({ 'base/node': 3 });
});

test('what another configuration has settled reaches the update, though nothing differs', async () => {
  const of = await swept();
  const now = await activated(of, small(undefined, '\nsafety: { removalCount: 9 }'));

  const first = await notedSweep(now);
  const second = await notedSweep(now);

  expect([first.updates, second.updates]).toEqual([['Log', 'Security', 'Shared'], []]);
  expect(first.run.counts).toMatchObject({ equal: 5, written: 0 });
});

test('what a run wrote before it waited stays on its record, and its account is not called again for that', async () => {
  const of = await world({ configuration: approving({ all: true }, ['bucket', 'repository']) });
  await sweep(of);
  of.organisation.editPolicy('repository', repositoryArn, undefined);
  const { event } = created(of);
  const { updates, around } = noting();

  const { request, ended } = await untilItWaits(of, event, { around });
  const before = [...updates];
  await answer(of, request);
  const { run, changes } = await ended;

  expect(run.status).toBe('succeeded');
  expect(before.toSorted()).toEqual(['Log', 'Shared']);
  expect(updates.slice(before.length)).toEqual(['Log']);
  expect(changes.map(({ resource, outcome }) => [resource, outcome])).toEqual([
    [repository, 'written'],
    [bucket, 'written'],
  ]);
  expect(named(of)).toEqual(due(of));
});

test('a configuration that comes into force after a plan that found nothing to do is left to the next run', async () => {
  const of = await swept();
  const { id, event } = created(of);
  await onboard(of, event);
  const grants = small().grants.map((grant) =>
    grant.name === 'images' ? { ...grant, for: { all: true as const } } : grant,
  );
  const next = { ...of, configuration: { ...small(), grants } };
  const late = await onboard(of, event, {
    around: async (token, invoke) => {
      const result = await invoke();
      if (token === 'PlanChangesFunctionArn') await makeReady(next);
      return result;
    },
  });

  const again = await notedRun(next, { accountId: id });

  expect(late.run).toMatchObject({
    status: 'failed',
    left: [expect.stringMatching(`^${repository}: .*${id} cannot `)],
  });
  expect(again).toMatchObject({ updates: ['Log', 'Security', 'Shared'], run: { status: 'succeeded' } });
  expect(named(next)).toEqual(due(next));
});

test('a write that died before it was settled is left as it is where nothing is missing, and ends with the next write', async () => {
  const of = await swept();
  const state = await of.store.resources.get(bucket);
  await of.store.resources.put(bucket, { ...(state as NonNullable<typeof state>), writing: true });

  const quiet = await notedSweep(of);
  created(of);
  const busy = await notedSweep(of);

  expect([quiet.updates, busy.updates]).toEqual([[], ['Log', 'Security', 'Shared']]);
  expect(await of.store.resources.get(bucket)).not.toHaveProperty('writing');
});
