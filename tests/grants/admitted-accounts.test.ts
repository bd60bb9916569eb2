import { describe, expect, it } from '@jest/globals';
import { getAdmittedAccounts } from '../../shared/grants/admitted-accounts.ts';
import type { Conditions, Principal, Statement } from '../../shared/iam/document.ts';
import { account } from '../fixtures/member-account.ts';

const [one, two, three] = ['111122223333', '222233334444', '333344445555'] as const;
const inOrganization: Conditions = { StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg1' } };

const allow = (Principal: Principal, Condition?: Conditions): Statement => ({
  Effect: 'Allow',
  Principal,
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::logs/${three}/*`,
  ...(Condition && { Condition }),
});

const accounts = [
  account(one, { parentIds: ['r-abcd', 'ou-abcd-11111111'] }),
  account(two),
  account(three, { state: 'SUSPENDED' }),
];
const listAdmitted = (...statements: Statement[]) => getAdmittedAccounts(statements).listAmong(accounts);

describe('getAdmittedAccounts', () => {
  it('returns the accounts that principals and conditions name, and none that resources name', () => {
    expect(listAdmitted(allow({ AWS: [one, `arn:aws:iam::${two}:root`] }))).toEqual([one, two]);
    expect(listAdmitted(allow('*', { StringEquals: { 'aws:PrincipalAccount': [one] } }))).toEqual([one]);
    expect(listAdmitted(allow('*'))).toEqual([]);
    expect(listAdmitted()).toEqual([]);
  });

  it('names no account when a condition excludes it or names the calling role', () => {
    for (const operator of ['StringNotEquals', 'StringNotLike', 'ArnNotEquals', 'ArnNotLike'])
      expect(listAdmitted(allow('*', { [operator]: { 'aws:PrincipalAccount': one } }))).toEqual([]);
    expect(
      listAdmitted(allow('*', { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${one}:role/x` } })),
    ).toEqual([]);
  });

  it('admits every account and lists the members when a condition names the organization', () => {
    const all = getAdmittedAccounts([allow('*', inOrganization)]);

    expect(all.mayAdmit('999988887777')).toBe(true);
    expect([...all.named]).toEqual([]);
    expect(listAdmitted(allow('*', inOrganization))).toEqual([one, two]);
  });

  it('lists the members below an OU when a condition also names the OU', () => {
    const below: Conditions = {
      ...inOrganization,
      'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-exampleorg1/*/ou-abcd-11111111/*' },
    };

    expect(listAdmitted(allow('*', below))).toEqual([one]);
  });

  it('ignores conditions that do not concern the organization when it lists members', () => {
    expect(listAdmitted(allow('*', { ...inOrganization, Bool: { 'aws:SecureTransport': 'true' } }))).toEqual([
      one,
      two,
    ]);
  });

  it('lists only the named accounts when a statement names accounts beside the organization', () => {
    const some = getAdmittedAccounts([
      allow('*', { StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg1', 'aws:PrincipalAccount': [one] } }),
    ]);

    expect(some.mayAdmit(two)).toBe(false);
    expect(some.listAmong(accounts)).toEqual([one]);
  });

  it('lists an account once when one statement names it and another names the organization', () => {
    expect(listAdmitted(allow({ AWS: [three, two] }), allow('*', inOrganization))).toEqual([three, two, one]);
  });

  it("admits no account when the condition uses a key other than the organization's id", () => {
    expect(
      getAdmittedAccounts([allow('*', { StringEquals: { 'aws:PrincipalOrgPaths': 'x' } })]).mayAdmit(one),
    ).toBe(false);
    expect(
      getAdmittedAccounts([allow('*', { StringEquals: { 'example:aws:PrincipalOrgID': 'x' } })]).mayAdmit(
        one,
      ),
    ).toBe(false);
  });
});
