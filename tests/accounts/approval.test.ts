import { describe, expect, test } from '@jest/globals';
import { type NeedsApproval, toPosition, withApproval } from '../../shared/accounts/approval.ts';
import {
  type Account,
  createUnreadableAccount,
  type RegisteredAccount,
} from '../../shared/platform/account.ts';

const at = '2026-03-02T09:00:00.000Z';
const earlier = '2026-03-01T09:00:00.000Z';

const account = (more: Partial<Account> = {}): Account => ({
  id: '555566667777',
  name: 'payments',
  state: 'ACTIVE',
  parentIds: ['r-abcd'],
  ouPath: '',
  tags: { team: 'a', stage: 'b' },
  ...more,
});

const registered = (more: Partial<Account> = {}): RegisteredAccount => ({
  ...account(more),
  revision: 7,
  updatedAt: earlier,
});

const production = { parentIds: ['r-abcd', 'ou-abcd-11111111'], ouPath: 'Production' };
const everybody: NeedsApproval = () => true;
const inProduction: NeedsApproval = ({ ouPath }) => ouPath === 'Production';
const root = toPosition(account());

describe('an account waits', () => {
  test.each(['ACTIVE', 'PENDING_ACTIVATION'] as const)(
    'lets a new account wait for approval when it is %s',
    (state) => {
      expect(withApproval(undefined, account({ state }), everybody, at).approval).toEqual({
        since: at,
        approvedAs: null,
      });
    },
  );

  test('waits for approval and remembers the approved OU when the account moves', () => {
    const now = withApproval(registered(), account(production), inProduction, at);

    expect(now.approval).toEqual({ since: at, approvedAs: root });
  });

  test('keeps the start of the wait when an account becomes active in the same OU', () => {
    const approval = { since: earlier, approvedAs: null };
    const before = registered({ state: 'PENDING_ACTIVATION', approval });

    expect(withApproval(before, account(), everybody, at).approval).toEqual(approval);
  });

  test('starts the wait again and keeps the approved OU when a waiting account moves again', () => {
    const before = registered({ ...production, approval: { since: earlier, approvedAs: root } });
    const now = withApproval(before, account({ ...production, name: 'renamed' }), everybody, at);

    expect(now.approval).toEqual({ since: at, approvedAs: root });
  });

  test('lets an account wait without an approved OU when it left the organization and came back', () => {
    const now = withApproval(registered({ state: 'DEPARTED' }), account(), everybody, at);

    expect(now.approval).toEqual({ since: at, approvedAs: null });
  });
});

describe('an account does not wait', () => {
  const waiting = registered({ ...production, approval: { since: earlier, approvedAs: root } });

  test.each<[string, RegisteredAccount | undefined, Account, NeedsApproval | undefined]>([
    ['when no rule requires it', undefined, account(), undefined],
    ['when it stays as registered, even if it needs approval', registered(), account(), everybody],
    [
      'when only the order of its tags differs',
      registered(),
      account({ tags: { stage: 'b', team: 'a' } }),
      everybody,
    ],
    ['when it is closed in its OU', registered(), account({ state: 'SUSPENDED' }), everybody],
    ['when it leaves', registered(), account({ state: 'DEPARTED' }), everybody],
    ['anymore when it is back in the approved OU', waiting, account(), everybody],
    ['any more where it needs no approval', waiting, account({ ouPath: 'Sandbox' }), inProduction],
    ['any more when approvals are turned off', waiting, account(production), undefined],
  ])('lets no account wait for approval %s', (_, before, now, needs) => {
    expect(withApproval(before, now, needs, at)).toEqual(now);
  });
});

describe('an account with an item that could not be understood', () => {
  const error = { name: 'StoredItemError', message: 'The item …', retryable: false };
  const unreadable = createUnreadableAccount(account().id, 7, error);
  const keeping = { since: at, approvedAs: null, keepsAccess: true } as const;

  test('keeps the access of an unreadable account when it needs approval', () => {
    expect(withApproval(unreadable, account(), everybody, at)).toEqual({ ...account(), approval: keeping });
  });

  test('keeps the access of an unreadable account when it moves while it waits', () => {
    const waiting = { ...registered(), approval: { ...keeping, since: earlier } } as const;

    expect(withApproval(waiting, account(production), everybody, at).approval).toEqual(keeping);
  });

  test('stores an unreadable account without an approval when no rule requires one', () => {
    expect(withApproval(unreadable, account(), undefined, at)).toEqual(account());
  });

  test('keeps no access of an unreadable account when it left the organization and came back', () => {
    const left = { ...registered({ state: 'DEPARTED' }), approval: keeping } as const;

    expect(withApproval(left, account(), everybody, at).approval).toEqual({ since: at, approvedAs: null });
  });
});
