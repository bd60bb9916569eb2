import { expect, it } from '@jest/globals';
import type { Readiness } from '../../shared/store/readiness.ts';
import { created, moved, workloads } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import {
  allow,
  deployMemberRoles,
  type MemberEnv,
  onboardAgain,
  onboardMember,
  roleOf,
  withMemberRoles,
} from '../fixtures/member-env.ts';
import { createEnv, onboard, type TestEnv } from '../fixtures/test-env.ts';

const trustOf = (Principal: object, more: object = {}): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more }],
  });

const ofSecurity = { AWS: 'arn:aws:iam::333333333333:root' };

const boundaryOf = ({ organization, id }: MemberEnv) => {
  const boundary = organization.world.managedPolicies.get(`arn:aws:iam::${id}:policy/Boundary`);
  if (boundary === undefined) throw new Error('There is no boundary');
  return boundary;
};

it('verifies both halves of every access when the StackSets deploy the member roles', async () => {
  const { ended } = await onboardMember(withMemberRoles());

  expect(ended.run.readiness).toMatchObject({ ready: true, counts: { verified: 7 }, reasons: [] });
  expect(ended.run.status).toBe('succeeded');
  expect(ended.states).toContain('WaitForMemberRoles');
});

it('announces how people sign in when a new account is ready', async () => {
  const { organization, id } = await onboardMember(withMemberRoles());

  const [message] = organization.world.messages.slice(-1);
  expect(JSON.parse(String(message?.Message))).toMatchObject({
    ready: true,
    signIns: [
      {
        roleArn: `arn:aws:iam::${id}:role/people/ReadOnly`,
        switchRole: expect.stringContaining(`switchrole?account=${id}&roleName=people/ReadOnly&`),
        profile: expect.arrayContaining(['duration_seconds = 3600']),
      },
    ],
  });
});

const ofWeb = ['bucket', 'image', 'key', 'role', 'secret'];

/** What goes, which accesses AWS then denies, and why. */
const removals: readonly [string, (env: MemberEnv) => void, readonly string[], RegExp][] = [
  [
    'the trust of the role for people names another account',
    (env) => {
      roleOf(env, 'people/ReadOnly').trust = trustOf({ AWS: 'arn:aws:iam::999999999999:root' });
    },
    ['people/ReadOnly'],
    /no resource-based policy allows the sts:AssumeRole action/,
  ],
  [
    'the trust of the role for people asks for an external id',
    (env) => {
      const Condition = { StringEquals: { 'sts:ExternalId': 'another' } };
      roleOf(env, 'people/ReadOnly').trust = trustOf(ofSecurity, { Condition });
    },
    ['people/ReadOnly'],
    /no resource-based policy allows the sts:AssumeRole action/,
  ],
  [
    'the deployer trusts another role',
    (env) => {
      const Condition = { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::444444444444:role/Other' } };
      roleOf(env, 'deploy/Deployer').trust = trustOf(
        { AWS: 'arn:aws:iam::444444444444:root' },
        { Condition },
      );
    },
    ['deploy/Deployer'],
    /no resource-based policy allows the sts:AssumeRole action/,
  ],
  [
    'the policy of the application is deleted',
    (env) => roleOf(env, 'app/Web').inlinePolicies.clear(),
    ofWeb,
    /no identity-based policy allows/,
  ],
  [
    'the boundary of the application allows S3 alone',
    (env) => {
      boundaryOf(env).versions = boundaryOf(env).versions.map((each) => ({
        ...each,
        document: JSON.stringify(allow('s3:*')),
      }));
    },
    ['image', 'key', 'role', 'secret'],
    /no permissions boundary allows the/,
  ],
  [
    'a policy of the application denies the secret',
    (env) => {
      const denial = allow('secretsmanager:GetSecretValue', { Effect: 'Deny', Sid: 'Frozen' });
      roleOf(env, 'app/Web').inlinePolicies.set('frozen', JSON.stringify(denial));
    },
    ['secret'],
    /statement Frozen of inline policy frozen of .*app\/Web denies it/,
  ],
  [
    'the application trusts another service',
    (env) => {
      roleOf(env, 'app/Web').trust = trustOf({ Service: 'lambda.amazonaws.com' });
    },
    ofWeb,
    /no resource-based policy allows the sts:AssumeRole action/,
  ],
  [
    'the instance profile is deleted',
    ({ organization }) => organization.world.instanceProfiles.clear(),
    ofWeb,
    /the instance profile Web does not exist/,
  ],
];

it.each(removals)(
  'denies exactly the accesses that need a removed piece: %s',
  async (_, remove, affected, reason) => {
    const env = await onboardMember(withMemberRoles());
    remove(env);

    const { run } = await onboardAgain(env);

    const { ready, counts, reasons } = run.readiness as Readiness;
    expect({ ready, counts }).toEqual({
      ready: false,
      counts: { verified: 7 - affected.length, denied: affected.length },
    });
    const unresolved = run.unresolved ?? [];
    expect(unresolved).toHaveLength(affected.length);
    for (const each of affected) expect(unresolved.filter((line) => line.includes(each))).not.toEqual([]);
    expect(reasons.join()).toMatch(reason);
    expect(run.status).toBe('failed');
  },
);

it('calls accesses pending and the account not ready when a role is still missing at the deadline', async () => {
  const env = await onboardMember(withMemberRoles());
  env.organization.world.roles.delete(roleOf(env, 'deploy/Deployer').arn);

  const { run, states } = await onboardAgain(env);

  expect(run).toMatchObject({
    status: 'failed',
    readiness: { ready: false, counts: { verified: 6, pending: 1 } },
    unresolved: [expect.stringContaining('deploy/Deployer')],
  });
  // 15, 15, 30 and 60 seconds, and then a minute each: 20 minutes in all.
  expect(states.filter((state) => state === 'WaitForMemberRoles')).toHaveLength(22);
});

it.each([
  ['denies', 'has ended', -1, { ready: false, counts: { denied: 1 } }],
  ['verifies', 'has not ended', 1, { ready: true, counts: { verified: 1 } }],
])('%s the access when the date in the trust policy %s', async (_, _date, hours, expected) => {
  const env = await onboardMember(withMemberRoles(['people']));
  const end = new Date(env.clock.now() + hours * 3_600_000).toISOString();
  const Condition = { DateLessThan: { 'aws:CurrentTime': end } };
  roleOf(env, 'people/ReadOnly').trust = trustOf(ofSecurity, { Condition });

  const { run } = await onboardAgain(env);

  expect(run.readiness).toMatchObject(expected);
});

it('does not wait for member roles when the configuration says so', async () => {
  const configuration = withMemberRoles(['deploy'], 'verification: { memberRolesMinutes: 0 }');
  const { ended } = await onboardMember(configuration);

  expect(ended.states).not.toContain('WaitForMemberRoles');
});

it('denies an access when an unrelated role has the name of the member role', async () => {
  const env = await onboardMember(withMemberRoles(['deploy']));
  const { arn, ...role } = roleOf(env, 'deploy/Deployer');
  env.organization.world.roles.delete(arn);
  env.organization.addRole({
    accountId: env.id,
    name: role.name,
    trust: JSON.parse(role.trust),
  });

  const { run } = await onboardAgain(env);

  expect(run.readiness).toMatchObject({
    ready: false,
    reasons: [expect.stringMatching(/the name Deployer is taken by the role .*:role\/Deployer/)],
  });
});

it('calls accesses central-only after the deadline when no StackSet deploys the role that reads member roles', async () => {
  const { ended } = await onboardMember(withMemberRoles(['people', 'secret']), () => {});

  expect(ended.run).toMatchObject({
    status: 'succeeded',
    readiness: {
      ready: 'unproven',
      counts: { 'central-only': 2 },
      reasons: [expect.stringMatching(/cannot be assumed/)],
    },
  });
  expect(ended.states).toContain('WaitForMemberRoles');
});

/** The stack fails in the account, because the policy that is the boundary is missing. */
async function onboardWithFailedStack(prepare: (env: TestEnv) => void = () => {}) {
  const env = await createEnv({ configuration: withMemberRoles(['people', 'secret']) });
  await deployMemberRoles(env);
  prepare(env);
  const { id } = created(env);
  return { id, ended: await onboard(env, moved(env, id, workloads)) };
}

const command = 'aws cloudformation list-stack-instances --stack-set-name account-onboarding-flows-members-';

it("denies an access, and names the StackSet and its reason, when the account's stack instance failed", async () => {
  const { id, ended } = await onboardWithFailedStack();

  expect(ended.run).toMatchObject({ status: 'failed', readiness: { ready: false, counts: { denied: 2 } } });
  expect(ended.run.readiness?.reasons[0]).toMatch(
    new RegExp(`the StackSet account-onboarding-flows-members-\\w+ failed in account ${id}: .*Boundary`),
  );
  expect(ended.run.readiness?.reasons[0]).toContain(command);
});

it('calls accesses central-only, and names a command that shows why, when the hub may not read the StackSet', async () => {
  const { id, ended } = await onboardWithFailedStack((env) => {
    fault(env, 'ListStackInstances', refuse('AccessDenied', 'not you', 403), 1_000);
  });

  expect(ended.run.readiness).toMatchObject({ ready: 'unproven', counts: { 'central-only': 2 } });
  expect(ended.run.readiness?.reasons[0]).toContain(command);
  expect(ended.run.readiness?.reasons[0]).toContain(`--stack-instance-account ${id}`);
});

it("reads an account's roles with two calls and at most five more for each role", async () => {
  const env = await onboardMember(withMemberRoles());
  env.organization.resetCalls();

  await onboardAgain(env);

  const calls = env.organization.calls.filter(
    ({ accountId, operation }) => accountId === env.id || operation === 'AssumeRole',
  );
  const names = calls.map(({ operation }) => operation);
  expect(names.filter((name) => name !== 'AssumeRole').length).toBeLessThanOrEqual(2 + 5 * 3);
});

it('becomes ready when the StackSet is deployed after the run', async () => {
  const env = await onboardMember(withMemberRoles(['people']), () => {});
  await deployMemberRoles(env);

  expect((await onboardAgain(env)).run.readiness).toMatchObject({ ready: true });
});
