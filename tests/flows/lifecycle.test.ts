import { expect, test } from '@jest/globals';
import { isSamePolicy } from '../../shared/iam/equality.ts';
import { created, eventOf, moved, workloads } from '../fixtures/account-events.ts';
import {
  bucket,
  everything,
  example,
  key,
  people,
  repository,
  secret,
} from '../fixtures/small-configuration.ts';
import { createEnv, due, foreign, named, onboard, outcomes, writeCounts } from '../fixtures/test-env.ts';

const unknown = '999999999999';

test('gives a new account the access of the root in every central account', async () => {
  const env = await createEnv();
  const { id, event } = created(env);

  const ended = await onboard(env, event);

  expect(ended).toMatchObject({ status: 'SUCCEEDED', run: { status: 'succeeded', accountIds: [id] } });
  expect(named(env)).toEqual(due(env));
  expect(named(env)).toMatchObject({
    [bucket]: expect.arrayContaining([id]),
    [repository]: expect.not.arrayContaining([id]),
  });
  expect(env.organization.world.putEvents).toMatchObject([{ DetailType: 'Account Onboarded' }]);
  expect(env.organization.world.messages).toMatchObject([{ Subject: `Account Onboarded: ${id}` }]);
});

test('keeps the meaning of unmanaged statements in every kind of resource', async () => {
  const env = await createEnv();
  const before = foreign(env);

  const ended = await onboard(env, created(env).event);
  const { id } = created(env);
  await onboard(env, { accountId: id });

  expect(Object.keys(before)).toEqual([...everything].sort());
  expect(ended.status).toBe('SUCCEEDED');
  const after = foreign(env);
  for (const [resource, documents] of Object.entries(before)) {
    expect(after[resource]).toHaveLength(documents.length);
    for (const [index, document] of documents.entries())
      expect(isSamePolicy(document, after[resource]?.[index])).toBe(true);
  }
});

test('gives an account all access in the example organization, and other accounts keep theirs', async () => {
  const env = await createEnv({ configuration: await example() });
  const { id } = created(env);
  env.organization.moveAccount(id, workloads);
  const before = foreign(env);

  const ended = await onboard(env, { accountId: id });

  expect(ended.run).toMatchObject({ status: 'succeeded' });
  expect(named(env)).toEqual(due(env));
  for (const [resource, documents] of Object.entries(before))
    for (const [index, document] of documents.entries())
      expect(isSamePolicy(document, foreign(env)[resource]?.[index])).toBe(true);
});

test('keeps exactly the remaining access when an account leaves an OU and loses a tag', async () => {
  const env = await createEnv();
  const { id } = created(env);
  env.organization.moveAccount(id, workloads);
  env.organization.tagAccount(id, { runner: 'yes' });
  await onboard(env, { accountId: id });
  const before = named(env);

  const movedAway = await onboard(env, moved(env, id, 'r-exam'));
  const untagged = await onboard(
    env,
    eventOf(env, () => env.organization.untagAccount(id, ['runner'])),
  );

  expect(before[repository]).toContain(id);
  expect(before[secret]).toEqual([id]);
  expect([movedAway.status, untagged.status]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  expect(named(env)).toEqual(due(env));
  expect(named(env)[repository]).not.toContain(id);
  expect(named(env)[secret]).toEqual([]);
  expect(named(env)[bucket]).toContain(id);
});

test.each(['closeAccount', 'removeAccount'] as const)('revokes all access after %s', async (leave) => {
  const env = await createEnv();
  const { id, event } = created(env);
  env.organization.moveAccount(id, workloads);
  await onboard(env, event);
  const before = named(env);

  const ended = await onboard(
    env,
    eventOf(env, () => env.organization[leave](id)),
  );

  expect(before[repository]).toContain(id);
  expect(ended.run).toMatchObject({
    status: 'succeeded',
    reason: expect.stringContaining('its access to'),
  });
  expect(named(env)).toEqual(due(env));
  expect(JSON.stringify(named(env))).not.toContain(id);
  expect(env.organization.world.putEvents.at(-1)).toMatchObject({ DetailType: 'Account Offboarded' });
});

test('reports that a closed account is no active member when an operator onboards it', async () => {
  const env = await createEnv();
  const { id, event } = created(env);
  await onboard(env, event);
  env.organization.closeAccount(id);

  const ended = await onboard(env, { accountId: id });

  expect(ended).toMatchObject({ status: 'FAILED', error: 'OnboardingFailed' });
  expect(ended.run).toMatchObject({
    status: 'failed',
    unresolved: [expect.stringContaining(`AccountNotMemberError: account account-8 (${id}) is SUSPENDED`)],
  });
  expect(named(env)).toEqual(due(env));
});

test('fails for an unknown account and writes nothing', async () => {
  const env = await createEnv();

  const ended = await onboard(env, { accountId: unknown });

  expect(ended).toMatchObject({ status: 'FAILED', changes: [] });
  expect(ended.run.unresolved).toEqual([
    expect.stringContaining(`Account ${unknown}: AccountNotMemberError`),
  ]);
  expect(writeCounts(env)).toEqual({});
});

test('updates the other accounts when one of several accounts is unknown', async () => {
  const env = await createEnv();
  const [first, second] = [created(env), created(env)];

  const ended = await onboard(env, { accountIds: [first.id, unknown, second.id] });

  expect(ended.run).toMatchObject({ status: 'failed', unresolved: [expect.stringContaining(unknown)] });
  expect(named(env)).toEqual(due(env));
  expect(named(env)[bucket]).toEqual(expect.arrayContaining([first.id, second.id]));
});

test('waits until an account exists when AWS is still creating it', async () => {
  const env = await createEnv();
  const { id, event } = created(env);
  env.organization.setState(id, 'PENDING_ACTIVATION');
  let asked = 0;
  env.organization.intercept((call, proceed) => {
    if (call.operation === 'DescribeAccount' && ++asked === 5) env.organization.setState(id, 'ACTIVE');
    return proceed();
  });

  const ended = await onboard(env, event);

  expect(ended.run.status).toBe('succeeded');
  expect(asked).toBeGreaterThanOrEqual(5);
  expect(named(env)[bucket]).toContain(id);
});

test('gives the access of the final OU when an account moves during its first run', async () => {
  const env = await createEnv();
  const { id, event } = created(env);
  let second: ReturnType<typeof onboard> | undefined;
  env.organization.intercept(async (call, proceed) => {
    const answer = await proceed();
    if (call.operation === 'PutKeyPolicy') second ??= onboard(env, moved(env, id, workloads));
    await env.clock.sleep(50);
    return answer;
  });

  const first = await onboard(env, event);

  expect(first.run.status).toBe('succeeded');
  expect((await second)?.run).toMatchObject({ status: 'succeeded', cause: 'moved' });
  expect(named(env)).toEqual(due(env));
  expect(named(env)[repository]).toContain(id);
});

test('ignores and records an event that changes no account', async () => {
  const env = await createEnv();
  const event = eventOf(env, () => env.organization.failToCreateAccount('broken', 'EMAIL_ALREADY_EXISTS'));

  const ended = await onboard(env, event);

  expect(ended).toMatchObject({ status: 'SUCCEEDED', run: { status: 'ignored' }, changes: [] });
  expect(env.organization.world.putEvents).toEqual([]);
});

test('fails with the mistake when the input is neither an event nor an account', async () => {
  const env = await createEnv();

  const ended = await onboard(env, { accountId: '12' });

  expect(ended.run).toMatchObject({ status: 'failed', error: { name: 'MalformedEventError' } });
  expect(env.organization.world.putEvents).toMatchObject([{ DetailType: 'Account Onboarding Failed' }]);
});

test('leaves no empty statement on a resource without managed statements', async () => {
  const env = await createEnv();
  const { id } = created(env);
  env.organization.tagAccount(id, { runner: 'yes' });
  await onboard(env, { accountId: id });

  const ended = await onboard(
    env,
    eventOf(env, () => env.organization.untagAccount(id, ['runner'])),
  );

  expect(outcomes(ended)).toMatchObject({ [secret]: 'written', [key]: 'unchanged', [people]: 'unchanged' });
  expect(named(env)[secret]).toEqual([]);
  expect(await env.store.resources.get(secret)).toMatchObject({ managed: { sids: [] } });
});
