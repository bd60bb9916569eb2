import { beforeEach, describe, expect, it, test } from '@jest/globals';
import { assumeRolePermission } from '../../shared/grants/assume-role-permission.ts';
import type { GrantKind } from '../../shared/grants/contract.ts';
import { type ManagedPolicies, writeManagedPolicies } from '../../shared/grants/managed-policies.ts';
import type { Account } from '../../shared/platform/account.ts';
import { createAwsError } from '../../simulator/aws-error.ts';
import { accountsOf, central, context, manyAccounts, members } from '../fixtures/grants/grant-env.ts';
import { createGrantFixture } from '../fixtures/grants/grant-fixture.ts';
import { casesOf } from '../fixtures/grants/kind-cases.ts';

const kind = assumeRolePermission as GrantKind;
const cases = casesOf(kind);
const two = accountsOf(members.slice(0, 2));

function people(role = 'people/ReadOnly') {
  const made = createGrantFixture(kind, cases, { ...cases.presets.people, role });
  made.holder.make();
  const { world } = made.env.organization;
  return {
    ...made,
    organization: made.env.organization,
    policies: () => [...world.managedPolicies.values()],
    holders: () => [...world.groups.values()],
    attached: () => [...(world.groups.values().next().value?.attached ?? [])],
  };
}

let group = people();

beforeEach(() => {
  group = people();
});

const arnOf = (number: number): string =>
  `arn:aws:iam::${central}:policy/account-onboarding/test/group/Readers/account-onboarding-test-group-Readers-${number}`;

const accountsIn = (state: unknown): readonly (readonly [string, readonly string[]])[] =>
  (state as ManagedPolicies).policies.map(({ name, document }) => [
    name,
    document.Statement.flatMap(({ Resource }) => [Resource ?? []].flat().map((arn) => arn.slice(13, 25))),
  ]);

describe('versions', () => {
  test('the seventh update finds room: the oldest version that is not used goes', async () => {
    const changing = [[], ...Array.from({ length: 8 }, (_, index) => manyAccounts(index + 1))];

    for (const accounts of changing) await group.bring(accounts);

    const [policy] = group.policies();
    expect(policy?.versions.map(({ id }) => id)).toEqual(['v4', 'v5', 'v6', 'v7', 'v8']);
    expect(policy?.defaultVersion).toBe('v8');
  });

  test('a default that somebody set back is not deleted, and is replaced', async () => {
    for (let count = 1; count <= 5; count += 1) await group.bring(manyAccounts(count));
    const [policy] = group.policies();
    if (policy !== undefined) policy.defaultVersion = 'v1';

    const { back, changed } = await group.bring(manyAccounts(5));

    expect(changed).toBe(true);
    expect(accountsIn(back)[0]?.[1]).toHaveLength(5);
    expect(policy?.versions.map(({ id }) => id)).toEqual(['v1', 'v3', 'v4', 'v5', 'v6']);
  });
});

describe('shards', () => {
  test('accounts that one policy cannot hold go to a second', async () => {
    const { back } = await group.bring(manyAccounts(200));

    const sizes = accountsIn(back).map(([, ids]) => ids.length);
    expect(sizes).toHaveLength(2);
    expect(sizes[0]).toBeGreaterThan(100);
    expect(group.attached()).toEqual([arnOf(1), arnOf(2)]);
  });

  test('one more account changes exactly one policy', async () => {
    const { back: before } = await group.bring(manyAccounts(200));
    group.organization.resetCalls();

    const newest = accountsOf(['100000000001']);
    const { back: after } = await group.bring([...newest, ...manyAccounts(200)]);

    expect(changedPolicies(before, after)).toEqual(['account-onboarding-test-group-Readers-2']);
    expect(writes()).toEqual(['CreatePolicyVersion']);
  });

  test('a removal moves nobody, and its place is taken again', async () => {
    const all = manyAccounts(200);
    const { back: before } = await group.bring(all);
    const { back: without } = await group.bring(all.filter((_, index) => index !== 7));

    const { back: after } = await group.bring([
      ...all.slice(0, 7),
      ...all.slice(8),
      ...accountsOf(['999999999999']),
    ]);

    expect(accountsIn(without)[1]).toEqual(accountsIn(before)[1]);
    expect(accountsIn(after)[1]).toEqual(accountsIn(before)[1]);
    expect(accountsIn(after)[0]?.[1]).toContain('999999999999');
  });

  test('an emptied policy is detached and deleted; the others stay as they are', async () => {
    const all = manyAccounts(200);
    const { back: before } = await group.bring(all);
    const inFirst = new Set(accountsIn(before)[0]?.[1]);

    const { back: after } = await group.bring(all.filter(({ id }) => !inFirst.has(id)));

    expect(group.attached()).toEqual([arnOf(2)]);
    expect(group.policies().map(({ arn }) => arn)).toEqual([arnOf(2)]);
    expect(accountsIn(after)).toEqual([accountsIn(before)[1]]);
  });

  test('an entry whose role name got longer still fits', async () => {
    const all = manyAccounts(200);
    const { back: before, owned } = await group.bring(all);
    const longer = createGrantFixture(
      kind,
      cases,
      { ...cases.presets.people, role: `people/${'x'.repeat(60)}` },
      group.env,
    );

    const { back: after } = await longer.bring(all, owned);

    expect(
      accountsIn(after)
        .flatMap(([, ids]) => ids)
        .sort(),
    ).toEqual(all.map(({ id }) => id));
    for (const [name, ids] of accountsIn(after).slice(0, 2))
      for (const id of ids) expect(accountsIn(before).find((each) => each[0] === name)?.[1]).toContain(id);
  });
});

describe('what died half-way', () => {
  test('a policy that was created but not attached is attached by the next run', async () => {
    const stop = group.organization.intercept(({ operation }, proceed) => {
      if (operation === 'AttachGroupPolicy') throw createAwsError('ServiceUnavailable', 'try again', 503);
      return proceed();
    });
    await expect(group.bring(two)).rejects.toThrow('no usable answer');
    stop();

    const { back } = await group.bring(two);

    expect(group.policies()).toHaveLength(1);
    expect(group.attached()).toEqual([arnOf(1)]);
    expect(accountsIn(back)[0]?.[1]).toEqual(members.slice(0, 2));
  });

  test('a policy that was detached but not deleted is deleted by the next run', async () => {
    await group.bring(two);
    const stop = group.organization.intercept(({ operation }, proceed) => {
      if (operation === 'DeletePolicy') throw createAwsError('ServiceUnavailable', 'try again', 503);
      return proceed();
    });
    await expect(group.bring([])).rejects.toThrow('no usable answer');
    stop();

    await group.bring([]);

    expect(group.policies()).toEqual([]);
  });
});

describe('not attached', () => {
  const named = (brought: unknown) => [...kind.granted(group.entry, group.ref, brought, context, [])].sort();

  test('a policy that is not attached gives nobody anything, beside one that is', async () => {
    const { back } = await group.bring(manyAccounts(200));
    group.holders()[0]?.attached.delete(arnOf(2));

    const state = await group.read();

    const [[first, inFirst] = []] = accountsIn(back);
    expect(named(back)).toHaveLength(200);
    expect(named(state)).toEqual(inFirst?.toSorted());
    expect(Object.keys(kind.documents(state))).toEqual([first]);
  });

  test('what is due fills the attached policies, then is in the other again, and no policy is left over', async () => {
    const all = manyAccounts(400);
    await group.bring(all);
    const names = group.attached();
    group.holders()[0]?.attached.delete(arnOf(2));
    const fewer = all.slice(0, 330);

    const { back } = await group.bring(fewer);
    const { back: few, changed } = await group.bring(fewer.slice(0, 100));

    expect(names).toHaveLength(4);
    expect(named(back)).toEqual(fewer.map(({ id }) => id));
    expect(changed).toBe(true);
    expect(named(few)).toEqual(fewer.slice(0, 100).map(({ id }) => id));
    expect(group.policies().map(({ arn }) => arn)).toEqual([...group.attached()]);
  });

  test('where one more cannot be attached, an emptied one takes those of one that is not attached', async () => {
    await group.bring(manyAccounts(200));
    attachOthers(8);
    group.holders()[0]?.attached.delete(arnOf(2));
    attachOthers(9);
    const inSecond = accountsIn(await group.read())[1]?.[1] ?? [];

    const { back } = await group.bring(accountsOf(inSecond));

    expect(inSecond.length).toBeGreaterThan(0);
    expect(named(back)).toEqual([...inSecond].sort());
    expect(group.policies().filter(({ name }) => !name.startsWith('Foreign'))).toHaveLength(1);
  });
});

describe('listings that lag', () => {
  test('a policy that is listed but gone is taken for gone', async () => {
    await group.bring(two);
    const [policy] = group.policies();
    group.organization.intercept(async ({ operation }, proceed) => {
      const answer = (await proceed()) as { Policies?: object[] };
      return operation === 'ListPolicies' && policy !== undefined
        ? { ...answer, Policies: [{ Arn: `${policy.arn}0` }, ...(answer.Policies ?? [])] }
        : answer;
    });

    const { changed } = await group.bring(two);

    expect(changed).toBe(false);
  });

  test('our own policy of a moment ago, in no listing yet, is adopted and brought up to date', async () => {
    await group.bring(two);
    const blind = hideListings();

    await group.bring(manyAccounts(3));
    blind();
    const state = await group.read();

    expect(accountsIn(state)).toEqual([
      ['account-onboarding-test-group-Readers-1', manyAccounts(3).map(({ id }: Account) => id)],
    ]);
    expect(group.attached()).toEqual([arnOf(1)]);
  });

  test('a policy that is attached but not listed yet is ours by its path', async () => {
    await group.bring(two);
    group.organization.intercept(async ({ operation }, proceed) =>
      operation === 'ListPolicies' ? { Policies: [], IsTruncated: false } : proceed(),
    );

    const state = (await group.read()) as ManagedPolicies;

    expect(state.policies.map(({ attached }) => attached)).toEqual([true]);
    expect(state.othersAttached).toBe(0);
  });
});

function attachOthers(count: number): void {
  const [holder] = group.holders();
  for (let number = 1; number <= count; number += 1) {
    const name = `Foreign${number}`;
    const document = { Version: '2012-10-17', Statement: [] };
    holder?.attached.add(group.organization.addManagedPolicy({ accountId: central, name, document }));
  }
}

describe('writes', () => {
  const write = (from: ManagedPolicies, to: ManagedPolicies) => {
    group.organization.resetCalls();
    return writeManagedPolicies(group.env.clients(group.ref.region).iam, group.ref, { from, to }, context);
  };
  const none: ManagedPolicies = { policies: [], othersAttached: 0 };

  it('deletes nothing when a policy was never created', async () => {
    await group.bring(two);
    const { policies } = (await group.read()) as ManagedPolicies;

    await write({ ...none, policies: policies.map(({ arn: _, ...policy }) => policy) }, none);

    expect(writes()).toEqual([]);
    expect(group.policies()).toHaveLength(1);
  });

  it('sends nothing when the policies are as they should be', async () => {
    await group.bring(two);
    const state = (await group.read()) as ManagedPolicies;

    await write(state, state);

    expect(writes()).toEqual([]);
  });

  it('detaches a policy before it deletes it, and deletes without detaching when it is not attached', async () => {
    await group.bring(two);
    const state = (await group.read()) as ManagedPolicies;

    await write(state, none);
    expect(writes()).toEqual(['DetachGroupPolicy', 'DeletePolicy']);
    expect(group.policies()).toEqual([]);

    group = people();
    await group.bring(two);
    group.holders()[0]?.attached.clear();
    await write((await group.read()) as ManagedPolicies, none);
    expect(writes()).toEqual(['DeletePolicy']);
  });

  it('refuses a policy under its path when a tag is missing, and names the tag', async () => {
    await group.bring(two);
    for (const policy of group.policies())
      Object.assign(policy, { tags: { 'managed-by': 'account-onboarding' } });

    await expect(group.read()).rejects.toMatchObject({
      name: 'OwnershipClashError',
      message: expect.stringContaining('account-onboarding:installation = test:'),
    });
  });
});

describe('others', () => {
  test('a group with ten foreign policies has no room, and the refusal says so in numbers', async () => {
    attachOthers(10);

    const refused = group.bring(two);

    await expect(refused).rejects.toMatchObject({
      name: 'PolicyTooLargeError',
      fields: { needed: 1, attachable: 0, accounts: 2, fit: 0 },
      message: expect.stringContaining('0 of 10 can be attached (10 unmanaged policies are attached)'),
    });
    expect(group.policies()).toHaveLength(10);
  });

  test('nine leave room for one policy of ours', async () => {
    attachOthers(9);

    await group.bring(two);

    expect(group.attached()).toHaveLength(10);
    await expect(group.bring(manyAccounts(200))).rejects.toMatchObject({
      fields: { needed: 2, attachable: 1, accounts: 200 },
    });
  });
});

function changedPolicies(before: unknown, after: unknown): readonly string[] {
  const known = new Map(accountsIn(before).map(([name, ids]) => [name, ids.join()]));
  return accountsIn(after).flatMap(([name, ids]) => (known.get(name) === ids.join() ? [] : [name]));
}

const writes = (): readonly string[] =>
  group.organization.calls
    .filter(({ service, operation }) => service === 'iam' && !/^(List|Get)/.test(operation))
    .map(({ operation }) => operation);

/** Neither listing shows a policy. @returns a function that ends it */
const hideListings = () =>
  group.organization.intercept(async ({ operation }, proceed) => {
    if (operation === 'ListPolicies') return { Policies: [], IsTruncated: false };
    if (operation === 'ListAttachedGroupPolicies') return { AttachedPolicies: [], IsTruncated: false };
    return proceed();
  });
