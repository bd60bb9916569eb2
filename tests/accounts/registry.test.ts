import { describe, expect, test } from '@jest/globals';
import { ouNamesHoldFor } from '../../shared/accounts/remembered-ous.ts';
import { ThrottledError } from '../../shared/platform/aws/errors.ts';
import { getTimestamp } from '../../shared/platform/clock.ts';
import {
  createRegistryEnv,
  id,
  production,
  type RegistryEnv,
  refresh,
  sandbox,
} from '../fixtures/registry-env.ts';

describe('refreshAccount', () => {
  test('stores a new account with the next revision', async () => {
    const here = createRegistryEnv();

    const { account, changed } = await refresh(here);

    expect(changed).toBe(true);
    expect(account).toMatchObject({ id, revision: 1, ouPath: 'Workloads/Production', state: 'ACTIVE' });
    expect(account?.updatedAt).toBe('2026-03-02T09:00:00.000Z');
    expect(await here.registry.getAccount(id)).toEqual(account);
  });

  test('stores nothing and uses no revision when the account has not changed', async () => {
    const here = createRegistryEnv();
    here.organization.accounts.set(id, { ...production, tags: { a: '1', b: '2' } });
    const first = await refresh(here);
    here.organization.accounts.set(id, { ...production, tags: { b: '2', a: '1' } });

    const second = await refresh(here);

    expect(second).toEqual({ account: first.account, changed: false });
    expect((await here.registry.getHead()).revision).toBe(1);
  });

  test.each([
    ['name', { ...production, name: 'renamed' }],
    ['state', { ...production, answer: { State: 'SUSPENDED' } }],
    ['position', sandbox],
    ['tags', { ...production, tags: { environment: 'staging' } }],
  ] as const)('stores an account with a new revision when its %s has changed', async (_what, listed) => {
    const here = createRegistryEnv();
    await refresh(here);
    here.organization.accounts.set(id, listed);

    expect(await refresh(here)).toMatchObject({ changed: true, account: { revision: 2 } });
  });

  test('stores an account as departed, with its last OU, once when it has left the organization', async () => {
    const here = createRegistryEnv();
    await refresh(here);
    here.organization.accounts.delete(id);

    expect(await refresh(here)).toMatchObject({
      changed: true,
      account: { state: 'DEPARTED', ouPath: 'Workloads/Production', revision: 2 },
    });
    expect(await refresh(here)).toMatchObject({ changed: false, account: { revision: 2 } });
  });

  test('stores nothing when Organizations does not know the new account', async () => {
    const here = createRegistryEnv();

    expect(await refresh(here, '000000000000')).toEqual({ account: undefined, changed: false });
    expect((await here.registry.getHead()).revision).toBe(0);
  });

  test('stores an account as a member again when it left and came back', async () => {
    const here = createRegistryEnv();
    await refresh(here);
    here.organization.accounts.delete(id);
    await refresh(here);
    here.organization.accounts.set(id, sandbox);

    expect((await refresh(here)).account).toMatchObject({ state: 'ACTIVE', ouPath: 'Sandbox', revision: 3 });
  });
});

const ofOus = (commands: readonly string[]): number =>
  commands.filter((command) => command === 'DescribeOrganizationalUnit').length;

describe('calls of Organizations', () => {
  const asked = async (here: RegistryEnv, accountId = id) => {
    here.organization.asked.length = 0;
    await refresh(here, accountId);
    return here.organization.asked;
  };
  test('reads each fact of a new account once, and confirms its membership last', async () => {
    const here = createRegistryEnv();
    here.organization.accounts.set(id, { parentId: 'r-exam' });

    expect(await asked(here)).toEqual([
      'ListParents',
      'ListTagsForResource',
      'DescribeAccount',
      'DescribeAccount',
    ]);
  });

  test('reuses the OU names that another run read in the last minutes when an account is new', async () => {
    const here = createRegistryEnv();
    for (const newAccount of ['600000000001', '600000000002'])
      here.organization.accounts.set(newAccount, production);

    expect(ofOus(await asked(here))).toBe(2);
    expect(ofOus(await asked(here, '600000000001'))).toBe(0);
    expect(await here.registry.getAccount('600000000001')).toMatchObject({ ouPath: 'Workloads/Production' });
    await here.clock.sleep(ouNamesHoldFor);
    expect(ofOus(await asked(here, '600000000002'))).toBe(2);
  });

  test('reads every OU of a known account again, and stores a changed OU name for new accounts', async () => {
    const here = createRegistryEnv();
    await refresh(here);
    here.organization.ous.set('ou-exam-product01', { name: 'Live', parentId: 'ou-exam-workload1' });
    here.organization.accounts.set('600000000001', production);

    expect(ofOus(await asked(here))).toBeGreaterThanOrEqual(2);
    await refresh(here, '600000000001');

    const accounts = await here.registry.listAccounts();
    expect(accounts.map(({ ouPath }) => ouPath)).toEqual(['Workloads/Live', 'Workloads/Live']);
  });
});

describe('the OUs of many new accounts', () => {
  /** DescribeOrganizationalUnit comes too soon for everybody. */
  const tooSoon = (command: string): void => {
    if (command === 'DescribeOrganizationalUnit') throw new ThrottledError('Rate exceeded');
  };

  test('reads only the name of a known OU again, because the parent of an OU never changes', async () => {
    const here = createRegistryEnv();
    here.organization.accounts.set('600000000001', production);
    await refresh(here);
    await here.clock.sleep(ouNamesHoldFor);
    here.organization.asked.length = 0;

    await refresh(here, '600000000001');

    expect(ofOus(here.organization.asked)).toBe(2);
    expect(here.organization.asked.filter((command) => command === 'ListParents')).toHaveLength(1);
    expect(await here.registry.getAccount('600000000001')).toMatchObject({ ouPath: 'Workloads/Production' });
  });

  test('uses an OU name that another run read when its own call is throttled', async () => {
    const here = createRegistryEnv();
    here.organization.before = async (command, { OrganizationalUnitId: ou = '' }) => {
      if (command === 'DescribeOrganizationalUnit') {
        const { name = '', parentId = '' } = here.organization.ous.get(ou) ?? {};
        await here.registry.putOu({ id: ou, name, parentId, askedAt: getTimestamp(here.clock) });
      }
      tooSoon(command);
    };

    const { account } = await refresh(here);

    expect(account).toMatchObject({ ouPath: 'Workloads/Production' });
    expect(here.clock.slept).toEqual([1_000, 1_000]);
    expect(here.organization.asked.filter((command) => command === 'ListParents')).toHaveLength(1);
  });

  test('gives up after some seconds and stores nothing when every call for an OU name is throttled', async () => {
    const here = createRegistryEnv();
    here.organization.before = tooSoon;

    await expect(refresh(here)).rejects.toMatchObject({ name: 'ThrottledError' });

    expect(here.clock.slept).toHaveLength(5);
    expect(await here.registry.getAccount(id)).toBeUndefined();
  });

  test('does not wait for the OU names of other runs when the account is known', async () => {
    const here = createRegistryEnv();
    await refresh(here);
    here.organization.before = tooSoon;

    await expect(refresh(here)).rejects.toMatchObject({ name: 'ThrottledError' });
    expect(here.clock.slept).toEqual([]);
  });

  test('reads the name of an OU again when its cached time is in the future', async () => {
    const here = createRegistryEnv();
    const askedAt = new Date(here.clock.now() + 3_600_000).toISOString();
    await here.registry.putOu({
      id: production.parentId,
      name: 'Wrong',
      parentId: 'ou-exam-workload1',
      askedAt,
    });

    expect((await refresh(here)).account).toMatchObject({ ouPath: 'Workloads/Production' });
  });
});
