import { expect, test } from '@jest/globals';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { reconcileResource } from '../../shared/reconcile/reconcile.ts';
import { verifyRun } from '../../shared/reconcile/verify.ts';
import { planRun } from '../../shared/runs/plan.ts';
import { updateCentralAccount } from '../../shared/runs/update.ts';
import type { ResourceChange } from '../../shared/store/ports.ts';
import { created } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { people, small } from '../fixtures/small-configuration.ts';
import { createEnv, due, makeReady, named, type TestEnv } from '../fixtures/test-env.ts';
import { attachedTo, leaveOver, policiesOf } from '../fixtures/unattached-policies.ts';

const configuration = small(['people']);
const former = Array.from({ length: 20 }, (_, index) => String(600_000_000_000 + index));

let runs = 0;

const reconcile = (env: TestEnv, planned: Partial<ResourceChange> = {}) => {
  runs += 1;
  return reconcileResource(env.services, {
    runId: `run-${runs}`,
    revision: 1,
    planned: { resource: people, planned: 'change', plannedGeneration: 99, ...planned },
  });
};

/** For these accounts alone. */
const only = (...accounts: readonly string[]): Configuration => ({
  ...configuration,
  grants: configuration.grants.map((grant) => ({ ...grant, for: { accounts } })),
});

const denied = refuse('AccessDenied', 'no', 403);

/** Accounts of the organization, until a configuration names them no more. */
const crowded = (organization: TestEnv['organization']): void => {
  for (const id of former) organization.addAccount({ id, name: id });
};

test('blocks no removal when a policy is not attached, because its accounts lose nothing', async () => {
  const env = await createEnv({ configuration });
  leaveOver(env, 1, former);
  leaveOver(env, 2, former);

  const change = await reconcile(env);

  expect(change).toMatchObject({ outcome: 'written', before: {}, added: due(env)[people] });
  expect(change).not.toHaveProperty('removed');
  expect(change).not.toHaveProperty('error');
  expect({ all: policiesOf(env), attached: attachedTo(env) }).toEqual({ all: ['1'], attached: ['1'] });
  expect(named(env)).toEqual(due(env));
});

test('finishes a removal that was allowed when the previous run died before it deleted the policy', async () => {
  const env = await createEnv({ configuration, prepare: crowded });
  await reconcile(env);
  const nobody = only('999999999999');
  const removalLimits = { ...nobody.removalLimits, fraction: 1 };
  await makeReady({ ...env, configuration: { ...nobody, removalLimits } });
  fault(env, 'DeletePolicy', denied);
  const died = await reconcile(env);
  const left = { all: policiesOf(env), attached: attachedTo(env) };
  await makeReady({ ...env, configuration: nobody });

  const ended = await reconcile(env);

  expect(died.outcome).toBe('failed');
  expect(left).toEqual({ all: ['1'], attached: [] });
  expect(ended).toMatchObject({ outcome: 'written', before: {}, after: {} });
  expect(policiesOf(env)).toEqual([]);
});

test('removes an unattached policy of a removed grant without asking an operator', async () => {
  const env = await createEnv({ configuration: small(['people', 'bucket']) });
  leaveOver(env, 1, former);
  await reconcile(env);
  leaveOver(env, 2, former);
  await makeReady({ ...env, configuration: small(['bucket']) });

  const change = await reconcile(env);

  expect(change).toMatchObject({ outcome: 'written', after: {} });
  expect(policiesOf(env)).toEqual([]);
});

test('adds accounts in the next run when a policy was created and not attached', async () => {
  const env = await createEnv({ configuration });
  fault(env, 'AttachGroupPolicy', denied);
  const died = await reconcile(env);
  env.organization.resetCalls();

  const change = await reconcile(env);

  expect(died.outcome).toBe('failed');
  expect(change).toMatchObject({ outcome: 'written', before: {}, added: due(env)[people] });
  expect(named(env)).toEqual(due(env));
  expect(policyWrites(env)).toEqual(['AttachGroupPolicy']);
});

test('rewrites an unattached policy that grants too much before it attaches it', async () => {
  const env = await createEnv({ configuration });
  leaveOver(env, 1, [...former, '888888888888']);

  await reconcile(env);

  expect(policyWrites(env)).toEqual(['CreatePolicyVersion', 'AttachGroupPolicy']);
  expect(named(env)).toEqual(due(env));
});

test('verifies an access with attached policies only', async () => {
  const env = await createEnv({ configuration });
  const { id } = created(env);
  await makeReady(env);
  const revision = (await env.store.registry.getAccount(id))?.revision ?? 0;
  const accounts = [{ accountId: id, revision }];
  await env.store.runs.put({
    runId: 'run',
    status: 'running',
    startedAt: '2026-03-02T09:00:00.000Z',
    accountIds: [id],
  });
  await planRun(env.services, { runId: 'run', cause: 'created', accounts });
  const step = { runId: 'run', centralAccount: 'security', accountId: '333333333333', revision };
  await updateCentralAccount(env.services, step);
  const verify = () => verifyRun(env.services, { runId: 'run', accounts });
  const [change] = (await env.store.runs.getWhole('run')).changes;
  const { after, ...bare } = change as ResourceChange;
  await env.store.runs.putChange('run', { ...bare, outcome: 'unchanged' });
  const good = await verify();
  for (const group of env.organization.world.groups.values()) group.attached.clear();

  const bad = await verify();

  expect(good).toMatchObject({ verified: 1, missing: [] });
  expect(bad.missing).toEqual([expect.stringMatching(/cannot assume .* with MFA: no statement allows it/)]);
});

test('puts accounts that do not fit into the attached policy into an unattached one', async () => {
  const sharded = small(['people'], '\nlimits: { managedPolicyCharacters: 1024 }');
  const env = await createEnv({ configuration: sharded, prepare: crowded });
  await reconcile(env);
  const all = policiesOf(env);
  const [last] = attachedTo(env).slice(-1);
  for (const { attached } of env.organization.world.groups.values())
    for (const arn of attached) if (arn.endsWith(`-${last}`)) attached.delete(arn);
  const lost = (due(env)[people] ?? []).filter((id) => !named(env)[people]?.includes(id));

  const change = await reconcile(env);

  expect(all.length).toBeGreaterThan(1);
  expect(lost.length).toBeGreaterThan(0);
  expect(change).toMatchObject({ outcome: 'written', added: lost });
  expect({ all: policiesOf(env), attached: attachedTo(env) }).toEqual({ all, attached: all });
  expect(named(env)).toEqual(due(env));
});

test('reports a conflict when another tool detaches a policy that a run had restored', async () => {
  const env = await createEnv({ configuration });
  const detach = () => {
    env.clock.advance(10 * 60_000);
    for (const group of env.organization.world.groups.values()) group.attached.clear();
  };
  await reconcile(env);
  detach();

  const first = await reconcile(env);
  detach();
  const second = await reconcile(env);

  expect(first.outcome).toBe('written');
  expect(second).toMatchObject({ outcome: 'conflict', error: { name: 'ConflictError' } });
  expect(attachedTo(env)).toEqual([]);
});

const policyWrites = ({ organization }: TestEnv): readonly string[] =>
  organization.calls
    .filter(({ service, operation }) => service === 'iam' && !/^(List|Get)/.test(operation))
    .map(({ operation }) => operation);
