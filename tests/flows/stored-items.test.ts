import { expect, test } from '@jest/globals';
import { toErrorRecord } from '../../shared/platform/errors.ts';
import { retryAnnouncements } from '../../shared/runs/record/retry-announcements.ts';
import type { Store } from '../../shared/store/ports.ts';
import { StoredItemError } from '../../shared/store/stored-item-error.ts';
import { created } from '../fixtures/account-events.ts';
import { bucket, everything, small } from '../fixtures/small-configuration.ts';
import { sweep } from '../fixtures/sweeps.ts';
import { createEnv, due, named, onboard, outcomes } from '../fixtures/test-env.ts';

const unreadable = (sk: string) =>
  new StoredItemError('onboarding', { pk: `RESOURCE#${bucket}`, sk }, [
    { path: 'generation', message: 'missing' },
  ]);

/** The table has an item of another version for the bucket. */
const stateOfAnotherVersion = ({ resources }: Store): Partial<Store> => ({
  resources: {
    ...resources,
    get: async (resource) => {
      if (resource === bucket) throw unreadable('STATE');
      return resources.get(resource);
    },
  },
});

const leaseOfAnotherVersion = ({ leases }: Store): Partial<Store> => ({
  leases: {
    ...leases,
    acquire: async (resource, ...more) => {
      if (resource === bucket) throw unreadable('LEASE');
      return leases.acquire(resource, ...more);
    },
  },
});

test.each([
  ['state', stateOfAnotherVersion],
  ['lease', leaseOfAnotherVersion],
])(
  'skips a resource whose %s another version wrote, and continues with other resources',
  async (_, around) => {
    const env = await createEnv({ configuration: small(), around });
    const { event } = created(env);

    const ended = await onboard(env, event);

    expect(outcomes(ended)[bucket]).toBe('failed');
    expect(ended.run.unresolved).toEqual([
      expect.stringMatching(/example-logs: failed: StoredItemError: .*remove/s),
    ]);
    expect(named(env)).toEqual({ ...due(env), [bucket]: [] });
  },
);

test('skips a resource in a sweep when another version wrote its state', async () => {
  const env = await createEnv({ configuration: small(), around: stateOfAnotherVersion });

  const ended = await sweep(env);

  expect(outcomes(ended)).toEqual({
    ...Object.fromEntries(everything.map((key) => [key, expect.stringMatching(/written|unchanged/)])),
    [bucket]: 'failed',
  });
});

test('reports an unreadable run record in a sweep, and closes all other runs', async () => {
  const error = toErrorRecord(
    new StoredItemError('onboarding', { pk: 'RUN#odd', sk: 'RUN' }, [{ path: 'status', message: 'missing' }]),
  );
  const env = await createEnv({
    configuration: small(),
    around: ({ runs, approvals }) => ({
      runs: {
        ...runs,
        listUnfinished: async (before) => ({ ...(await runs.listUnfinished(before)), unreadable: [error] }),
        listUnannounced: async () => ({ ...(await runs.listUnannounced()), unreadable: [error] }),
      },
      approvals: { ...approvals, listOpen: async () => ({ items: [], unreadable: [error] }) },
    }),
  });
  const dead = { status: 'running', startedAt: '2020-01-01T00:00:00.000Z', accountIds: [] } as const;
  await env.store.runs.put({ runId: 'dead', ...dead });

  const ended = await sweep(env);

  expect(ended.run).toMatchObject({
    status: 'failed',
    unresolved: [expect.stringMatching(/^StoredItemError: The item RUN#odd \/ RUN of table/)],
    counts: { closedRuns: 1 },
  });
  expect(await env.store.runs.get('dead')).toMatchObject({ status: 'failed' });
  expect(named(env)).toEqual(due(env));
});

test('sends all other announcements when a run record cannot be read', async () => {
  const error = toErrorRecord(
    new StoredItemError('onboarding', { pk: 'RUN#odd', sk: 'RUN' }, [{ path: 'status', message: 'missing' }]),
  );
  const env = await createEnv({
    configuration: small(),
    around: ({ runs }) => ({
      runs: {
        ...runs,
        listUnannounced: async () => ({ ...(await runs.listUnannounced()), unreadable: [error] }),
      },
    }),
  });
  const at = '2020-01-01T00:00:00.000Z';
  const announcement = { title: 'Account Onboarded', bus: { status: 'pending', at } } as const;
  await env.store.runs.put({
    runId: 'run',
    status: 'succeeded',
    startedAt: at,
    accountIds: ['111122223333'],
    announcement,
  });
  const logged: unknown[] = [];
  const logger = { ...env.services.logger, error: (...entry: unknown[]) => logged.push(entry) };

  await retryAnnouncements({ ...env.services, logger });

  expect((await env.store.runs.get('run'))?.announcement?.bus.status).toBe('announced');
  expect(logged).toEqual([
    [expect.stringContaining('cannot be understood'), { announcement: 'pending', error }],
  ]);
});
