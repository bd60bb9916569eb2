import { expect, test } from '@jest/globals';
import { created, workloads } from '../fixtures/account-events.ts';
import { type Fault, fault, losingTheAnswer, refuse } from '../fixtures/call-faults.ts';
import { bucket, key, people, repository, secret } from '../fixtures/small-configuration.ts';
import {
  createEnv,
  due,
  makeReady,
  named,
  onboard,
  outcomes,
  type TestEnv,
  writeCounts,
} from '../fixtures/test-env.ts';

const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';

test('retries a write when AWS throttles it a few times', async () => {
  const env = await createEnv();
  const tries = fault(env, 'PutKeyPolicy', refuse('ThrottlingException', 'Rate exceeded'), 3);

  const ended = await onboard(env, created(env).event);

  expect(ended.run.status).toBe('succeeded');
  expect(tries()).toBe(4);
  expect(named(env)).toEqual(due(env));
});

test('fails with the reason when AWS always throttles a write, and writes other resources', async () => {
  const env = await createEnv();
  fault(env, 'PutKeyPolicy', refuse('ThrottlingException', 'Rate exceeded'), 1_000);

  const ended = await onboard(env, created(env).event);

  expect(ended.run).toMatchObject({
    status: 'failed',
    unresolved: [expect.stringContaining('ThrottledError')],
  });
  expect(outcomes(ended)).toMatchObject({ [key]: 'failed', [bucket]: 'written', [people]: 'written' });
});

test('sends no second write before the lease has expired when AWS never answered the first write', async () => {
  const env = await createEnv();
  fault(env, 'PutBucketPolicy', losingTheAnswer);
  const start = env.clock.now();
  const { id, event } = created(env);

  const ended = await onboard(env, event);
  const waited = env.clock.now() - start;
  const second = created(env);
  await onboard(env, second.event);

  expect(ended.run.status).toBe('succeeded');
  expect(outcomes(ended)[bucket]).toBe('written');
  expect(ended.changes.find(({ resource }) => resource === bucket)?.added).toContain(id);
  expect(waited).toBeGreaterThanOrEqual(180_000);
  expect(writeCounts(env)['example-logs']).toBe(2);
  expect(named(env)[bucket]).toEqual(expect.arrayContaining([id, second.id]));
});

test('writes again after the lease has expired when AWS answers 500', async () => {
  const env = await createEnv();
  fault(env, 'SetRepositoryPolicy', refuse('ServerException', 'Internal failure', 500), 1);
  const { id } = created(env);
  env.organization.moveAccount(id, workloads);

  const ended = await onboard(env, { accountId: id });

  expect(ended.run.status).toBe('succeeded');
  expect(named(env)[repository]).toContain(id);
});

/** Answers as it did before the first write, for some seconds. */
function stale(env: TestEnv, operation: string, milliseconds: number): void {
  let old: unknown;
  let since: number | undefined;
  env.organization.intercept(async (call, proceed) => {
    if (/^(Put|Create|Set)/.test(call.operation)) since ??= env.clock.now();
    if (call.operation !== operation) return proceed();
    if (since === undefined) {
      old = await proceed();
      return old;
    }
    return env.clock.now() - since < milliseconds ? old : proceed();
  });
}

test.each([
  ['S3', 'GetBucketPolicy', bucket],
  ['IAM', 'ListPolicies', people],
  ['IAM', 'ListAttachedGroupPolicies', people],
])('waits when %s answers %s with an old state for some seconds', async (_, operation, resource) => {
  const env = await createEnv();
  stale(env, operation, 7_000);

  const ended = await onboard(env, created(env).event);

  expect(ended.run.status).toBe('succeeded');
  expect(outcomes(ended)[resource]).toBe('written');
  expect(named(env)).toEqual(due(env));
});

test('fails the run when a read stays old, because the write cannot be verified', async () => {
  const env = await createEnv();
  stale(env, 'GetBucketPolicy', Number.POSITIVE_INFINITY);

  const ended = await onboard(env, created(env).event);

  expect(ended.run).toMatchObject({
    status: 'failed',
    unresolved: [expect.stringContaining('NotReadBackError')],
  });
  expect(outcomes(ended)).toMatchObject({ [bucket]: 'failed', [key]: 'written' });
});

test('waits for current reads when another run has done the work', async () => {
  const env = await createEnv();
  const { id, event } = created(env);
  env.organization.tagAccount(id, { runner: 'yes' });
  let old: unknown;
  fault(env, 'GetResourcePolicy', async (_, proceed) => (old = await proceed()));
  await onboard(env, event);
  const lag: Fault = async () => old;
  fault(env, 'GetResourcePolicy', lag, 2);

  const again = await onboard(env, event);

  expect(again.run.status).toBe('succeeded');
  expect(outcomes(again)[secret]).toBe('unchanged');
});

test('excludes an account that AWS does not accept yet, and serves accounts that arrived with it', async () => {
  const env = await createEnv();
  const [first, refused, third] = [created(env), created(env), created(env)];
  env.organization.refusePrincipal(refused.id);

  const ended = await onboard(env, { accountIds: [first.id, third.id] });
  const others = await onboard(env, { accountIds: [first.id, refused.id, third.id] });
  const before = named(env);
  env.organization.acceptPrincipal(refused.id);
  env.clock.advance(15 * 60_000);
  const later = await onboard(env, created(env).event);

  expect(ended.run.status).toBe('succeeded');
  expect(others.run).toMatchObject({
    status: 'failed',
    unresolved: [
      expect.stringMatching(`^${key}: AWS does not accept account-\\d+ \\(${refused.id}\\) as a principal$`),
    ],
  });
  expect(others.changes.find(({ resource }) => resource === key)).toMatchObject({
    outcome: 'held',
    holds: [
      {
        accountId: refused.id,
        reason: 'rejected-principal',
        message: expect.stringMatching(/kms:PutKeyPolicy .*invalid principals/),
      },
    ],
  });
  expect(before[key]).toEqual(due(env)[key]?.filter((id) => id !== refused.id && before[key]?.includes(id)));
  expect(before[key]).toEqual(expect.arrayContaining([first.id, third.id]));
  expect(before[bucket]).toContain(refused.id);
  expect(later.run.status).toBe('succeeded');
  expect(named(env)).toEqual(due(env));
});

test('sends few writes when many accounts arrive with a rejected one', async () => {
  const env = await createEnv();
  const accounts = Array.from({ length: 40 }, () => created(env).id);
  env.organization.refusePrincipal(accounts[17] ?? '');
  env.organization.refusePrincipal(accounts[31] ?? '');

  await onboard(env, { accountIds: accounts.filter((id) => id !== accounts[17] && id !== accounts[31]) });
  const ended = await onboard(env, { accountIds: accounts.slice(0, 10) });

  expect(ended.run.status).toBe('succeeded');
  expect(named(env)[key]).toEqual(expect.arrayContaining(accounts.slice(0, 10)));
  expect(writeCounts(env)[keyId]).toBeLessThanOrEqual(24);
});

test('admits both rejected accounts in the first run in which AWS accepts them', async () => {
  const env = await createEnv();
  const [first, second] = [created(env), created(env)];
  for (const { id } of [first, second]) env.organization.refusePrincipal(id);
  await onboard(env, first.event);
  await onboard(env, second.event);
  for (const { id } of [first, second]) env.organization.acceptPrincipal(id);
  env.organization.resetCalls();

  const other = await onboard(env, created(env).event);
  const without = named(env)[key];
  const ended = await onboard(env, { accountId: first.id });

  expect(other.run.status).toBe('succeeded');
  expect(without).not.toContain(first.id);
  expect(ended.run.status).toBe('succeeded');
  expect(named(env)).toEqual(due(env));
  expect(writeCounts(env)[keyId]).toBe(3);
});

test("serves an account when AWS accepts it during its run's retries", async () => {
  const env = await createEnv();
  const { id, event } = created(env);
  env.organization.refusePrincipal(id);
  let tries = 0;
  fault(
    env,
    'PutKeyPolicy',
    (_, proceed) => {
      if (++tries === 3) env.organization.acceptPrincipal(id);
      return proceed();
    },
    10,
  );

  const ended = await onboard(env, event);

  expect(ended.run.status).toBe('succeeded');
  expect(named(env)).toEqual(due(env));
});

test("keeps an account's first grant when it gains a second one while another account is rejected", async () => {
  const env = await createEnv();
  const { id, event } = created(env);
  await onboard(env, event);
  const { id: refused } = created(env);
  env.organization.refusePrincipal(refused);
  const seen: (string | undefined)[] = [];
  fault(
    env,
    'PutKeyPolicy',
    async (_, proceed) => {
      const answer = await proceed();
      seen.push(env.organization.policyTextOf('key', `arn:aws:kms:eu-west-1:222222222222:key/${keyId}`));
      return answer;
    },
    100,
  );

  await onboard(env, { accountId: refused });

  expect(seen.every((text) => text?.includes(id))).toBe(true);
  expect(named(env)[key]).toContain(id);
});

test('retries a write when two writes meet at one AWS resource', async () => {
  const env = await createEnv();
  fault(env, 'PutBucketPolicy', refuse('OperationAborted', 'A conflicting operation is in progress', 409), 2);

  const ended = await onboard(env, created(env).event);

  expect(ended.run.status).toBe('succeeded');
  expect(named(env)).toEqual(due(env));
});

test('registers an account later when Organizations is changing the account', async () => {
  const env = await createEnv();
  const { id, event } = created(env);
  const changing = refuse('ConcurrentModificationException', 'The target is being modified');
  fault(env, 'DescribeAccount', changing, 3);

  const ended = await onboard(env, event);

  expect(ended.run.status).toBe('succeeded');
  expect(named(env)[bucket]).toContain(id);
});

test('admits all accounts at the next import when an account was closed unnoticed', async () => {
  const env = await createEnv();
  const gone = created(env);
  await onboard(env, gone.event);
  env.organization.closeAccount(gone.id);
  const { id, event } = created(env);

  const refused = await onboard(env, event);
  await makeReady(env);
  const again = await onboard(env, { accountId: id });

  expect(refused.run).toMatchObject({
    status: 'failed',
    unresolved: [expect.stringContaining('onboarding import')],
  });
  expect(outcomes(refused)).toMatchObject({ [key]: 'refused', [bucket]: 'written', [people]: 'written' });
  expect(again.run.status).toBe('succeeded');
  expect(named(env)).toEqual(due(env));
});
