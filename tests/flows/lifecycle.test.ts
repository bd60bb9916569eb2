import { expect, test } from '@jest/globals';
import { samePolicy } from '../../shared/iam/equality.ts';
import { bucket, everything, example, key, people, repository, secret } from './configurations.ts';
import { created, eventOf, moved, workloads } from './events.ts';
import { due, foreign, named, onboard, outcomes, world, writeCounts } from './flows-fixture.ts';

const unknown = '999999999999';

test('an account that was created gets what the root gets, in every central account', async () => {
  const of = await world();
  const { id, event } = created(of);

  const ended = await onboard(of, event);

  expect(ended).toMatchObject({ status: 'SUCCEEDED', run: { status: 'succeeded', accountIds: [id] } });
  expect(named(of)).toEqual(due(of));
  expect(named(of)).toMatchObject({
    [bucket]: expect.arrayContaining([id]),
    [repository]: expect.not.arrayContaining([id]),
  });
  expect(of.organization.world.putEvents).toMatchObject([{ DetailType: 'Account Onboarded' }]);
  expect(of.organization.world.messages).toMatchObject([{ Subject: `Account Onboarded: ${id}` }]);
});

test('what others wrote stays, to the meaning, in every kind of resource', async () => {
  const of = await world();
  const before = foreign(of);

  const ended = await onboard(of, created(of).event);
  const { id } = created(of);
  await onboard(of, { accountId: id });

  expect(Object.keys(before)).toEqual([...everything].sort());
  expect(ended.status).toBe('SUCCEEDED');
  const after = foreign(of);
  for (const [resource, documents] of Object.entries(before)) {
    expect(after[resource]).toHaveLength(documents.length);
    for (const [index, document] of documents.entries())
      expect(samePolicy(document, after[resource]?.[index])).toBe(true);
  }
});

test('in the organization of the example, an account gets everything, and others keep theirs', async () => {
  const of = await world({ configuration: await example() });
  const { id } = created(of);
  of.organization.moveAccount(id, workloads);
  const before = foreign(of);

  const ended = await onboard(of, { accountId: id });

  expect(ended.run).toMatchObject({ status: 'succeeded' });
  expect(named(of)).toEqual(due(of));
  for (const [resource, documents] of Object.entries(before))
    for (const [index, document] of documents.entries())
      expect(samePolicy(document, foreign(of)[resource]?.[index])).toBe(true);
});

test('an account that moves out of an OU and loses its tag has what is left, and nothing more', async () => {
  const of = await world();
  const { id } = created(of);
  of.organization.moveAccount(id, workloads);
  of.organization.tagAccount(id, { runner: 'yes' });
  await onboard(of, { accountId: id });
  const before = named(of);

  const movedAway = await onboard(of, moved(of, id, 'r-exam'));
  const untagged = await onboard(
    of,
    eventOf(of, () => of.organization.untagAccount(id, ['runner'])),
  );

  expect(before[repository]).toContain(id);
  expect(before[secret]).toEqual([id]);
  expect([movedAway.status, untagged.status]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  expect(named(of)).toEqual(due(of));
  expect(named(of)[repository]).not.toContain(id);
  expect(named(of)[secret]).toEqual([]);
  expect(named(of)[bucket]).toContain(id);
});

test.each(['closeAccount', 'removeAccount'] as const)('%s takes everything back', async (leave) => {
  const of = await world();
  const { id, event } = created(of);
  of.organization.moveAccount(id, workloads);
  await onboard(of, event);
  const before = named(of);

  const ended = await onboard(
    of,
    eventOf(of, () => of.organization[leave](id)),
  );

  expect(before[repository]).toContain(id);
  expect(ended.run).toMatchObject({
    status: 'succeeded',
    reason: expect.stringContaining('what it had is taken back'),
  });
  expect(named(of)).toEqual(due(of));
  expect(JSON.stringify(named(of))).not.toContain(id);
  expect(of.organization.world.putEvents.at(-1)).toMatchObject({ DetailType: 'Account Offboarded' });
});

test('a person who onboards a closed account hears that it is no member', async () => {
  const of = await world();
  const { id, event } = created(of);
  await onboard(of, event);
  of.organization.closeAccount(id);

  const ended = await onboard(of, { accountId: id });

  expect(ended).toMatchObject({ status: 'FAILED', error: 'OnboardingFailed' });
  expect(ended.run).toMatchObject({
    status: 'failed',
    left: [expect.stringContaining(`AccountNotMemberError: account ${id} is SUSPENDED`)],
  });
  expect(named(of)).toEqual(due(of));
});

test('an unknown account fails, and nothing is written', async () => {
  const of = await world();

  const ended = await onboard(of, { accountId: unknown });

  expect(ended).toMatchObject({ status: 'FAILED', changes: [] });
  expect(ended.run.left).toEqual([expect.stringContaining(`Account ${unknown}: AccountNotMemberError`)]);
  expect(writeCounts(of)).toEqual({});
});

test('of several accounts, one that is unknown does not keep the others out', async () => {
  const of = await world();
  const [first, second] = [created(of), created(of)];

  const ended = await onboard(of, { accountIds: [first.id, unknown, second.id] });

  expect(ended.run).toMatchObject({ status: 'failed', left: [expect.stringContaining(unknown)] });
  expect(named(of)).toEqual(due(of));
  expect(named(of)[bucket]).toEqual(expect.arrayContaining([first.id, second.id]));
});

test('an account that is still being created is waited for', async () => {
  const of = await world();
  const { id, event } = created(of);
  of.organization.setState(id, 'PENDING_ACTIVATION');
  let asked = 0;
  of.organization.intercept((call, proceed) => {
    if (call.operation === 'DescribeAccount' && ++asked === 5) of.organization.setState(id, 'ACTIVE');
    return proceed();
  });

  const ended = await onboard(of, event);

  expect(ended.run.status).toBe('succeeded');
  expect(asked).toBeGreaterThanOrEqual(5);
  expect(named(of)[bucket]).toContain(id);
});

test('an account that is moved while its first run is under way ends with what its OU has', async () => {
  const of = await world();
  const { id, event } = created(of);
  let second: ReturnType<typeof onboard> | undefined;
  of.organization.intercept(async (call, proceed) => {
    const answer = await proceed();
    if (call.operation === 'PutKeyPolicy') second ??= onboard(of, moved(of, id, workloads));
    await of.clock.sleep(50);
    return answer;
  });

  const first = await onboard(of, event);

  expect(first.run.status).toBe('succeeded');
  expect((await second)?.run).toMatchObject({ status: 'succeeded', cause: 'moved' });
  expect(named(of)).toEqual(due(of));
  expect(named(of)[repository]).toContain(id);
});

test('an event that changes no account is ignored, and on record', async () => {
  const of = await world();
  const event = eventOf(of, () => of.organization.failToCreateAccount('broken', 'EMAIL_ALREADY_EXISTS'));

  const ended = await onboard(of, event);

  expect(ended).toMatchObject({ status: 'SUCCEEDED', run: { status: 'ignored' }, changes: [] });
  expect(of.organization.world.putEvents).toEqual([]);
});

test('an input that is no event and no account fails with what is wrong with it', async () => {
  const of = await world();

  const ended = await onboard(of, { accountId: '12' });

  expect(ended.run).toMatchObject({ status: 'failed', error: { name: 'MalformedEventError' } });
  expect(of.organization.world.putEvents).toMatchObject([{ DetailType: 'Account Onboarding Failed' }]);
});

test('of a resource with nothing of ours left, no empty statement stays', async () => {
  const of = await world();
  const { id } = created(of);
  of.organization.tagAccount(id, { runner: 'yes' });
  await onboard(of, { accountId: id });

  const ended = await onboard(
    of,
    eventOf(of, () => of.organization.untagAccount(id, ['runner'])),
  );

  expect(outcomes(ended)).toMatchObject({ [secret]: 'written', [key]: 'unchanged', [people]: 'unchanged' });
  expect(named(of)[secret]).toEqual([]);
  expect(await of.store.resources.get(secret)).toMatchObject({ owned: [] });
});
