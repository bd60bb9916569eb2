import { describe, expect, it } from '@jest/globals';
import { getAdmittedAccounts, listAdmitted } from '../../shared/grants/admitted-accounts.ts';
import type { Conditions, Principal, Statement } from '../../shared/iam/document.ts';
import { account } from '../fixtures/plan-fixture.ts';

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
const letIn = (...statements: Statement[]) => listAdmitted(getAdmittedAccounts(statements), accounts);

describe('accountsLetIn', () => {
  it('names the accounts of principals and conditions, and none of resources', () => {
    expect(letIn(allow({ AWS: [one, `arn:aws:iam::${two}:root`] }))).toEqual([one, two]);
    expect(letIn(allow('*', { StringEquals: { 'aws:PrincipalAccount': [one] } }))).toEqual([one]);
    expect(letIn(allow('*'))).toEqual([]);
    expect(letIn()).toEqual([]);
  });

  it('names no account when a condition excludes it, or names the role that asks', () => {
    for (const operator of ['StringNotEquals', 'StringNotLike', 'ArnNotEquals', 'ArnNotLike'])
      expect(letIn(allow('*', { [operator]: { 'aws:PrincipalAccount': one } }))).toEqual([]);
    expect(letIn(allow('*', { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${one}:role/x` } }))).toEqual([]);
  });

  it('has every account, and lists the members, when a condition holds the organization', () => {
    const all = getAdmittedAccounts([allow('*', inOrganization)]);

    expect(all.has('999988887777')).toBe(true);
    expect([...all]).toEqual([]);
    expect(letIn(allow('*', inOrganization))).toEqual([one, two]);
  });

  it('lists the members below an OU when a condition holds the OU as well', () => {
    const below: Conditions = {
      ...inOrganization,
      'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-exampleorg1/*/ou-abcd-11111111/*' },
    };

    expect(letIn(allow('*', below))).toEqual([one]);
  });

  it('looks at conditions on the organization only when it lists members', () => {
    expect(letIn(allow('*', { ...inOrganization, Bool: { 'aws:SecureTransport': 'true' } }))).toEqual([
      one,
      two,
    ]);
  });

  it('has only the named accounts when the statement names some beside the organization', () => {
    const some = getAdmittedAccounts([
      allow('*', { StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg1', 'aws:PrincipalAccount': [one] } }),
    ]);

    expect(some.has(two)).toBe(false);
    expect(listAdmitted(some, accounts)).toEqual([one]);
  });

  it('lists each account once when one statement names it and another holds the organization', () => {
    expect(letIn(allow({ AWS: [three, two] }), allow('*', inOrganization))).toEqual([three, two, one]);
  });

  it('holds no organization when the key is another one', () => {
    expect(
      getAdmittedAccounts([allow('*', { StringEquals: { 'aws:PrincipalOrgPaths': 'x' } })]).has(one),
    ).toBe(false);
    expect(
      getAdmittedAccounts([allow('*', { StringEquals: { 'example:aws:PrincipalOrgID': 'x' } })]).has(one),
    ).toBe(false);
  });
});
