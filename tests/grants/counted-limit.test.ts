import { describe, expect, it } from '@jest/globals';
import { measureCounted } from '../../shared/grants/counted-limit.ts';
import { adviseQuotaIncrease } from '../../shared/grants/quotas.ts';
import { account } from '../fixtures/member-account.ts';

const entry = { name: 'images', kind: 'kms-grant', account: 'shared', for: { all: true } } as const;

/** A resource that holds two things for each account and some of others. */
const sizeOf = (accounts: number, { limit = 10, now = 0, others = 1, shares = 1 } = {}): number =>
  measureCounted({
    ref: { kind: 'kms-grant', accountId: '444455556666', region: 'eu-west-1', id: 'key' },
    shares: Array.from({ length: shares }, () => ({
      entry,
      accounts: Array.from({ length: accounts }, (_, index) => account(String(500_000_000_000 + index))),
    })),
    now,
    count: (each) => others + each.reduce((sum, share) => sum + share.accounts.length * 2, 0),
    limit,
    unit: 'grants',
    setting: 'grantsPerKey',
  });

describe('countedSize', () => {
  it.each([
    [9, 4, {}],
    [10, 4, { others: 2 }],
    [11, 5, { now: 12 }],
    [1, 0, {}],
  ])('returns the size %i when %i accounts fit or need less room than now: %j', (size, accounts, more) => {
    expect(sizeOf(accounts, more)).toBe(size);
  });

  it.each([
    [5, 4, {}],
    [5, 4, { now: 11 }],
    [5, 4, { now: 10 }],
    [200, 4, {}],
    [5, 3, { others: 4 }],
    [5, 2, { shares: 2 }],
    [1, 0, { limit: 2 }],
    [2, 1, { limit: 3 }],
    [3, 0, { others: 11 }],
  ])('throws when %i accounts do not fit, and says that %i fit: %j', (accounts, fit, more) => {
    expect(() => sizeOf(accounts, more)).toThrow(
      expect.objectContaining({
        name: 'PolicyTooLargeError',
        fields: expect.objectContaining({ accounts, fit }),
      }),
    );
  });

  it('says that no account fits when the resource has room for none', () => {
    expect(() => sizeOf(0, { others: 11 })).toThrow(
      expect.objectContaining({ fields: expect.objectContaining({ accounts: 0, fit: 0 }) }),
    );
  });
});

describe('raiseAdvice', () => {
  it('suggests to raise the quota when AWS can raise it far enough', () => {
    expect(adviseQuotaIncrease('managedPoliciesPerRole', 25)).toContain(
      'limits.managedPoliciesPerRole to 25',
    );
    expect(adviseQuotaIncrease('grantsPerKey', 1_000_000)).toContain('limits.grantsPerKey to 1000000');
  });

  it('suggests nothing when AWS does not raise the quota far enough', () => {
    expect(adviseQuotaIncrease('managedPoliciesPerRole', 26)).toBe('');
    expect(adviseQuotaIncrease('managedPoliciesPerGroup', 11)).toBe('');
  });
});
