import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { refreshAccount } from '../../shared/accounts/refresh-account.ts';
import {
  createRegistryEnv,
  id,
  production,
  type RegistryEnv,
  refresh,
  sandbox,
} from '../fixtures/registry-env.ts';

describe('refreshAccount in simultaneous runs', () => {
  test('reads the account again after a write conflict, and keeps the newer answer', async () => {
    let overtaken = false;
    const here: RegistryEnv = createRegistryEnv((registry) => ({
      put: async (account, expected, at) => {
        if (!overtaken) {
          overtaken = true;
          here.organization.accounts.set(id, sandbox);
          await refreshAccount({ ...here, accountId: id });
        }
        return registry.put(account, expected, at);
      },
    }));

    const { account } = await refresh(here);

    expect(account).toMatchObject({ ouPath: 'Sandbox', revision: 1 });
    expect(here.clock.slept).toEqual([50]);
  });

  test('stores no answer of Organizations when a newer change was stored first', async () => {
    const here = createRegistryEnv();
    here.organization.after = async (command) => {
      if (command !== 'ListTagsForResource') return;
      here.organization.after = () => undefined;
      here.organization.accounts.set(id, sandbox);
      await refresh(here);
    };

    expect(await refresh(here)).toMatchObject({
      changed: false,
      account: { ouPath: 'Sandbox', revision: 1 },
    });
    expect((await here.registry.getHead()).revision).toBe(1);
  });

  test('does not restore an old answer when its writer was delayed and another run changed nothing', async () => {
    let heldUp = false;
    const here: RegistryEnv = createRegistryEnv((registry) => ({
      put: async (account, expected, at) => {
        if (account.ouPath === 'Sandbox' && !heldUp) {
          heldUp = true;
          here.organization.accounts.set(id, production);
          expect(await refreshAccount({ ...here, accountId: id })).toMatchObject({ changed: false });
        }
        return registry.put(account, expected, at);
      },
    }));
    here.organization.accounts.set(id, production);
    await refresh(here);
    here.organization.accounts.set(id, sandbox);

    await refresh(here);

    expect(heldUp).toBe(true);
    expect(await here.registry.getAccount(id)).toMatchObject({ ouPath: 'Workloads/Production' });
  });

  test('writes one registry change when two runs refresh an account at once', async () => {
    const here = createRegistryEnv();

    const [one, other] = await Promise.all([refresh(here), refresh(here)]);

    expect(one.account).toEqual(other.account);
    expect([one.changed, other.changed].filter(Boolean)).toHaveLength(1);
    expect((await here.registry.getHead()).revision).toBe(1);
  });

  test('stores thirty accounts, each with its own revision, when all arrive at once', async () => {
    const here = createRegistryEnv();
    const ids = Array.from({ length: 30 }, (_, number) => `${900_000_000_000 + number}`);
    for (const one of ids) here.organization.accounts.set(one, sandbox);
    let seed = 1;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const sleep = async (milliseconds: number) => {
      for (let turn = 0; turn < milliseconds / 10; turn += 1) await setImmediate();
    };
    const clock = { ...here.clock, sleep };

    const results = await Promise.all(
      ids.map((one) => refreshAccount({ ...here, clock, random, accountId: one })),
    );

    expect(new Set(results.map(({ account }) => account?.revision)).size).toBe(30);
    expect((await here.registry.listAccounts()).map((account) => account.id)).toEqual(ids);
  });

  test('marks an account as departed when it leaves during its first registry write', async () => {
    let left = false;
    const here: RegistryEnv = createRegistryEnv((registry) => ({
      put: async (account, expected, at) => {
        if (!left) {
          left = true;
          here.organization.accounts.delete(id);
          // Whoever hears of its leaving now finds nothing to do.
          expect(await refreshAccount({ ...here, accountId: id })).toMatchObject({ account: undefined });
        }
        return registry.put(account, expected, at);
      },
    }));

    expect((await refresh(here)).account).toMatchObject({ state: 'DEPARTED' });
    expect(await here.registry.getAccount(id)).toMatchObject({ state: 'DEPARTED' });
  });

  test('calls Organizations once when another account took the next revision of the registry', async () => {
    let taken = false;
    const here: RegistryEnv = createRegistryEnv((registry) => ({
      put: async (account, expected, at) => {
        if (taken || account.id !== id) return registry.put(account, expected, at);
        taken = true;
        await refreshAccount({ ...here, accountId: '888899990000' });
        here.organization.asked.length = 0;
        return undefined;
      },
    }));

    expect((await refresh(here)).account).toMatchObject({ revision: 2 });
    expect(here.organization.asked).toEqual(['DescribeAccount']);
  });

  test('gives up a registry write after twenty conflicts, with pauses that grow to two seconds', async () => {
    const here = createRegistryEnv(() => ({ put: async () => undefined }));

    await expect(refresh(here)).rejects.toMatchObject({
      name: 'ConcurrentUpdateError',
      retryable: true,
      fields: { accountId: id, attempts: 20 },
    });
    expect(here.clock.slept).toHaveLength(20);
    expect(here.clock.slept.slice(0, 7)).toEqual([50, 100, 200, 400, 800, 1000, 1000]);
  });
});
