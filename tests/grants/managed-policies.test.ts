import { beforeEach, describe, expect, it, test } from '@jest/globals';
import { type ManagedPolicies, writeManagedPolicies } from '../../shared/grants/managed-policies.ts';
import type { Account } from '../../shared/platform/account.ts';
import { createAwsError } from '../../simulator/aws-error.ts';
import { accountsOf, context, manyAccounts, members } from '../fixtures/grants/grant-env.ts';
import { createGroupEnv, getGroupPolicyArn, listAccountsByPolicy } from '../fixtures/grants/group-env.ts';

const two = accountsOf(members.slice(0, 2));

let group = createGroupEnv();

beforeEach(() => {
  group = createGroupEnv();
});

describe('versions', () => {
  test('deletes the oldest unused policy version before the sixth version', async () => {
    const changing = [[], ...Array.from({ length: 8 }, (_, index) => manyAccounts(index + 1))];

    for (const accounts of changing) await group.bring(accounts);

    const [policy] = group.policies();
    expect(policy?.versions.map(({ id }) => id)).toEqual(['v4', 'v5', 'v6', 'v7', 'v8']);
    expect(policy?.defaultVersion).toBe('v8');
  });

  test('replaces a default version that an operator restored, and keeps it as a version', async () => {
    for (let count = 1; count <= 5; count += 1) await group.bring(manyAccounts(count));
    const [policy] = group.policies();
    if (policy !== undefined) policy.defaultVersion = 'v1';

    const { back, changed } = await group.bring(manyAccounts(5));

    expect(changed).toBe(true);
    expect(listAccountsByPolicy(back)[0]?.[1]).toHaveLength(5);
    expect(policy?.versions.map(({ id }) => id)).toEqual(['v1', 'v3', 'v4', 'v5', 'v6']);
  });
});

describe('what died half-way', () => {
  test('attaches a policy that an earlier run created but did not attach', async () => {
    const stop = group.organization.intercept(({ operation }, proceed) => {
      if (operation === 'AttachGroupPolicy') throw createAwsError('ServiceUnavailable', 'try again', 503);
      return proceed();
    });
    await expect(group.bring(two)).rejects.toThrow('no usable answer');
    stop();

    const { back } = await group.bring(two);

    expect(group.policies()).toHaveLength(1);
    expect(group.attached()).toEqual([getGroupPolicyArn(1)]);
    expect(listAccountsByPolicy(back)[0]?.[1]).toEqual(members.slice(0, 2));
  });

  test('deletes a policy that an earlier run detached but did not delete', async () => {
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

describe('listings that lag', () => {
  test('treats a policy as deleted when a list of IAM still has it and a read does not find it', async () => {
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

  test('recognizes and updates its own new policy before a list of IAM shows it', async () => {
    await group.bring(two);
    const blind = hideListings();

    await group.bring(manyAccounts(3));
    blind();
    const state = await group.read();

    expect(listAccountsByPolicy(state)).toEqual([
      ['account-onboarding-test-group-Readers-1', manyAccounts(3).map(({ id }: Account) => id)],
    ]);
    expect(group.attached()).toEqual([getGroupPolicyArn(1)]);
  });

  test('recognizes its own attached policy by its path before a list of IAM shows it', async () => {
    await group.bring(two);
    group.organization.intercept(async ({ operation }, proceed) =>
      operation === 'ListPolicies' ? { Policies: [], IsTruncated: false } : proceed(),
    );

    const state = (await group.read()) as ManagedPolicies;

    expect(state.policies.map(({ attached }) => attached)).toEqual([true]);
    expect(state.othersAttached).toBe(0);
  });
});

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

    expect(group.writes()).toEqual([]);
    expect(group.policies()).toHaveLength(1);
  });

  it('sends no write when the policies have their desired state', async () => {
    await group.bring(two);
    const state = (await group.read()) as ManagedPolicies;

    await write(state, state);

    expect(group.writes()).toEqual([]);
  });

  it('detaches a policy before it deletes it, and deletes an unattached policy at once', async () => {
    await group.bring(two);
    const state = (await group.read()) as ManagedPolicies;

    await write(state, none);
    expect(group.writes()).toEqual(['DetachGroupPolicy', 'DeletePolicy']);
    expect(group.policies()).toEqual([]);

    group = createGroupEnv();
    await group.bring(two);
    group.groups()[0]?.attached.clear();
    await write((await group.read()) as ManagedPolicies, none);
    expect(group.writes()).toEqual(['DeletePolicy']);
  });

  it('refuses a policy in the managed path when a tag is missing, and names the tag', async () => {
    await group.bring(two);
    for (const policy of group.policies())
      Object.assign(policy, { tags: { 'managed-by': 'account-onboarding' } });

    await expect(group.read()).rejects.toMatchObject({
      name: 'OwnershipClashError',
      message: expect.stringContaining('account-onboarding:installation = test:'),
    });
  });
});

/** Neither listing shows a policy. @returns a function that ends it */
const hideListings = () =>
  group.organization.intercept(async ({ operation }, proceed) => {
    if (operation === 'ListPolicies') return { Policies: [], IsTruncated: false };
    if (operation === 'ListAttachedGroupPolicies') return { AttachedPolicies: [], IsTruncated: false };
    return proceed();
  });
