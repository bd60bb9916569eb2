import { describe, expect, it } from '@jest/globals';
import {
  hasAccountIds,
  listRoleAccounts,
  listRoleEntries,
  nameByAccountIds,
  withRoleEntries,
} from '../../shared/grants/role-entries.ts';
import type { Statement } from '../../shared/iam/document.ts';

const arn = (account: string) => `arn:aws:iam::${account}:role/people/ReadOnly`;
const [one, two] = ['111122223333', '222233334444'] as const;
const listing: Statement = { Sid: 'People', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: [arn(one)] };
const byIds = nameByAccountIds(
  { ...listing, Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } },
  arn('*'),
);
const slot = (accountId: string, text: string) => ({ sid: 'People', accountId, text });

describe('a statement that lists roles', () => {
  it('finds the role of each account in a statement, and writes the roles in order', () => {
    expect(hasAccountIds(listing)).toBe(false);
    expect(listRoleEntries(listing)).toEqual([slot(one, arn(one))]);
    expect(withRoleEntries(listing, [slot(two, arn(two)), slot(one, arn(one))])).toEqual({
      ...listing,
      Resource: [arn(one), arn(two)],
    });
  });

  it.each([
    '*',
    'arn:aws:s3:::logs',
    `x${arn(one)}`,
    'arn:aws:iam::1111222233334:role/x',
    `arn:aws:iam::${one}:user/x`,
  ])('reads no role entry when the resource is %s', (Resource) => {
    expect(listRoleEntries({ ...listing, Resource })).toEqual([]);
  });

  it('lists the account of a role ARN as * when the ARN has * in its place', () => {
    expect(listRoleAccounts({ ...listing, Resource: arn('*') })).toEqual([
      { accountId: '*', resource: arn('*') },
    ]);
    expect(listRoleEntries({ Effect: 'Allow', Resource: arn(one) })).toEqual([
      { sid: '', accountId: one, text: arn(one) },
    ]);
    expect(listRoleEntries({ Effect: 'Allow' })).toEqual([]);
  });
});

describe('a statement with account ids in its condition', () => {
  it('keeps other conditions, and starts without account ids', () => {
    expect(hasAccountIds(byIds)).toBe(true);
    expect(listRoleEntries(byIds)).toEqual([]);
    expect(byIds).toMatchObject({
      Resource: arn('*'),
      Condition: {
        Bool: { 'aws:MultiFactorAuthPresent': 'true' },
        StringEquals: { 'aws:ResourceAccount': [] },
      },
    });
  });

  it('keeps other keys of the operator when account ids are added', () => {
    const held = nameByAccountIds({ ...listing, Condition: { StringEquals: { 'aws:x': 'y' } } }, arn('*'));

    const filled = withRoleEntries(held, [slot(two, two), slot(one, one)]);

    expect(filled.Resource).toBe(arn('*'));
    expect(filled.Condition).toEqual({ StringEquals: { 'aws:x': 'y', 'aws:ResourceAccount': [one, two] } });
    expect(listRoleEntries(filled)).toEqual([slot(one, one), slot(two, two)]);
  });

  it('keeps other operators when account ids are added', () => {
    expect(withRoleEntries(byIds, [slot(one, one)]).Condition).toEqual({
      Bool: { 'aws:MultiFactorAuthPresent': 'true' },
      StringEquals: { 'aws:ResourceAccount': [one] },
    });
  });

  it('finds the role of an account when the ARN names one account', () => {
    expect(listRoleAccounts({ ...withRoleEntries(byIds, [slot(one, one)]), Resource: arn(two) })).toEqual([
      { accountId: two, resource: arn(two) },
    ]);
  });
});
