import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type AccountCheck, checkAccount } from '../../shared/reconcile/check-account.ts';
import { created, moved, workloads } from '../fixtures/account-events.ts';
import { onboardEveryKind } from '../fixtures/every-kind.ts';
import { allow, deployMemberRoles, type MemberEnv, roleOf, withMemberRoles } from '../fixtures/member-env.ts';
import { ofWeb } from '../fixtures/removed-pieces/accesses.ts';
import { createEnv, onboard, otherServices } from '../fixtures/test-env.ts';
import { createWorldChanges, putInlinePolicies, type WorldChanges } from '../fixtures/world-changes.ts';

const documentOf = (statement: object): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });

interface Oddity {
  readonly title: string;
  readonly make: (env: MemberEnv, changes: WorldChanges) => void;
  readonly status: 'unknown' | 'central-only';
  /** How many accesses have the status. */
  readonly count: number;
  readonly reason: RegExp;
}

const oddities: readonly Oddity[] = [
  {
    title: 'the trust policy of a role is a policy of an identity',
    make: (env, changes) =>
      changes.set(roleOf(env, 'app/Web'), 'trust', documentOf({ Action: 'sts:*', Resource: '*' })),
    status: 'unknown',
    count: ofWeb.length,
    reason: /element Principal cannot be judged in trust policy of .*role\/app\/Web/,
  },
  {
    title: 'the policy of a role is the policy of a resource',
    make: (env, changes) => {
      const text = documentOf({ Principal: '*', Action: '*', Resource: '*' });
      putInlinePolicies(changes, roleOf(env, 'app/Web'), { 'granted-access': text });
    },
    status: 'unknown',
    count: ofWeb.length,
    reason: /element Principal cannot be judged in inline policy granted-access of .*role\/app\/Web/,
  },
  {
    title: 'the policy of a role is no JSON',
    make: (env, changes) =>
      putInlinePolicies(changes, roleOf(env, 'app/Web'), { 'granted-access': 'no JSON' }),
    status: 'unknown',
    count: ofWeb.length,
    reason: /the identity policies were not read: .*cannot be understood:\n.*is not JSON/,
  },
  {
    title: 'the role that reads member roles trusts another account',
    make: ({ organization, id }, changes) => {
      const readers = [...organization.world.roles.values()].filter(
        ({ accountId, path }) => accountId === id && path === '/account-onboarding/',
      );
      const trust = documentOf({
        Principal: { AWS: 'arn:aws:iam::999988887777:root' },
        Action: 'sts:AssumeRole',
      });
      for (const reader of readers) changes.set(reader, 'trust', trust);
    },
    status: 'central-only',
    count: ofWeb.length + 3,
    reason:
      /the role account-onboarding\/\S+ of account \d+, by which member roles are read, cannot be assumed/,
  },
  {
    title: 'the role that reads member roles has no policy',
    make: ({ organization, id }, changes) => {
      const readers = [...organization.world.roles.values()].filter(
        ({ accountId, path }) => accountId === id && path === '/account-onboarding/',
      );
      for (const reader of readers) putInlinePolicies(changes, reader, {});
    },
    status: 'central-only',
    count: ofWeb.length + 3,
    reason: /iam:GetRole on .* was denied to role account-onboarding\/\S+: .*onboarding member-template/,
  },
];

describe('member roles that cannot be judged', () => {
  let env: MemberEnv;
  const changes = createWorldChanges();
  const check = (runId: string): Promise<AccountCheck> =>
    checkAccount(otherServices(env), { runId, accountId: env.id });

  beforeAll(async () => {
    env = await onboardEveryKind();
  });

  afterEach(() => changes.undo());

  it.each(oddities)(
    'reports unproven and the reason when $title',
    async ({ title, make, status, count, reason }) => {
      make(env, changes);

      const { readiness, results } = await check(title);

      const odd = results.filter((each) => each.status === status);
      expect(readiness?.ready).toBe('unproven');
      expect(readiness?.counts).toEqual({ verified: results.length - count, [status]: count });
      for (const each of odd) expect(each.reason).toMatch(reason);
    },
  );
});

it('calls the account not ready and keeps the role when the account already has another role of that name', async () => {
  const env = await createEnv({ configuration: withMemberRoles() });
  await deployMemberRoles(env);
  const { id } = created(env);
  env.organization.addManagedPolicy({ accountId: id, name: 'Boundary', document: allow('*') });
  const taken = env.organization.addRole({ accountId: id, name: 'Deployer', trust: allow('sts:AssumeRole') });

  const { run } = await onboard(env, moved(env, id, workloads));

  const roles = [...env.organization.world.roles.values()].filter(({ accountId }) => accountId === id);
  expect(roles.map(({ arn }) => arn).filter((arn) => !arn.includes('stacksets-exec'))).toEqual([taken]);
  expect(run.readiness?.ready).not.toBe(true);
  expect(run.readiness?.counts.verified).toBeUndefined();
  const [stackSet] = env.organization.world.cloudFormation.stackSets.values();
  const instance = [...(stackSet?.instances.values() ?? [])].find(({ accountId }) => accountId === id);
  expect(instance).toMatchObject({ detailedStatus: 'FAILED' });
  expect(instance?.statusReason).toMatch(/Deployer already exists/);
  // The run names the cause that CloudFormation gives.
  expect(run.readiness?.reasons.join()).toMatch(
    /the StackSet \S+ failed in account \d+: .*Deployer already exists/,
  );
});
