import { expect, it } from '@jest/globals';
import type { OrganizationPolicyType } from '../../simulator/organization-policy-state.ts';
import { created, moved, workloads } from '../fixtures/account-events.ts';
import { fault, refuse, slowly } from '../fixtures/call-faults.ts';
import {
  allow,
  deployMemberRoles,
  onboardAgain,
  onboardMember,
  withMemberRoles,
} from '../fixtures/member-env.ts';
import { type GrantName, log, shared, small } from '../fixtures/small-configuration.ts';
import { createEnv, onboard, type TestEnv } from '../fixtures/test-env.ts';

const everybody = { Effect: 'Deny', Principal: '*' };

const denyAll = (action: string) =>
  allow(action, { Effect: 'Deny', Sid: 'Perimeter', Principal: undefined }) as object;

function attach(
  { organization }: TestEnv,
  type: OrganizationPolicyType,
  target: string,
  content: object,
): void {
  const { policies, enabledTypes } = organization.world.organizationPolicies;
  enabledTypes.add(type);
  policies.set('p-perimeter', {
    id: 'p-perimeter',
    name: 'Perimeter',
    type,
    isAwsManaged: false,
    content: JSON.stringify(content),
    targets: new Set([target]),
  });
}

it('denies an access of a member role when an SCP of the OU denies it', async () => {
  const env = await onboardMember(withMemberRoles());
  attach(env, 'SERVICE_CONTROL_POLICY', workloads, denyAll('secretsmanager:GetSecretValue'));

  const { run } = await onboardAgain(env);

  expect(run.readiness).toMatchObject({
    ready: false,
    counts: { verified: 6, denied: 1 },
    reasons: [
      expect.stringMatching(/Perimeter of SCP Perimeter of ou-exam-workload1 denies it.*read the secret/),
    ],
  });
});

it('denies an access when an RCP of the central account denies it to all principals', async () => {
  const env = await onboardMember(withMemberRoles());
  const denial = allow('secretsmanager:GetSecretValue', { Effect: 'Deny', Sid: 'Perimeter', Principal: '*' });
  attach(env, 'RESOURCE_CONTROL_POLICY', shared, denial);

  const { run } = await onboardAgain(env);

  expect(run.readiness).toMatchObject({ ready: false, counts: { verified: 6, denied: 1 } });
  expect(run.readiness?.reasons[0]).toContain(`RCP Perimeter of ${shared}`);
});

it("reports unproven once when the hub may not read the organization's policies", async () => {
  const env = await onboardMember(withMemberRoles());
  fault(env, 'ListPoliciesForTarget', refuse('AccessDeniedException', 'not the management account', 400), 99);
  attach(env, 'SERVICE_CONTROL_POLICY', workloads, denyAll('iam:CreateUser'));

  const { run } = await onboardAgain(env);

  expect(run).toMatchObject({
    status: 'succeeded',
    readiness: { ready: 'unproven', counts: { unknown: 7 } },
  });
  expect(run.readiness?.reasons).toEqual([expect.stringContaining('organization policies not read')]);
});

it('reads no organization policies when the configuration ignores them', async () => {
  const configuration = withMemberRoles(['people'], 'verification: { organizationPolicies: ignore }');
  const env = await onboardMember(configuration);
  attach(env, 'SERVICE_CONTROL_POLICY', workloads, denyAll('iam:CreateUser'));
  env.organization.resetCalls();

  const { run } = await onboardAgain(env);

  expect(run.readiness).toMatchObject({ ready: true });
  expect(env.organization.calls.map(({ operation }) => operation)).not.toContain('ListPoliciesForTarget');
});

it('reports unproven at once when AWS throttles reads of organization policies', async () => {
  const env = await onboardMember(withMemberRoles());
  fault(env, 'ListPoliciesForTarget', refuse('TooManyRequestsException', 'Rate exceeded', 429), 100);

  const { run } = await onboardAgain(env);

  expect(run.status).toBe('succeeded');
  expect(run.readiness).toMatchObject({
    ready: 'unproven',
    reasons: [expect.stringContaining('organization policies not read')],
  });
});

/** The run of an account that moves to the OU, under grants that name no role of it. */
async function onboardWithoutRoles(grants: readonly GrantName[], prepare: (env: TestEnv) => void) {
  const env = await createEnv({ configuration: small(grants) });
  prepare(env);
  const event = created(env);
  const isForOu = grants.includes('repository');
  const { run } = await onboard(env, isForOu ? moved(env, event.id, workloads) : event.event);
  return { env, run };
}

it('denies an access of a service when an RCP denies it and no access names a role', async () => {
  const { run } = await onboardWithoutRoles(['bucket'], (env) =>
    attach(env, 'RESOURCE_CONTROL_POLICY', log, allow('s3:PutObject', { ...everybody, Sid: 'Frozen' })),
  );

  expect(run.status).toBe('failed');
  expect(run.readiness).toMatchObject({
    ready: false,
    reasons: [expect.stringContaining(`Frozen of RCP Perimeter of ${log} denies it`)],
  });
});

it('denies an access of the account when an SCP of the OU denies it', async () => {
  const { run } = await onboardWithoutRoles(['repository'], (env) =>
    attach(env, 'SERVICE_CONTROL_POLICY', workloads, denyAll('ecr:BatchGetImage')),
  );

  expect(run.readiness).toMatchObject({ ready: false, counts: { denied: 1 } });
  expect(run.readiness?.reasons[0]).toContain(`SCP Perimeter of ${workloads}`);
});

it.each<GrantName>(['bucket', 'key', 'repository'])(
  'reports unproven when the hub may not read the policies and the grant %s names no role',
  async (grant) => {
    const { run } = await onboardWithoutRoles([grant], (env) => {
      fault(
        env,
        'ListPoliciesForTarget',
        refuse('AccessDeniedException', 'not the management account', 400),
        99,
      );
    });

    expect(run.status).toBe('succeeded');
    expect(run.readiness).toMatchObject({
      ready: 'unproven',
      reasons: [expect.stringContaining('organization policies not read')],
    });
    expect(Object.keys(run.readiness?.counts ?? {})).toEqual(['unknown']);
  },
);

it('reads only RCPs when services are the only callers', async () => {
  const { env, run } = await onboardWithoutRoles(['bucket'], () => {});

  const calls = env.organization.calls.filter(({ operation }) => operation === 'ListPoliciesForTarget');
  // Of the root, of the OU if the log account is in one, and of the account.
  expect(calls.length).toBeLessThanOrEqual(3);
  expect(run.readiness).toMatchObject({ ready: true });
});

it('reads shared organization policies once when one process verifies two runs', async () => {
  const env = await createEnv({ configuration: withMemberRoles(['people']) });
  await deployMemberRoles(env);
  const ids = [created(env).id, created(env).id];
  for (const accountId of ids)
    env.organization.addManagedPolicy({ accountId, name: 'Boundary', document: allow('*') });
  for (const id of ids) await onboard(env, moved(env, id, workloads));
  slowly(env, 20);
  env.organization.resetCalls();

  const { services } = env;
  const ended = await Promise.all(ids.map((accountId) => onboard(env, { accountId }, { services })));

  expect(ended.map(({ run }) => run.readiness?.ready)).toEqual([true, true]);
  const { calls } = env.organization;
  const versions = calls.filter(
    ({ operation, accountId }) => operation === 'GetPolicyVersion' && ids.includes(accountId),
  );
  expect(versions).toHaveLength(1);
  // SCPs of the root and of the security account; RCPs of the root, of the OU and of both accounts.
  expect(calls.filter(({ operation }) => operation === 'ListPoliciesForTarget')).toHaveLength(6);
});
