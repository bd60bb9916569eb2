import { expect, it } from '@jest/globals';
import { sweepsForAllAccounts } from '../../shared/runs/check-members.ts';
import { workloads } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import {
  allow,
  deployMemberRoles,
  type MemberEnv,
  onboardMember,
  roleOf,
  withMemberRoles,
} from '../fixtures/member-env.ts';
import { announcements, sweep } from '../fixtures/sweeps.ts';
import { createEnv, type TestEnv } from '../fixtures/test-env.ts';

const hour = 3_600_000;
const team = 'ou-exam-workteam1';

/** The OU has the accounts of the test alone. */
function clearOu({ organization }: TestEnv): void {
  const { accounts, settings } = organization.world;
  for (const { id, parentId } of accounts.values())
    if (parentId === workloads) organization.moveAccount(id, settings.rootId);
  organization.addOu({ id: team, name: 'Team', parentId: workloads });
}

async function prepare(env: TestEnv): Promise<void> {
  clearOu(env);
  await deployMemberRoles(env);
}

/** Moves it to another OU of the same StackSet. */
const changeAccount = ({ organization }: TestEnv, id: string): void => organization.moveAccount(id, team);

/** An account with all of its member roles, which the sweep has checked, some hours later. */
async function createCheckedEnv(): Promise<MemberEnv> {
  const env = await onboardMember(withMemberRoles(), prepare);
  env.clock.advance(hour);
  await sweep(env);
  env.clock.advance(hour);
  env.organization.world.putEvents.length = 0;
  env.organization.resetCalls();
  return env;
}

/** A sweep that checks all accounts, as if each had changed since the last one. */
async function sweepAll(env: TestEnv) {
  await env.store.memberChecks.put({ checks: 1, revision: 0, again: [] });
  return sweep(env);
}

it('verifies only the accesses that it can judge completely when nothing has changed', async () => {
  const env = await onboardMember(withMemberRoles(), prepare);
  env.clock.advance(hour);
  const { counts, status } = (await sweep(env)).run;
  const accesses = { verified: 3, unknown: 4 }; // Four need a key, group or role of a central account.
  const memberRoles = { accounts: 1, roles: { equal: 3 }, accesses };
  expect({ status, counts }).toMatchObject({ status: 'succeeded', counts: { memberRoles } });
});

const drifts: readonly [string, (env: MemberEnv) => void, RegExp][] = [
  [
    'a role is deleted',
    (env) => env.organization.world.roles.delete(roleOf(env, 'deploy/Deployer').arn),
    /^Member role deploy\/Deployer is missing in account-\d+ \(\d{12}\)\. .*StackSet account-onboarding-flows-members-/,
  ],
  [
    'the trust policy lets in another account',
    (env) => {
      const role = roleOf(env, 'people/ReadOnly');
      role.trust = role.trust.replaceAll('333333333333', '999999999999');
    },
    /^Member role people\/ReadOnly differs from the configuration \(the trust policy gives access that the configuration does not give\)/,
  ],
  [
    'an inline policy is added',
    (env) => roleOf(env, 'app/Web').inlinePolicies.set('more', JSON.stringify(allow('s3:*'))),
    /app\/Web differs from the configuration \(the inline policy more is added\)/,
  ],
  [
    'an inline policy is deleted',
    (env) => roleOf(env, 'app/Web').inlinePolicies.clear(),
    /the inline policy granted-access is missing/,
  ],
  [
    'a managed policy is detached',
    (env) => roleOf(env, 'people/ReadOnly').attached.clear(),
    /the managed policy arn:aws:iam::aws:policy\/ReadOnlyAccess is not attached/,
  ],
  [
    'the boundary is removed',
    (env) => {
      roleOf(env, 'app/Web').boundaryArn = undefined;
    },
    /the permissions boundary arn:aws:iam::\w+:policy\/Boundary is missing/,
  ],
  [
    'the instance profile is deleted',
    ({ organization }) => organization.world.instanceProfiles.clear(),
    /the instance profile Web does not exist/,
  ],
];

it.each(drifts)('reports drift of a member role when %s', async (_, drift, line) => {
  const env = await createCheckedEnv();
  drift(env);

  const { run } = await sweepAll(env);

  expect(run.status).toBe('failed');
  expect(run.unresolved?.filter((each) => each.startsWith('Member role'))).toEqual([
    expect.stringMatching(line),
  ]);
  const { equal, different = 0, missing = 0 } = run.counts?.memberRoles?.roles ?? {};
  expect({ equal, wrong: different + missing }).toEqual({ equal: 2, wrong: 1 });
  expect(announcements(env)).toEqual(['Organization Sweep Failed']);
});

it('announces the counts and each difference when a member role was deleted', async () => {
  const env = await createCheckedEnv();
  env.organization.world.roles.delete(roleOf(env, 'deploy/Deployer').arn);

  await sweepAll(env);

  const detail = JSON.parse(String(env.organization.world.putEvents.at(-1)?.Detail));
  expect(detail).toMatchObject({
    status: 'failed',
    unresolved: [expect.stringContaining('Member role deploy/Deployer is missing')],
    counts: {
      memberRoles: {
        accounts: 1,
        roles: { equal: 2, missing: 1 },
        accesses: { pending: 1, verified: 3, unknown: 3 },
      },
    },
  });
});

it('reports a denied access when a later SCP denies it', async () => {
  const env = await createCheckedEnv();
  denySecrets(env);

  const { run } = await sweepAll(env);

  expect(run.unresolved).toEqual([expect.stringMatching(/cannot read the secret.*Perimeter/)]);
  expect(run.counts?.memberRoles?.accesses).toEqual({ denied: 1, verified: 3, unknown: 3 });
});

it('checks an account in each sweep until its member roles are correct', async () => {
  const env = await createCheckedEnv();
  const role = roleOf(env, 'deploy/Deployer');
  env.organization.world.roles.delete(role.arn);
  await sweepAll(env);

  const second = await sweep(env);
  env.organization.world.roles.set(role.arn, role);
  const third = await sweep(env);

  expect(second.run).toMatchObject({ status: 'failed', counts: { memberRoles: { accounts: 1 } } });
  expect(third.run).toMatchObject({
    status: 'succeeded',
    counts: { memberRoles: { accounts: 1, roles: { equal: 3 } } },
  });
});

it('reports a member role as pending when the account has just arrived', async () => {
  const env = await createEnv({ configuration: withMemberRoles() });
  await prepare(env);
  env.organization.addAccount({ id: arrived, name: 'arrived', parentId: workloads });

  const { run } = await sweep(env);

  expect(run.status).toBe('succeeded');
  expect(run.counts?.memberRoles).toMatchObject({ accounts: 1, roles: { pending: 3 } });
});

it('warns once when no StackSet deploys the reader roles', async () => {
  const env = await createManyEnv(2);
  const { roles } = env.organization.world;
  for (const arn of roles.keys()) if (arn.includes('-members-')) roles.delete(arn);

  const { run } = await sweepAll(env);

  expect(run.status).toBe('succeeded');
  expect(run.warnings?.filter((line) => line.startsWith('Member role people/ReadOnly'))).toEqual([
    expect.stringMatching(/cannot be read .* in account-700000000000 .*, account-700000000001 /),
  ]);
});

it('reads each unchanged account once in the configured number of sweeps', async () => {
  const env = await createManyEnv(2 * sweepsForAllAccounts);
  const counts: number[] = [];
  for (let day = 0; day < sweepsForAllAccounts; day += 1) {
    env.organization.resetCalls();
    await sweep(env);
    env.clock.advance(24 * hour);
    counts.push(readMembers(env).size);
  }

  expect(counts).toEqual(Array.from({ length: sweepsForAllAccounts }, () => 2));
});

it.each([
  ['one account has changed', 1],
  ['three accounts have changed', 3],
])('makes additional calls only for the changed accounts when %s', async (_, changed) => {
  const few = await countReads(2 * sweepsForAllAccounts, changed);
  const many = await countReads(4 * sweepsForAllAccounts, changed);

  expect(few.accounts).toBe(2 + changed);
  expect(many.accounts).toBe(4 + changed);
  // Each account costs the same, whatever the number of the others is.
  expect(many.calls / many.accounts).toBe(few.calls / few.accounts);
});

it('checks many accounts in several calls of the function', async () => {
  const env = await createManyEnv(120, { checked: false });

  const { run, states } = await sweep(env);

  expect(states.filter((state) => state === 'CheckMemberRoles')).toHaveLength(3);
  expect(run.counts?.memberRoles).toMatchObject({ accounts: 120, roles: { equal: 360 } });
});

it('completes the sweep with its other results when the member role check fails', async () => {
  const env = await createCheckedEnv();
  fault(env, 'GetRole', refuse('ServiceUnavailable', 'try later', 503), 10_000);

  const { run, status } = await sweepAll(env);

  expect(status).toBe('FAILED');
  expect(run.unresolved).toEqual([
    expect.stringMatching(/^The check of member roles did not end: ServiceUnavailableError: .*next sweep/),
  ]);
  expect(run.counts).toMatchObject({ equal: 7, failed: 0 });
  expect(await env.store.memberChecks.get()).toMatchObject({ checks: 1 });
});

it('checks no member roles when the configuration has none', async () => {
  const env = await createEnv();

  const { run } = await sweep(env);

  expect(run.counts).not.toHaveProperty('memberRoles');
  expect(await env.store.memberChecks.get()).toBeUndefined();
});

const arrived = '700000000009';

function denySecrets({ organization }: TestEnv): void {
  const { policies, enabledTypes } = organization.world.organizationPolicies;
  enabledTypes.add('SERVICE_CONTROL_POLICY');
  policies.set('p-perimeter', {
    id: 'p-perimeter',
    name: 'Perimeter',
    type: 'SERVICE_CONTROL_POLICY',
    isAwsManaged: false,
    content: JSON.stringify(allow('secretsmanager:GetSecretValue', { Effect: 'Deny', Sid: 'Perimeter' })),
    targets: new Set([workloads]),
  });
}

const manyIds = (count: number) =>
  Array.from({ length: count }, (_, index) => String(700_000_000_000 + index));

/** So many accounts with their member roles, which a sweep has checked. */
async function createManyEnv(count: number, { checked = true } = {}): Promise<TestEnv> {
  const env = await createEnv({ configuration: withMemberRoles(['people']) });
  clearOu(env);
  for (const accountId of manyIds(count)) {
    env.organization.addAccount({ id: accountId, name: `account-${accountId}`, parentId: workloads });
    env.organization.addManagedPolicy({ accountId, name: 'Boundary', document: allow('*') });
  }
  await deployMemberRoles(env);
  env.clock.advance(hour);
  if (checked) await sweep(env);
  env.clock.advance(hour);
  return env;
}

/** The member accounts whose roles were read. */
const readMembers = ({ organization }: TestEnv): ReadonlySet<string> =>
  new Set(
    organization.calls.filter(({ operation }) => operation === 'GetRole').map(({ accountId }) => accountId),
  );

/** What a sweep reads of member accounts after some of them have changed. */
async function countReads(count: number, changed: number) {
  const env = await createManyEnv(count);
  const share = new Set(manyIds(count).filter((id) => Number(id) % sweepsForAllAccounts === 1));
  const others = manyIds(count).filter((id) => !share.has(id));
  for (const id of others.slice(0, changed)) changeAccount(env, id);
  env.organization.resetCalls();
  await sweep(env);
  const members = readMembers(env);
  const calls = env.organization.calls.filter(
    ({ accountId, operation }) => members.has(accountId) && !operation.startsWith('GetPolicy'),
  );
  return { accounts: members.size, calls: calls.length };
}
