import { expect, test } from '@jest/globals';
import { bucket, key, people, repository, secret } from './configurations.ts';
import { created, workloads } from './events.ts';
import { type Fault, fault, losingTheAnswer, refuse } from './faults.ts';
import { due, makeReady, named, onboard, outcomes, type World, world, writeCounts } from './flows-fixture.ts';

const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';

test('a write that is throttled a few times is tried again, and done', async () => {
  const of = await world();
  const tries = fault(of, 'PutKeyPolicy', refuse('ThrottlingException', 'Rate exceeded'), 3);

  const ended = await onboard(of, created(of).event);

  expect(ended.run.status).toBe('succeeded');
  expect(tries()).toBe(4);
  expect(named(of)).toEqual(due(of));
});

test('a write that is throttled for ever ends as failed, with the reason, and the others are done', async () => {
  const of = await world();
  fault(of, 'PutKeyPolicy', refuse('ThrottlingException', 'Rate exceeded'), 1_000);

  const ended = await onboard(of, created(of).event);

  expect(ended.run).toMatchObject({ status: 'failed', left: [expect.stringContaining('ThrottledError')] });
  expect(outcomes(ended)).toMatchObject({ [key]: 'failed', [bucket]: 'written', [people]: 'written' });
});

test('after a write whose answer never came, nobody writes until the lease has ended', async () => {
  const of = await world();
  fault(of, 'PutBucketPolicy', losingTheAnswer);
  const start = of.clock.now();
  const { id, event } = created(of);

  const ended = await onboard(of, event);
  const waited = of.clock.now() - start;
  const second = created(of);
  await onboard(of, second.event);

  expect(ended.run.status).toBe('succeeded');
  expect(outcomes(ended)[bucket]).toBe('written');
  expect(ended.changes.find(({ resource }) => resource === bucket)?.added).toContain(id);
  expect(waited).toBeGreaterThanOrEqual(180_000);
  expect(writeCounts(of)['example-logs']).toBe(2);
  expect(named(of)[bucket]).toEqual(expect.arrayContaining([id, second.id]));
});

test('a write that AWS answers with a fault of its own is tried again once the lease has ended', async () => {
  const of = await world();
  fault(of, 'SetRepositoryPolicy', refuse('ServerException', 'Internal failure', 500), 1);
  const { id } = created(of);
  of.organization.moveAccount(id, workloads);

  const ended = await onboard(of, { accountId: id });

  expect(ended.run.status).toBe('succeeded');
  expect(named(of)[repository]).toContain(id);
});

/** Answers as it did before the first write, for some seconds. */
function stale(of: World, operation: string, milliseconds: number): void {
  let old: unknown;
  let since: number | undefined;
  of.organization.intercept(async (call, proceed) => {
    if (/^(Put|Create|Set)/.test(call.operation)) since ??= of.clock.now();
    if (call.operation !== operation) return proceed();
    if (since === undefined) {
      old = await proceed();
      return old;
    }
    return of.clock.now() - since < milliseconds ? old : proceed();
  });
}

test.each([
  ['S3', 'GetBucketPolicy', bucket],
  ['IAM', 'ListPolicies', people],
  ['IAM', 'ListAttachedGroupPolicies', people],
])('%s answers %s with the past for some seconds: it is waited for', async (_, operation, resource) => {
  const of = await world();
  stale(of, operation, 7_000);

  const ended = await onboard(of, created(of).event);

  expect(ended.run.status).toBe('succeeded');
  expect(outcomes(ended)[resource]).toBe('written');
  expect(named(of)).toEqual(due(of));
});

test('a read that stays in the past is no proof: the run fails and says so', async () => {
  const of = await world();
  stale(of, 'GetBucketPolicy', Number.POSITIVE_INFINITY);

  const ended = await onboard(of, created(of).event);

  expect(ended.run).toMatchObject({ status: 'failed', left: [expect.stringContaining('NotReadBackError')] });
  expect(outcomes(ended)).toMatchObject({ [bucket]: 'failed', [key]: 'written' });
});

test('a run whose work another has done waits for reads that lag behind', async () => {
  const of = await world();
  const { id, event } = created(of);
  of.organization.tagAccount(id, { runner: 'yes' });
  let old: unknown;
  fault(of, 'GetResourcePolicy', async (_, proceed) => (old = await proceed()));
  await onboard(of, event);
  const lag: Fault = async () => old;
  fault(of, 'GetResourcePolicy', lag, 2);

  const again = await onboard(of, event);

  expect(again.run.status).toBe('succeeded');
  expect(outcomes(again)[secret]).toBe('unchanged');
});

test('an account that AWS does not accept yet is set aside, and those that came with it get their access', async () => {
  const of = await world();
  const [first, refused, third] = [created(of), created(of), created(of)];
  of.organization.refusePrincipal(refused.id);

  const ended = await onboard(of, { accountIds: [first.id, third.id] });
  const others = await onboard(of, { accountIds: [first.id, refused.id, third.id] });
  const before = named(of);
  of.organization.acceptPrincipal(refused.id);
  of.clock.advance(15 * 60_000);
  const later = await onboard(of, created(of).event);

  expect(ended.run.status).toBe('succeeded');
  expect(others.run).toMatchObject({
    status: 'failed',
    left: [`${key}: AWS does not accept ${refused.id} as a principal`],
  });
  expect(others.changes.find(({ resource }) => resource === key)).toMatchObject({
    outcome: 'set-aside',
    accountIds: [refused.id],
    reason: expect.stringMatching(/kms:PutKeyPolicy .*invalid principals/),
  });
  expect(before[key]).toEqual(due(of)[key]?.filter((id) => id !== refused.id && before[key]?.includes(id)));
  expect(before[key]).toEqual(expect.arrayContaining([first.id, third.id]));
  expect(before[bucket]).toContain(refused.id);
  expect(later.run.status).toBe('succeeded');
  expect(named(of)).toEqual(due(of));
});

test('however many arrive with an account that AWS refuses, the writes stay few', async () => {
  const of = await world();
  const accounts = Array.from({ length: 40 }, () => created(of).id);
  of.organization.refusePrincipal(accounts[17] ?? '');
  of.organization.refusePrincipal(accounts[31] ?? '');

  await onboard(of, { accountIds: accounts.filter((id) => id !== accounts[17] && id !== accounts[31]) });
  const ended = await onboard(of, { accountIds: accounts.slice(0, 10) });

  expect(ended.run.status).toBe('succeeded');
  expect(named(of)[key]).toEqual(expect.arrayContaining(accounts.slice(0, 10)));
  expect(writeCounts(of)[keyId]).toBeLessThanOrEqual(24);
});

test('of two that AWS refused, the run of the first that it accepts brings in the other', async () => {
  const of = await world();
  const [first, second] = [created(of), created(of)];
  for (const { id } of [first, second]) of.organization.refusePrincipal(id);
  await onboard(of, first.event);
  await onboard(of, second.event);
  for (const { id } of [first, second]) of.organization.acceptPrincipal(id);
  of.organization.resetCalls();

  const other = await onboard(of, created(of).event);
  const without = named(of)[key];
  const ended = await onboard(of, { accountId: first.id });

  expect(other.run.status).toBe('succeeded');
  expect(without).not.toContain(first.id);
  expect(ended.run.status).toBe('succeeded');
  expect(named(of)).toEqual(due(of));
  expect(writeCounts(of)[keyId]).toBe(3);
});

test('an account that AWS accepts again while its run still tries needs no second run', async () => {
  const of = await world();
  const { id, event } = created(of);
  of.organization.refusePrincipal(id);
  let tries = 0;
  fault(
    of,
    'PutKeyPolicy',
    (_, proceed) => {
      if (++tries === 3) of.organization.acceptPrincipal(id);
      return proceed();
    },
    10,
  );

  const ended = await onboard(of, event);

  expect(ended.run.status).toBe('succeeded');
  expect(named(of)).toEqual(due(of));
});

test('an account that only gains a second grant keeps the first while another is refused', async () => {
  const of = await world();
  const { id, event } = created(of);
  await onboard(of, event);
  const { id: refused } = created(of);
  of.organization.refusePrincipal(refused);
  const seen: (string | undefined)[] = [];
  fault(
    of,
    'PutKeyPolicy',
    async (_, proceed) => {
      const answer = await proceed();
      seen.push(of.organization.policyTextOf('key', `arn:aws:kms:eu-west-1:222222222222:key/${keyId}`));
      return answer;
    },
    100,
  );

  await onboard(of, { accountId: refused });

  expect(seen.every((text) => text?.includes(id))).toBe(true);
  expect(named(of)[key]).toContain(id);
});

test('two that meet at one resource of AWS ask again', async () => {
  const of = await world();
  fault(of, 'PutBucketPolicy', refuse('OperationAborted', 'A conflicting operation is in progress', 409), 2);

  const ended = await onboard(of, created(of).event);

  expect(ended.run.status).toBe('succeeded');
  expect(named(of)).toEqual(due(of));
});

test('an account that Organizations is changing at this moment is registered a little later', async () => {
  const of = await world();
  const { id, event } = created(of);
  const changing = refuse('ConcurrentModificationException', 'The target is being modified');
  fault(of, 'DescribeAccount', changing, 3);

  const ended = await onboard(of, event);

  expect(ended.run.status).toBe('succeeded');
  expect(named(of)[bucket]).toContain(id);
});

test('an account that was closed unnoticed keeps nobody out for longer than an import', async () => {
  const of = await world();
  const gone = created(of);
  await onboard(of, gone.event);
  of.organization.closeAccount(gone.id);
  const { id, event } = created(of);

  const refused = await onboard(of, event);
  await makeReady(of);
  const again = await onboard(of, { accountId: id });

  expect(refused.run).toMatchObject({
    status: 'failed',
    left: [expect.stringContaining('onboarding import')],
  });
  expect(outcomes(refused)).toMatchObject({ [key]: 'refused', [bucket]: 'written', [people]: 'written' });
  expect(again.run.status).toBe('succeeded');
  expect(named(of)).toEqual(due(of));
});
