import { expect, it } from '@jest/globals';
import type { OrganizationPolicyType } from '../../simulator/organization-policy-state.ts';
import { workloads } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import {
  allow,
  type MemberEnv,
  onboardAgain,
  onboardMember,
  withMemberRoles,
} from '../fixtures/member-env.ts';
import { shared } from '../fixtures/small-configuration.ts';

const denyAll = (action: string) =>
  allow(action, { Effect: 'Deny', Sid: 'Perimeter', Principal: undefined }) as object;

function attach(
  { organization }: MemberEnv,
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

it('denies what an SCP of the OU denies to the role of the member account', async () => {
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

it('denies what an RCP of the central account denies to everybody', async () => {
  const env = await onboardMember(withMemberRoles());
  const denial = allow('secretsmanager:GetSecretValue', { Effect: 'Deny', Sid: 'Perimeter', Principal: '*' });
  attach(env, 'RESOURCE_CONTROL_POLICY', shared, denial);

  const { run } = await onboardAgain(env);

  expect(run.readiness).toMatchObject({ ready: false, counts: { verified: 6, denied: 1 } });
  expect(run.readiness?.reasons[0]).toContain(`RCP Perimeter of ${shared}`);
});

it('proves nothing, and says so once, when the hub may not read the policies', async () => {
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

it('reads no policies when the configuration ignores them', async () => {
  const configuration = withMemberRoles(['secret'], 'verification: { organizationPolicies: ignore }');
  const env = await onboardMember(configuration);
  attach(env, 'SERVICE_CONTROL_POLICY', workloads, denyAll('iam:CreateUser'));
  env.organization.resetCalls();

  const { run } = await onboardAgain(env);

  expect(run.readiness).toMatchObject({ ready: true });
  expect(env.organization.calls.map(({ operation }) => operation)).not.toContain('ListPoliciesForTarget');
});

it('proves nothing, and ends at once, when AWS throttles the reads of policies', async () => {
  const env = await onboardMember(withMemberRoles());
  fault(env, 'ListRoots', refuse('TooManyRequestsException', 'Rate exceeded', 429), 100);

  const { run } = await onboardAgain(env);

  expect(run.status).toBe('succeeded');
  expect(run.readiness).toMatchObject({
    ready: 'unproven',
    reasons: [expect.stringContaining('organization policies not read')],
  });
});
