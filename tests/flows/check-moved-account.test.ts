import { expect, it } from '@jest/globals';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { checkAccount } from '../../shared/reconcile/check-account.ts';
import { explainAccess } from '../../shared/reconcile/explain-access.ts';
import { ensureOu } from '../../simulator/example-organization.ts';
import { created, moved, workloads } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { type MemberEnv, onboardMember, withMemberRoles } from '../fixtures/member-env.ts';
import { smallText } from '../fixtures/small-configuration.ts';
import { createEnv, onboard, otherServices, type TestEnv } from '../fixtures/test-env.ts';

/** An SCP that denies secrets to the accounts of an OU. */
function denySecrets({ organization }: TestEnv, target: string): void {
  const { policies, enabledTypes } = organization.world.organizationPolicies;
  enabledTypes.add('SERVICE_CONTROL_POLICY');
  const statement = {
    Sid: 'Perimeter',
    Effect: 'Deny',
    Action: 'secretsmanager:GetSecretValue',
    Resource: '*',
  };
  policies.set('p-perimeter', {
    id: 'p-perimeter',
    name: 'Perimeter',
    type: 'SERVICE_CONTROL_POLICY',
    isAwsManaged: false,
    content: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
    targets: new Set([target]),
  });
}

const check = (env: TestEnv, accountId: string) =>
  checkAccount(otherServices(env), { runId: 'check', accountId });

/** An account that every grant selects, then moved to an OU below, and no run follows. */
async function moveWithoutRun(): Promise<MemberEnv> {
  const env = await onboardMember(withMemberRoles());
  const ou = ensureOu(env.organization, 'Workloads/Frozen');
  env.organization.moveAccount(env.id, ou);
  denySecrets(env, ou);
  return env;
}

const denied = /Perimeter of SCP Perimeter of ou-.* denies it/;

it('denies an access in check when an SCP of the new OU denies it, even if no run has followed the move', async () => {
  const env = await moveWithoutRun();

  const { results, warnings } = await check(env, env.id);

  const secret = results.find(({ what }) => what.startsWith('read the secret'));
  expect(secret).toMatchObject({ status: 'denied', reason: expect.stringMatching(denied) });
  expect(warnings).toEqual([
    expect.stringMatching(
      /is in the OU Workloads\/Frozen now\. The registry has it in the OU Workloads, as of .*Start a run/,
    ),
  ]);
});

it('denies a request in explain when an SCP of the new OU denies it, even if no run has followed the move', async () => {
  const env = await moveWithoutRun();
  const secret = [...env.organization.world.secrets.values()].find(({ name }) => name === 'web/database');

  const request = {
    principal: { type: 'role', arn: `arn:aws:iam::${env.id}:role/app/Web` },
    action: 'secretsmanager:GetSecretValue',
    resource: secret?.arn ?? '',
  } as const;
  const { outcome, reasons, warnings } = await explainAccess(otherServices(env), {
    runId: 'explain',
    request,
  });

  expect({ outcome, reason: reasons.join() }).toEqual({
    outcome: 'denied',
    reason: expect.stringMatching(denied),
  });
  expect(warnings).toHaveLength(1);
});

it('reports access that no grant gives in check when the account left the OU, even if no run has followed', async () => {
  const env = await onboardMember(withMemberRoles());
  env.organization.moveAccount(env.id, env.organization.world.settings.rootId);

  const { results, leftovers, roles } = await check(env, env.id);

  expect({ results, roles }).toEqual({ results: [], roles: [] });
  expect(leftovers.length).toBeGreaterThan(0);
});

it('judges by the OU in the registry in check when Organizations cannot be read', async () => {
  const env = await moveWithoutRun();
  fault(env, 'ListParents', refuse('AccessDeniedException', 'not you'), 99);

  const { readiness, warnings } = await check(env, env.id);

  expect(readiness).toMatchObject({ ready: 'unproven', counts: { unknown: 7 } });
  expect(readiness?.reasons).toContainEqual(
    expect.stringMatching(/position as of .*: Organizations was not read/),
  );
  expect(warnings).toEqual([expect.stringMatching(/^Organizations could not be read.*not you/)]);
});

const byOu = (name: string, rest: string) =>
  `\n  - { name: ${name}, kind: s3-bucket-policy, account: log, bucket: example-logs, ${rest} }`;

it('verifies only access that depends on no OU in check when Organizations cannot be read and its policies are ignored', async () => {
  const text = smallText(
    [],
    byOu('by-ou', `preset: config-write, match: ou, for: { ous: ["${workloads}"] }`) +
      byOu('by-account', `preset: cloudtrail-write, for: { ous: [Workloads] }`) +
      '\nverification: { organizationPolicies: ignore }',
  );
  const env = await createEnv({ configuration: parseConfiguration(text, 'the test') });
  const { id } = created(env);
  await onboard(env, moved(env, id, workloads));
  const before = await check(env, id);
  fault(env, 'ListParents', refuse('AccessDeniedException', 'not you'), 99);

  const { results } = await check(env, id);

  expect(before.readiness).toMatchObject({ ready: true, counts: { verified: 2 } });
  expect(
    Object.fromEntries(results.map(({ what, status, reason }) => [what.split(' ')[1], [status, reason]])),
  ).toEqual({
    CloudTrail: ['verified', undefined],
    Config: ['unknown', expect.stringMatching(/OrgPaths.*; position as of .*: Organizations was not read/)],
  });
});
