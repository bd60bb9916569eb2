import { describe, expect, it } from '@jest/globals';
import { getAccountOrPlaceholder, getRegistryIndex } from '../../shared/reconcile/registry-index.ts';
import { account } from '../fixtures/member-account.ts';

const here = account('111122223333', { tags: { runner: 'yes' } });
const closed = account('222233334444', { state: 'SUSPENDED' });

describe('known', () => {
  it('returns the account from the registry when the registry has the id', () => {
    expect(getAccountOrPlaceholder({ accounts: [closed, here] }, here.id)).toBe(here);
  });

  it('returns a departed account, without OU and tags, when the registry lacks the id', () => {
    expect(getAccountOrPlaceholder({ accounts: [here] }, '333344445555')).toEqual({
      id: '333344445555',
      name: '333344445555',
      state: 'DEPARTED',
      parentIds: [],
      ouPath: '',
      tags: {},
    });
  });
});

describe('indexOf', () => {
  it('counts only members, and builds its index once for each registry', () => {
    const accounts = [here, closed];

    expect([...getRegistryIndex(accounts).members]).toEqual([here.id]);
    expect(getRegistryIndex(accounts)).toBe(getRegistryIndex(accounts));
  });
});
