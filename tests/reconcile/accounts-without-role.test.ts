import { expect, it } from '@jest/globals';
import { findAccountsWithoutRole } from '../../shared/reconcile/accounts-without-role.ts';
import { account } from '../fixtures/member-account.ts';
import { configurationWith, readSecret } from '../fixtures/plan-fixture.ts';

const configuration = configurationWith(
  [readSecret({ memberRoles: ['app/Web'], for: { tags: { team: 'web' } } })],
  {
    memberRoles: [
      { name: 'app/Web', kind: 'application', trusts: { service: 'ec2' }, for: { ous: ['Workloads'] } },
    ],
  },
);

const web = (id: string, ouPath: string, more: object = {}) =>
  account(id, { ouPath, tags: { team: 'web' }, ...more });

const linesOf = (accounts: readonly ReturnType<typeof account>[]) =>
  findAccountsWithoutRole({ configuration }, accounts);

it('warns about accounts that a grant selects outside the OUs of its member role', () => {
  const accounts = [
    web('555566667777', 'Workloads/Production'),
    web('666677778888', 'Sandbox'),
    web('777788889999', 'Sandbox', { state: 'SUSPENDED' }),
    web('111122223333', ''),
    account('888899990000', { ouPath: 'Sandbox' }),
  ];
  expect(linesOf(accounts)).toEqual([
    'Grant token: the member role app/Web is not in the OUs of account 666677778888 (666677778888), which the grant selects. ' +
      'Add the OUs to `for` of the role, or select fewer accounts in the grant',
  ]);
});

it("returns no warning when the role's OU was renamed since the activation", () => {
  const renamed = web('666677778888', 'Work', { parentIds: ['r-abcd', 'ou-abcd-11112222'] });
  const ous = { Workloads: { 'ou-abcd-11112222': 'Workloads' } };
  expect(findAccountsWithoutRole({ configuration, ous }, [renamed])).toEqual([]);
  expect(linesOf([renamed])).toHaveLength(1);
});

it('names some accounts and counts the others when many accounts lack the role', () => {
  const accounts = Array.from({ length: 9 }, (_, index) => web(String(500_000_000_000 + index), 'Sandbox'));
  expect(linesOf(accounts)[0]).toContain('(500000000004) and 4 more, which');
});

it('returns no warning when an account cannot be read', () => {
  expect(linesOf([web('666677778888', 'Sandbox'), account('777788889999', { state: 'UNREADABLE' })])).toEqual(
    [],
  );
});
