import { expect, test } from '@jest/globals';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import { bucket, small } from './configurations.ts';
import { created, workloads } from './events.ts';
import { fault } from './faults.ts';
import { due, named, onboard, type World, world } from './flows-fixture.ts';
import { addRepository, afterCreateRepository, having, images, namedOn, repositoryArn } from './patterns.ts';
import { sweep, swept } from './sweeps.ts';
import { answer, approvalOf, approving, untilItWaits } from './waiting.ts';

const everybody = { all: true };

/** The account is approved, as with another run. */
async function approved({ store }: World, id: string): Promise<void> {
  const stored = await store.registry.account(id);
  if (stored === undefined) throw new Error(`No account ${id}`);
  const { approval: _, revision, updatedAt, ...account } = stored;
  await store.registry.put(account, revision, updatedAt);
}

test('a run that goes on is verified by what other runs have written meanwhile, not by what it wrote before', async () => {
  const of = await world({ configuration: approving({ tags: { critical: 'yes' } }, ['bucket']) });
  const [waiting, other] = [created(of), created(of)];
  of.organization.tagAccount(waiting.id, { critical: 'yes' });
  const { request, ended } = await untilItWaits(of, { accountIds: [waiting.id, other.id] });
  expect(named(of)[bucket]).toContain(other.id);

  await approved(of, waiting.id);
  await onboard(of, created(of).event);
  expect(named(of)[bucket]).toContain(waiting.id);
  const decided = await answer(of, request);

  expect(decided).toMatchObject({ approved: [], released: true });
  expect((await ended).run).toMatchObject({ status: 'succeeded' });
});

test('what is left of a request whose other accounts were approved with another run can be approved', async () => {
  const of = await world({ configuration: approving(everybody, ['bucket']) });
  const [one, other] = [created(of), created(of)];
  const both = await untilItWaits(of, { accountIds: [one.id, other.id] });
  const alone = await untilItWaits(of, { accountId: one.id });

  await answer(of, alone.request);
  const decided = await answer(of, both.request);

  expect(decided).toMatchObject({ approved: [other.id], released: true });
  expect([(await alone.ended).run.status, (await both.ended).run.status]).toEqual(['succeeded', 'succeeded']);
  expect(named(of)).toEqual(due(of));
});

test('a run whose account has left while it waited is let go by the answer, which grants nothing', async () => {
  const of = await world({ configuration: approving(everybody, ['bucket']) });
  const { id, event } = created(of);
  const { request, ended } = await untilItWaits(of, event);
  of.organization.removeAccount(id);
  await onboard(of, { accountId: id, expect: 'any' });

  const decided = await answer(of, request);

  expect(decided).toMatchObject({ approved: [], released: true });
  expect((await ended).run.status).toBe('succeeded');
  expect(named(of)[bucket]).not.toContain(id);
});

test('what a pattern finds meanwhile does not make it stale', async () => {
  const of = await swept({
    configuration: having(images('["base/*"]'), `approval: { for: { all: true } }\n`),
  });
  const { id } = created(of);
  of.organization.moveAccount(id, workloads);
  const { request, ended } = await untilItWaits(of, { accountId: id });
  addRepository(of, 'base/python');
  await afterCreateRepository(of);
  const onRepository = () => namedOn(of, 'repository', repositoryArn('base/python'));
  expect(onRepository()).not.toContain(id);

  expect(await answer(of, request)).toMatchObject({ approved: [id], released: true });

  expect((await ended).run.status).toBe('succeeded');
  expect(onRepository()).toContain(id);
});

const again = `\napproval: { for: { all: true }, timeLimitHours: 47 }`;

test.each([
  [
    'another configuration is in force',
    async (of: World) =>
      void (await activateConfiguration(of.services, small(['bucket'], again), 'the test')),
  ],
  [
    'it has moved',
    async (of: World, id: string) => void of.organization.moveAccount(id, 'ou-exam-elsewhere'),
  ],
])('a sweep reports who is asked for where nobody can approve it any more: %s', async (_, act) => {
  const of = await world({
    configuration: approving(everybody, ['bucket']),
    prepare: (organization) =>
      organization.addOu({ id: 'ou-exam-elsewhere', name: 'Elsewhere', parentId: 'r-exam' }),
  });
  const { id, event } = created(of);
  const { request, ended } = await untilItWaits(of, event);
  await act(of, id);

  const { run } = await sweep(of);

  expect(run.left).toEqual([expect.stringContaining(`Account ${id}`)]);
  await answer(of, request, { verdict: 'rejected' });
  await ended;
});

test('a rejection holds for every run that asks the same', async () => {
  const of = await world({ configuration: approving(everybody, ['bucket']) });
  const { id, event } = created(of);
  const first = await untilItWaits(of, event);
  const second = await untilItWaits(of, { accountId: id });

  const decided = await answer(of, second.request, { verdict: 'rejected', reason: 'not ours' });

  expect(decided).toMatchObject({ released: true, alsoReleased: [first.request.runId] });
  for (const { ended } of [first, second])
    expect((await ended).run.error).toMatchObject({ name: 'ApprovalRejectedError' });
  await expect(answer(of, first.request)).rejects.toMatchObject({ name: 'ApprovalClosedError' });
});

test('an approval that was never completed is not told as done', async () => {
  const of = await world({ configuration: approving(everybody, ['bucket']) });
  const { id, event } = created(of);
  const { request, ended } = await untilItWaits(of, event);
  const at = new Date(of.clock.now()).toISOString();
  await of.store.approvals.decide(request.runId, request.token, { verdict: 'approved', by: 'the dead', at });

  of.organization.world.tasks.timeOut();

  expect((await ended).run.left).toEqual([expect.stringMatching(`^Account ${id} not approved`)]);
});

test.each([
  ['a run registers it', 'DescribeAccount', (of: World, id: string) => onboard(of, { accountId: id })],
  ['a sweep finds it', 'ListAccountsForParent', (of: World) => sweep(of)],
])('approvals that are turned on while %s hold for a new account', async (_, operation, act) => {
  const of = await world({ configuration: small(['bucket']) });
  const { id } = created(of);
  fault(of, operation, async (_call, proceed) => {
    await activateConfiguration(of.services, approving(everybody, ['bucket']), 'the test');
    return proceed();
  });

  await act(of, id);

  expect(await approvalOf(of, id)).toMatchObject({ approvedAs: null });
  expect(named(of)[bucket]).not.toContain(id);
});
