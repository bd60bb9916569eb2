import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { importOrganization, requireReady } from '../../shared/accounts/registry.ts';
import { awsError } from '../fixtures/organizations-client.ts';
import {
  createRegistryEnv,
  id,
  production,
  type RegistryEnv,
  refresh,
  sandbox,
} from '../fixtures/registry-env.ts';

describe('importOrganization', () => {
  test('stores every account and marks the registry ready', async () => {
    const here = createRegistryEnv();
    const progress: number[] = [];

    const report = await importOrganization({
      ...here,
      onProgress: ({ accounts }) => progress.push(accounts),
    });

    expect(report).toEqual({ accounts: 3, changed: 3, departed: 0, ready: true });
    expect((await here.registry.listAccounts()).map((account) => account.id)).toEqual([
      '111111111111',
      id,
      '888899990000',
    ]);
    expect(progress).toEqual([1, 2, 3]);
    await requireReady(here.registry);
  });

  test('changes nothing and describes no account when it runs a second time', async () => {
    const here = createRegistryEnv();
    await importOrganization(here);
    here.organization.asked.length = 0;

    expect(await importOrganization(here)).toEqual({ accounts: 3, changed: 0, departed: 0, ready: true });
    expect((await here.registry.getHead()).revision).toBe(3);
    expect(here.organization.asked).not.toContain('DescribeAccount');
  });

  test('stores changed accounts, and marks accounts that are gone as departed', async () => {
    const here = createRegistryEnv();
    await importOrganization(here);
    here.organization.accounts.set(id, sandbox);
    here.organization.accounts.delete('888899990000');

    expect(await importOrganization(here)).toEqual({ accounts: 2, changed: 2, departed: 1, ready: true });
    expect((await here.registry.getAccount('888899990000'))?.state).toBe('DEPARTED');
    expect(await importOrganization(here)).toEqual({ accounts: 2, changed: 0, departed: 0, ready: true });
  });

  test('describes an account when the listing missed it, instead of marking it as departed', async () => {
    const here = createRegistryEnv();
    await importOrganization(here);
    // It sits in an OU that is listed later, and moves to one that was listed before.
    here.organization.accounts.set(id, {
      parentId: 'ou-exam-sandbox01',
      tags: { environment: 'production' },
    });
    here.organization.before = (command, { ParentId }) =>
      command === 'ListAccountsForParent' &&
      ParentId === 'ou-exam-sandbox01' &&
      here.organization.accounts.set(id, {
        parentId: 'ou-exam-product01',
        tags: { environment: 'production' },
      });

    expect(await importOrganization(here)).toMatchObject({ accounts: 3, changed: 0, departed: 0 });
    expect((await here.registry.getAccount(id))?.state).toBe('ACTIVE');
  });

  test('stores the current OU when an account is listed twice', async () => {
    const here = createRegistryEnv();
    here.organization.before = (command, { ParentId }) =>
      command === 'ListAccountsForParent' &&
      ParentId === 'ou-exam-sandbox01' &&
      here.organization.accounts.set(id, sandbox);

    expect(await importOrganization(here)).toMatchObject({ accounts: 3, changed: 3 });
    expect(await here.registry.getAccount(id)).toMatchObject({ ouPath: 'Sandbox' });
  });

  test('keeps the stored OU when an account is listed twice but did not move', async () => {
    const here = createRegistryEnv();
    here.organization.accounts.set(id, sandbox);
    await importOrganization(here);
    here.organization.accounts.set(id, production);
    here.organization.before = async (command, { ParentId }) => {
      if (command !== 'ListAccountsForParent' || ParentId !== 'ou-exam-sandbox01') return;
      while ((await here.registry.getAccount(id))?.ouPath !== 'Workloads/Production') await setImmediate();
      here.organization.accounts.set(id, sandbox);
    };

    await importOrganization(here);

    expect(await here.registry.getAccount(id)).toMatchObject({ ouPath: 'Sandbox' });
  });

  /** The account moves to an OU that was listed already, and its event is handled, while its tags are asked for. */
  const overtakeListing = (here: RegistryEnv) => {
    here.organization.accounts.set(id, { parentId: 'ou-exam-platform1' });
    here.organization.after = async (command, { ResourceId }) => {
      if (command !== 'ListTagsForResource' || ResourceId !== id) return;
      here.organization.after = () => undefined;
      here.organization.accounts.set(id, sandbox);
      await refresh(here);
    };
  };

  test('keeps a stored account when the list is older than it', async () => {
    const here = createRegistryEnv();
    await importOrganization(here);
    overtakeListing(here);

    await importOrganization(here);

    expect(await here.registry.getAccount(id)).toMatchObject({ ouPath: 'Sandbox', revision: 4 });
  });

  test('keeps a new account that the run of an event stored before the import', async () => {
    const here = createRegistryEnv();
    overtakeListing(here);

    await importOrganization(here);

    expect(await here.registry.getAccount(id)).toMatchObject({ ouPath: 'Sandbox' });
    expect((await here.registry.getHead()).revision).toBe(3);
  });
});

describe('an import that does not go through', () => {
  const failing = (here: RegistryEnv, when: (command: string, token: string | undefined) => boolean) => {
    here.organization.before = (command, { NextToken }) => {
      if (when(command, NextToken)) throw awsError('TooManyRequestsException');
    };
  };

  test.each(['ListAccountsForParent', 'ListOrganizationalUnitsForParent', 'ListTagsForResource'])(
    'leaves the registry not ready when the second page of %s fails',
    async (failed) => {
      const here = createRegistryEnv();
      for (const one of ['222222222221', '222222222222', '222222222223'])
        here.organization.accounts.set(one, { parentId: 'r-exam', tags: { a: '1', b: '2', c: '3' } });
      failing(here, (command, token) => command === failed && token !== undefined);

      await expect(importOrganization(here)).rejects.toThrow('TooManyRequestsException');
      await expect(requireReady(here.registry)).rejects.toMatchObject({ name: 'RegistryNotReadyError' });
    },
  );

  test('marks no account as departed when DescribeAccount fails', async () => {
    const here = createRegistryEnv();
    await importOrganization(here);
    here.organization.accounts.delete(id);
    failing(here, (command) => command === 'DescribeAccount');

    await expect(importOrganization(here)).rejects.toThrow('TooManyRequestsException');
    expect((await here.registry.getAccount(id))?.state).toBe('ACTIVE');
  });

  test('refuses an empty list of accounts as a wrong answer', async () => {
    const here = createRegistryEnv();
    await importOrganization(here);
    here.organization.accounts.clear();

    await expect(importOrganization(here)).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
    expect((await here.registry.getAccount(id))?.state).toBe('ACTIVE');
  });

  test('says what to do when an import fails', async () => {
    await expect(requireReady(createRegistryEnv().registry)).rejects.toThrow('Run `onboarding import` first');
  });
});
