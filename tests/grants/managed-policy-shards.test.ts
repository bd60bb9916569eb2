import { beforeEach, describe, expect, test } from '@jest/globals';
import { accountsOf, context, manyAccounts, members } from '../fixtures/grants/grant-env.ts';
import { createGrantFixture } from '../fixtures/grants/grant-fixture.ts';
import {
  createGroupEnv,
  getGroupPolicyArn,
  groupCases,
  groupGrant,
  groupKind,
  listAccountsByPolicy,
} from '../fixtures/grants/group-env.ts';

const two = accountsOf(members.slice(0, 2));

let group = createGroupEnv();

beforeEach(() => {
  group = createGroupEnv();
});

describe('shards', () => {
  test('moves accounts to a second policy when the first one is full', async () => {
    const { back } = await group.bring(manyAccounts(200));

    const sizes = listAccountsByPolicy(back).map(([, ids]) => ids.length);
    expect(sizes).toHaveLength(2);
    expect(sizes[0]).toBeGreaterThan(100);
    expect(group.attached()).toEqual([getGroupPolicyArn(1), getGroupPolicyArn(2)]);
  });

  test('changes exactly one policy when one account is added', async () => {
    const { back: before } = await group.bring(manyAccounts(200));
    group.organization.resetCalls();

    const newest = accountsOf(['100000000001']);
    const { back: after } = await group.bring([...newest, ...manyAccounts(200)]);

    expect(changedPolicies(before, after)).toEqual(['account-onboarding-test-group-Readers-2']);
    expect(group.writes()).toEqual(['CreatePolicyVersion']);
  });

  test('moves no account when one is removed, and reuses its room', async () => {
    const all = manyAccounts(200);
    const { back: before } = await group.bring(all);
    const { back: without } = await group.bring(all.filter((_, index) => index !== 7));

    const { back: after } = await group.bring([
      ...all.slice(0, 7),
      ...all.slice(8),
      ...accountsOf(['999999999999']),
    ]);

    expect(listAccountsByPolicy(without)[1]).toEqual(listAccountsByPolicy(before)[1]);
    expect(listAccountsByPolicy(after)[1]).toEqual(listAccountsByPolicy(before)[1]);
    expect(listAccountsByPolicy(after)[0]?.[1]).toContain('999999999999');
  });

  test('detaches and deletes an empty policy, and leaves the other policies unchanged', async () => {
    const all = manyAccounts(200);
    const { back: before } = await group.bring(all);
    const inFirst = new Set(listAccountsByPolicy(before)[0]?.[1]);

    const { back: after } = await group.bring(all.filter(({ id }) => !inFirst.has(id)));

    expect(group.attached()).toEqual([getGroupPolicyArn(2)]);
    expect(group.policies().map(({ arn }) => arn)).toEqual([getGroupPolicyArn(2)]);
    expect(listAccountsByPolicy(after)).toEqual([listAccountsByPolicy(before)[1]]);
  });

  test('keeps an account in its policy when the role has a longer name now', async () => {
    const all = manyAccounts(200);
    const { back: before, owned } = await group.bring(all);
    const longer = createGrantFixture(
      groupKind,
      groupCases,
      { ...groupGrant, role: `people/${'x'.repeat(60)}` },
      group.env,
    );

    const { back: after } = await longer.bring(all, owned);

    expect(
      listAccountsByPolicy(after)
        .flatMap(([, ids]) => ids)
        .sort(),
    ).toEqual(all.map(({ id }) => id));
    for (const [name, ids] of listAccountsByPolicy(after).slice(0, 2))
      for (const id of ids)
        expect(listAccountsByPolicy(before).find((each) => each[0] === name)?.[1]).toContain(id);
  });
});

describe('not attached', () => {
  const named = (brought: unknown) =>
    [...groupKind.listGrantedAccounts(group.entry, group.ref, brought, context, []).named].sort();

  test('counts no access of a policy that is not attached', async () => {
    const { back } = await group.bring(manyAccounts(200));
    group.groups()[0]?.attached.delete(getGroupPolicyArn(2));

    const state = await group.read();

    const [[first, inFirst] = []] = listAccountsByPolicy(back);
    expect(named(back)).toHaveLength(200);
    expect(named(state)).toEqual(inFirst?.toSorted());
    expect(Object.keys(groupKind.toDocuments(state))).toEqual([first]);
  });

  test('fills attached policies before the detached one, and keeps no empty policy', async () => {
    const all = manyAccounts(400);
    await group.bring(all);
    const names = group.attached();
    group.groups()[0]?.attached.delete(getGroupPolicyArn(2));
    const fewer = all.slice(0, 330);

    const { back } = await group.bring(fewer);
    const { back: few, changed } = await group.bring(fewer.slice(0, 100));

    expect(names).toHaveLength(4);
    expect(named(back)).toEqual(fewer.map(({ id }) => id));
    expect(changed).toBe(true);
    expect(named(few)).toEqual(fewer.slice(0, 100).map(({ id }) => id));
    expect(group.policies().map(({ arn }) => arn)).toEqual([...group.attached()]);
  });

  test('moves accounts of a detached policy to an empty one when no more policies can be attached', async () => {
    await group.bring(manyAccounts(200));
    group.attachForeign(8);
    group.groups()[0]?.attached.delete(getGroupPolicyArn(2));
    group.attachForeign(9);
    const inSecond = listAccountsByPolicy(await group.read())[1]?.[1] ?? [];

    const { back } = await group.bring(accountsOf(inSecond));

    expect(inSecond.length).toBeGreaterThan(0);
    expect(named(back)).toEqual([...inSecond].sort());
    expect(group.policies().filter(({ name }) => !name.startsWith('Foreign'))).toHaveLength(1);
  });
});

describe('unmanaged policies', () => {
  test('refuses a group that already has ten unmanaged policies, and states the numbers', async () => {
    group.attachForeign(10);

    const refused = group.bring(two);

    await expect(refused).rejects.toMatchObject({
      name: 'PolicyTooLargeError',
      fields: { needed: 1, attachable: 0, accounts: 2, fit: 0 },
      message: expect.stringContaining('0 of 10 can be attached (10 unmanaged policies are attached)'),
    });
    expect(group.policies()).toHaveLength(10);
  });

  test('uses one policy when a group has nine unmanaged ones', async () => {
    group.attachForeign(9);

    await group.bring(two);

    expect(group.attached()).toHaveLength(10);
    await expect(group.bring(manyAccounts(200))).rejects.toMatchObject({
      fields: { needed: 2, attachable: 1, accounts: 200 },
    });
  });
});

function changedPolicies(before: unknown, after: unknown): readonly string[] {
  const idsByPolicy = new Map(listAccountsByPolicy(before).map(([name, ids]) => [name, ids.join()]));
  return listAccountsByPolicy(after).flatMap(([name, ids]) =>
    idsByPolicy.get(name) === ids.join() ? [] : [name],
  );
}
