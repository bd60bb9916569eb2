import { expect, test } from '@jest/globals';
import { executionsEndWithin } from '../../shared/runs/sweep.ts';
import { created, workloads } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { bucket, key, people, small } from '../fixtures/small-configuration.ts';
import {
  activated,
  announcements,
  createSweptEnv,
  operationCount,
  readCounts,
  sweep,
} from '../fixtures/sweeps.ts';
import { createEnv, due, named, outcomes, type TestEnv, writeCounts } from '../fixtures/test-env.ts';

test('uses the new OU when an account moves while the sweep lists accounts', async () => {
  const env = await createSweptEnv();
  const { id } = created(env);
  env.organization.moveAccount(id, workloads);
  await sweep(env);
  // The root is listed first, so the account is in no listing of its parent any more.
  fault(env, 'ListOrganizationalUnitsForParent', (_, proceed) => {
    env.organization.moveAccount(id, env.organization.world.settings.rootId);
    return proceed();
  });

  const ended = await sweep(env);

  expect(ended.run).toMatchObject({ status: 'succeeded', counts: { changed: 1, departed: 0 } });
  expect(await env.store.registry.getAccount(id)).toMatchObject({ ouPath: '', state: 'ACTIVE' });
  expect(named(env)).toEqual(due(env));
  expect(named(env)[bucket]).toContain(id);
});

test('registers an account in the root, and ignores an OU without accounts', async () => {
  const env = await createSweptEnv({
    prepare: (organization) =>
      organization.addOu({ id: 'ou-exam-empty0001', name: 'Empty', parentId: workloads }),
  });
  const { id } = created(env);

  const ended = await sweep(env);

  expect(ended.run.counts).toMatchObject({ accounts: env.organization.world.accounts.size, changed: 1 });
  expect(named(env)[bucket]).toContain(id);
});

test.each(['ListAccountsForParent', 'ListOrganizationalUnitsForParent', 'ListAccounts', 'DescribeAccount'])(
  'writes nothing when %s is denied, and leaves a new registry not ready',
  async (operation) => {
    const env = await createEnv({ ready: false });
    await env.services.store.configuration.activate(await configurationOf(env));
    const { id } = created(env);
    if (operation === 'DescribeAccount') await registered(env, id);
    fault(env, operation, refuse('AccessDeniedException', 'not you'), 1_000);

    const ended = await sweep(env);

    expect(ended).toMatchObject({ status: 'FAILED', error: 'SweepFailed', run: { status: 'failed' } });
    expect(await env.store.registry.getReadySince()).toBeUndefined();
    expect(writeCounts(env)).toEqual({});
    expect(announcements(env)).toEqual(['Organization Sweep Failed']);
  },
);

const configurationOf = async ({ configuration }: TestEnv) => ({
  hash: 'a'.repeat(64),
  newSearches: [],
  centralAccountIds: [],
  document: JSON.parse(JSON.stringify(configuration)),
  ous: {},
  activatedAt: '2026-03-02T09:00:00.000Z',
  activatedBy: 'the test',
});

/** An account that the registry has, and the organization does not any more. */
async function registered({ store, organization }: TestEnv, id: string): Promise<void> {
  const account = { id, name: 'gone', state: 'ACTIVE' as const, parentIds: ['r-exam'], ouPath: '', tags: {} };
  await store.registry.put(account, undefined, '2026-03-02T09:00:00.000Z');
  organization.removeAccount(id);
}

test('continues a listing when AWS throttled it for a while', async () => {
  const env = await createSweptEnv();
  const { id } = created(env);
  fault(env, 'ListAccountsForParent', refuse('TooManyRequestsException', 'slowly'), 4);

  const ended = await sweep(env);

  expect(ended.run.status).toBe('succeeded');
  expect(named(env)[bucket]).toContain(id);
});

test('closes a run whose execution died, and leaves a run that may still work', async () => {
  const env = await createSweptEnv();
  const started = (ago: number) => new Date(env.clock.now() - ago).toISOString();
  const lost = {
    runId: 'lost',
    status: 'running' as const,
    startedAt: started(executionsEndWithin + 60_000),
    accountIds: ['888888888888'],
    cause: 'moved',
  };
  await env.store.runs.put(lost);
  await env.store.runs.put({ ...lost, runId: 'young', startedAt: started(executionsEndWithin - 60_000) });

  const ended = await sweep(env, { name: 'closing' });
  const again = await sweep(env);

  expect(await env.store.runs.get('lost')).toMatchObject({
    ...lost,
    status: 'failed',
    reason: expect.stringContaining('Superseded by the sweep closing'),
    finishedAt: expect.any(String),
  });
  expect(await env.store.runs.get('young')).toMatchObject({ status: 'running' });
  expect(ended.run.counts).toMatchObject({ closedRuns: 1 });
  expect(announcements(env)).toEqual(['Organization Swept']);
  expect(again.run.counts).toMatchObject({ closedRuns: 0 });
});

test('records the unresolved work of the runs that a sweep closes', async () => {
  const env = await createSweptEnv();
  env.organization.world.buckets.delete('example-logs');
  const startedAt = new Date(env.clock.now() - 2 * executionsEndWithin).toISOString();
  await env.store.runs.put({ runId: 'lost', status: 'running', startedAt, accountIds: [] });

  const ended = await sweep(env);

  expect(ended.run).toMatchObject({ status: 'failed', counts: { failed: 1, equal: 4 } });
  expect(ended.run.unresolved).toEqual([expect.stringMatching(/example-logs.*ResourceMissingError/s)]);
  expect((await env.store.runs.get('lost'))?.unresolved).toEqual(ended.run.unresolved);
  expect(announcements(env)).toEqual(['Organization Sweep Failed']);
});

test('blocks many removals, and reports them in each sweep until an operator decides', async () => {
  const env = await createSweptEnv({
    prepare: (organization) => {
      for (let number = 0; number < 12; number += 1)
        organization.addAccount({ id: String(700_000_000_000 + number), name: `old-${number}` });
    },
  });
  const before = named(env);
  const grants = small().grants.map((grant) =>
    grant.name === 'logs' ? { ...grant, for: { tags: { logged: 'yes' } } } : grant,
  );
  const narrow = await activated(env, { ...small(), grants });

  const first = await sweep(narrow);
  const second = await sweep(narrow);

  for (const ended of [first, second]) {
    expect(ended.run).toMatchObject({ status: 'failed', counts: { held: 1, written: 0 } });
    expect(ended.run.unresolved).toEqual([
      expect.stringMatching(new RegExp(`^${bucket}.*UnsafeChangeError`, 's')),
    ]);
  }
  expect(named(narrow)[bucket]).toEqual(before[bucket]);
});

const hundreds = 620;

test('imports many accounts in several slices with a small state', async () => {
  const sizes: number[] = [];
  const env = await createSweptEnv({
    configuration: small(['repository']),
    prepare: (organization) => {
      for (let number = 0; number < hundreds; number += 1)
        organization.addAccount({
          id: String(700_000_000_000 + number),
          name: `old-${number}`,
          ...(number < 20 ? { parentId: workloads } : {}),
        });
    },
  });
  const { id } = created(env);

  const ended = await sweep(env, {
    around: async (_, invoke) => {
      const result = await invoke();
      sizes.push(JSON.stringify(result).length);
      return result;
    },
  });

  expect(ended.states.filter((state) => state === 'ImportOrganization').length).toBeGreaterThan(3);
  expect(ended.run.counts).toMatchObject({ accounts: env.organization.world.accounts.size, changed: 1 });
  expect(await env.store.registry.getAccount(id)).toMatchObject({ state: 'ACTIVE' });
  expect(Math.max(...sizes)).toBeLessThan(10_000);
});

test('reads tags in a sweep only when a selector uses tags', async () => {
  const without = await createSweptEnv({ configuration: small(['bucket']) });
  const with_ = await createSweptEnv({ configuration: small(['secret']) });

  await sweep(without);
  await sweep(with_);

  expect(operationCount(without, 'ListTagsForResource')).toBe(0);
  expect(operationCount(with_, 'ListTagsForResource')).toBe(with_.organization.world.accounts.size);
});

test('writes nothing for a registry change that concerns no resource', async () => {
  const env = await createSweptEnv();
  // Soon after a sweep, an update reads a group once more for the verifications of a burst.
  env.clock.advance(3_600_000);
  env.organization.tagAccount('888888888888', { color: 'blue' });

  const ended = await sweep(env);

  expect(ended.run.counts).toMatchObject({ changed: 1, written: 0, equal: 5 });
  expect(outcomes(ended)).toMatchObject({ [key]: 'unchanged', [people]: 'unchanged' });
  expect(writeCounts(env)).toEqual({});
  expect(Math.max(...Object.values(readCounts(env)))).toBe(2);
});

test('records a sweep execution as failed when no state could catch the error', async () => {
  const env = await createSweptEnv();

  const ended = await sweep(env, {
    around: async (token, invoke) =>
      token === 'PlanChangesFunctionArn'
        ? { ...Object(await invoke()), much: 'x'.repeat(300_000) }
        : invoke(),
  });

  expect(ended).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  expect(ended.run).toMatchObject({ status: 'failed', cause: 'sweep' });
  expect(announcements(env)).toEqual(['Organization Sweep Failed']);
});

test('fails only one update, with its reason, when Lambda always stops it early', async () => {
  const env = await createSweptEnv();
  const { id } = created(env);

  const ended = await sweep(env, {
    around: async (token, invoke) => {
      if (token !== 'UpdateLogAccountFunctionArn') return invoke();
      throw Object.assign(new Error('Task timed out after 120.00 seconds'), { name: 'Sandbox.Timedout' });
    },
  });

  expect(ended.run).toMatchObject({ status: 'failed', counts: { failed: 2, written: 1 } });
  expect(ended.run.unresolved).toEqual(
    expect.arrayContaining([expect.stringMatching(/^The log account: Sandbox.Timedout/)]),
  );
  expect(named(env)[people]).toContain(id);
});
