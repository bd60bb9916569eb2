import { expect, test } from '@jest/globals';
import { StoredItemError } from '../../shared/store/dynamodb/items.ts';
import type { Store } from '../../shared/store/ports.ts';
import { bucket, everything, small } from './configurations.ts';
import { created } from './events.ts';
import { sweep } from './sweeps.ts';
import { due, named, onboard, outcomes, world } from './world.ts';

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
  'a resource whose %s another version wrote is left, says what to do, and keeps no other waiting',
  async (_, around) => {
    const of = await world({ configuration: small(), around });
    const { event } = created(of);

    const ended = await onboard(of, event);

    expect(outcomes(ended)[bucket]).toBe('failed');
    expect(ended.run.left).toEqual([
      expect.stringMatching(/example-logs: failed: StoredItemError: .*remove/s),
    ]);
    expect(named(of)).toEqual({ ...due(of), [bucket]: [] });
  },
);

test('a sweep does the same', async () => {
  const of = await world({ configuration: small(), around: stateOfAnotherVersion });

  const ended = await sweep(of);

  expect(outcomes(ended)).toEqual({
    ...Object.fromEntries(everything.map((key) => [key, expect.stringMatching(/written|unchanged/)])),
    [bucket]: 'failed',
  });
});

test('an account that cannot be read stops every write, since nobody knows what it should have', async () => {
  const broken = new StoredItemError('onboarding', { pk: 'REGISTRY', sk: 'ACCOUNT#111122223333' }, [
    { path: 'ouPath', message: 'expected string, received undefined' },
  ]);
  let readable = true;
  const of = await world({
    configuration: small(),
    around: ({ registry }) => ({
      registry: {
        ...registry,
        accounts: async () => {
          if (!readable) throw broken;
          return registry.accounts();
        },
      },
    }),
  });
  readable = false;
  const { event } = created(of);

  const ended = await onboard(of, event);

  expect(ended.run).toMatchObject({ status: 'failed', error: { name: 'StoredItemError' } });
  expect(ended.run.error?.message).toMatch(/ACCOUNT#111122223333 .*ouPath/s);
  expect(Object.values(named(of)).flat()).toEqual([]);
});
