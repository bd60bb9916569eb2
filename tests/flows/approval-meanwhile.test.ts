import { expect, test } from '@jest/globals';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import { created, workloads } from '../fixtures/account-events.ts';
import { answer, approvalOf, approving, untilItWaits } from '../fixtures/approvals.ts';
import { fault } from '../fixtures/call-faults.ts';
import {
  addRepository,
  afterCreateRepository,
  having,
  images,
  namedOn,
  repositoryArn,
} from '../fixtures/discovered-resources.ts';
import { bucket, small } from '../fixtures/small-configuration.ts';
import { createSweptEnv, sweep } from '../fixtures/sweeps.ts';
import { createEnv, due, named, onboard, type TestEnv } from '../fixtures/test-env.ts';

const everybody = { all: true };

/** The account is approved, as with another run. */
async function approved({ store }: TestEnv, id: string): Promise<void> {
  const stored = await store.registry.getAccount(id);
  if (stored === undefined) throw new Error(`No account ${id}`);
  const { approval: _, revision, updatedAt, ...account } = stored;
  await store.registry.put(account, revision, updatedAt);
}

test('verifies a continued run with the records of other runs that wrote while it waited', async () => {
  const env = await createEnv({ configuration: approving({ tags: { critical: 'yes' } }, ['bucket']) });
  const [waiting, other] = [created(env), created(env)];
  env.organization.tagAccount(waiting.id, { critical: 'yes' });
  const { request, ended } = await untilItWaits(env, { accountIds: [waiting.id, other.id] });
  expect(named(env)[bucket]).toContain(other.id);

  await approved(env, waiting.id);
  await onboard(env, created(env).event);
  expect(named(env)[bucket]).toContain(waiting.id);
  const decided = await answer(env, request);

  expect(decided).toMatchObject({ approved: [], resumed: true });
  expect((await ended).run).toMatchObject({ status: 'succeeded' });
});

test('accepts approval of the remaining accounts when another run has approved some of a request', async () => {
  const env = await createEnv({ configuration: approving(everybody, ['bucket']) });
  const [one, other] = [created(env), created(env)];
  const both = await untilItWaits(env, { accountIds: [one.id, other.id] });
  const alone = await untilItWaits(env, { accountId: one.id });

  await answer(env, alone.request);
  const decided = await answer(env, both.request);

  expect(decided).toMatchObject({ approved: [other.id], resumed: true });
  expect([(await alone.ended).run.status, (await both.ended).run.status]).toEqual(['succeeded', 'succeeded']);
  expect(named(env)).toEqual(due(env));
});

test('ends a waiting run without a grant after the approval when its account has left', async () => {
  const env = await createEnv({ configuration: approving(everybody, ['bucket']) });
  const { id, event } = created(env);
  const { request, ended } = await untilItWaits(env, event);
  env.organization.removeAccount(id);
  await onboard(env, { accountId: id, mode: 'sync' });

  const decided = await answer(env, request);

  expect(decided).toMatchObject({ approved: [], resumed: true });
  expect((await ended).run.status).toBe('succeeded');
  expect(named(env)[bucket]).not.toContain(id);
});

test('keeps a request valid when a pattern finds another resource after the request', async () => {
  const env = await createSweptEnv({
    configuration: having(images('["base/*"]'), `approval: { for: { all: true } }\n`),
  });
  const { id } = created(env);
  env.organization.moveAccount(id, workloads);
  const { request, ended } = await untilItWaits(env, { accountId: id });
  addRepository(env, 'base/python');
  await afterCreateRepository(env);
  const onRepository = () => namedOn(env, 'repository', repositoryArn('base/python'));
  expect(onRepository()).not.toContain(id);

  expect(await answer(env, request)).toMatchObject({ approved: [id], resumed: true });

  expect((await ended).run.status).toBe('succeeded');
  expect(onRepository()).toContain(id);
});

const again = `\napproval: { for: { all: true }, timeLimitHours: 47 }`;

test.each([
  [
    'another configuration is active',
    async (env: TestEnv) =>
      void (await activateConfiguration(env.services, small(['bucket'], again), 'the test')),
  ],
  [
    'the account has moved',
    async (env: TestEnv, id: string) => void env.organization.moveAccount(id, 'ou-exam-elsewhere'),
  ],
])('reports in a sweep a request that nobody can approve anymore: %s', async (_, act) => {
  const env = await createEnv({
    configuration: approving(everybody, ['bucket']),
    prepare: (organization) =>
      organization.addOu({ id: 'ou-exam-elsewhere', name: 'Elsewhere', parentId: 'r-exam' }),
  });
  const { id, event } = created(env);
  const { request, ended } = await untilItWaits(env, event);
  await act(env, id);

  const { run } = await sweep(env);

  expect(run.unresolved).toEqual([expect.stringMatching(`^Account \\S+ \\(${id}\\) `)]);
  await answer(env, request, { verdict: 'rejected' });
  await ended;
});

test('applies a rejection to every run with the same request', async () => {
  const env = await createEnv({ configuration: approving(everybody, ['bucket']) });
  const { id, event } = created(env);
  const first = await untilItWaits(env, event);
  const second = await untilItWaits(env, { accountId: id });

  const decided = await answer(env, second.request, { verdict: 'rejected', reason: 'not ours' });

  expect(decided).toMatchObject({ resumed: true, otherRunsResumed: [first.request.runId] });
  for (const { ended } of [first, second])
    expect((await ended).run.error).toMatchObject({ name: 'ApprovalRejectedError' });
  await expect(answer(env, first.request)).rejects.toMatchObject({ name: 'ApprovalClosedError' });
});

test('treats an account as not approved when the approval was interrupted before its end', async () => {
  const env = await createEnv({ configuration: approving(everybody, ['bucket']) });
  const { id, event } = created(env);
  const { request, ended } = await untilItWaits(env, event);
  const at = new Date(env.clock.now()).toISOString();
  await env.store.approvals.decide(request.runId, request.token, { verdict: 'approved', by: 'the dead', at });

  env.organization.world.tasks.timeOut();

  expect((await ended).run.unresolved).toEqual([
    expect.stringMatching(`^Account account-11 \\(${id}\\) not approved`),
  ]);
});

test.each([
  ['a run registers it', 'DescribeAccount', (env: TestEnv, id: string) => onboard(env, { accountId: id })],
  ['a sweep finds it', 'ListAccountsForParent', (env: TestEnv) => sweep(env)],
])('lets a new account wait for approval when approval is turned on while %s', async (_, operation, act) => {
  const env = await createEnv({ configuration: small(['bucket']) });
  const { id } = created(env);
  fault(env, operation, async (_call, proceed) => {
    await activateConfiguration(env.services, approving(everybody, ['bucket']), 'the test');
    return proceed();
  });

  await act(env, id);

  expect(await approvalOf(env, id)).toMatchObject({ approvedAs: null });
  expect(named(env)[bucket]).not.toContain(id);
});
