import { expect, test } from '@jest/globals';
import { importOrganization } from '../../shared/accounts/registry.ts';
import { getActiveConfiguration } from '../../shared/configuration/active-configuration.ts';
import { applyPlan } from '../../shared/reconcile/apply-plan.ts';
import { listDrift, type ResourceDrift } from '../../shared/reconcile/drift.ts';
import { planAll } from '../../shared/reconcile/plan-all.ts';
import type { ResourceState } from '../../shared/store/ports.ts';
import { bucket, people, repository, small } from '../fixtures/small-configuration.ts';
import { sweep } from '../fixtures/sweeps.ts';
import { createEnv, type TestEnv } from '../fixtures/test-env.ts';
import { leaveOver } from '../fixtures/unattached-policies.ts';

const plan = async ({ services, store }: TestEnv) =>
  planAll(services, { runId: 'plan', active: await getActiveConfiguration(store) });

async function drift(env: TestEnv): Promise<Readonly<Record<string, ResourceDrift>>> {
  return Object.fromEntries(listDrift(await plan(env)).map((each) => [each.resource, each]));
}

/** A world in which everybody is onboarded. */
async function onboarded(names?: Parameters<typeof small>[0]): Promise<TestEnv> {
  const env = await createEnv({ configuration: small(names) });
  await applyPlan(env.services, { runId: 'first', plan: await plan(env) });
  return env;
}

async function arrives(env: TestEnv, id: string): Promise<void> {
  env.organization.addAccount({ id, name: `new ${id}` });
  const { services, store, clock } = env;
  await importOrganization({ registry: store.registry, organizations: services.hub.organizations, clock });
}

type Statements = readonly { readonly Sid?: string }[];

function edit({ organization }: TestEnv, change: (statements: Statements) => Statements): void {
  const logs = organization.world.buckets.get('example-logs');
  if (logs?.policy === undefined) throw new Error('the bucket has no policy');
  const policy = JSON.parse(logs.policy) as { readonly Statement: Statements };
  logs.policy = JSON.stringify({ ...policy, Statement: change(policy.Statement) });
}

const withoutOurs = (statements: Statements): Statements =>
  statements.filter(({ Sid }) => Sid?.startsWith('AccountOnboardingflows') !== true);

test('reports every kind of resource as equal after a run', async () => {
  const statuses = Object.values(await drift(await onboarded()));

  expect(statuses.map(({ status, foreign }) => [status, foreign])).toEqual(
    Array.from({ length: 5 }, () => ['equal', 'same']),
  );
});

test('reports every resource as pending, with unknown unmanaged statements, before the first run', async () => {
  const statuses = await drift(await createEnv({ configuration: small(['bucket']) }));

  expect(statuses[bucket]).toMatchObject({ status: 'pending', foreign: 'unknown' });
});

test('reports a new account as pending, not as drift', async () => {
  const env = await onboarded(['bucket']);
  await arrives(env, '999999999999');

  expect((await drift(env))[bucket]).toMatchObject({ status: 'pending', foreign: 'same' });
});

test('reports a resource as equal when its grants do not select a new account', async () => {
  const env = await onboarded(['repository']);
  await arrives(env, '999999999999');

  expect((await drift(env))[repository]).toMatchObject({ status: 'equal' });
});

test('reports a changed statement even when additions are pending', async () => {
  const env = await onboarded(['bucket']);
  await arrives(env, '999999999999');
  edit(env, withoutOurs);

  expect((await drift(env))[bucket]).toMatchObject({ status: 'managed-drift', foreign: 'same' });
});

test('reports a detached managed policy as changed, with its statements missing', async () => {
  const env = await onboarded(['people']);
  for (const group of env.organization.world.groups.values()) group.attached.clear();

  const status = (await drift(env))[people];

  expect(status).toMatchObject({ status: 'managed-drift', foreign: 'same' });
  expect(status?.differences.map(({ kind }) => kind)).toEqual(['removed']);
});

test('reports a managed policy that is neither attached nor desired, although it grants nothing', async () => {
  const env = await onboarded(['people']);
  leaveOver(env, 2, ['888888888888']);

  expect((await drift(env))[people]).toMatchObject({ status: 'managed-drift', differences: [] });
});

test('reports a rejected account as pending', async () => {
  const configuration = small(['repository']);
  const prepare = (organization: TestEnv['organization']) => organization.refusePrincipal('888888888888');
  const env = await createEnv({ configuration, prepare });
  await applyPlan(env.services, { runId: 'first', plan: await plan(env) });

  expect((await drift(env))[repository]).toMatchObject({ status: 'pending', foreign: 'same' });
});

test('reports unmanaged changes as unknown when the table has no digests', async () => {
  const env = await onboarded(['bucket']);
  const { unmanaged, managed, ...older } = (await env.store.resources.get(bucket)) as ResourceState;
  await env.store.resources.put(bucket, { ...older, managed: { sids: managed.sids } });
  expect((await drift(env))[bucket]).toMatchObject({ status: 'equal', foreign: 'unknown' });

  edit(env, withoutOurs);
  expect((await drift(env))[bucket]).toMatchObject({ status: 'managed-drift', foreign: 'unknown' });
});

test('reports no unmanaged change when only managed statements were removed', async () => {
  const env = await onboarded(['bucket']);
  edit(env, withoutOurs);

  const status = (await drift(env))[bucket];

  expect(status).toMatchObject({ status: 'managed-drift', foreign: 'same' });
  expect(status?.differences.map(({ kind }) => kind)).toEqual(['removed', 'removed']);
});

const theirs = (Sid: string | undefined, Action: string) => ({
  ...(Sid === undefined ? {} : { Sid }),
  Effect: 'Deny',
  Principal: '*',
  Action,
  Resource: 'arn:aws:s3:::example-logs',
});

/** Everybody is onboarded beside these unmanaged statements. */
async function beside(...statements: readonly ReturnType<typeof theirs>[]): Promise<TestEnv> {
  const env = await onboarded(['bucket']);
  edit(env, (ours) => [...ours, ...statements]);
  await applyPlan(env.services, { runId: 'second', plan: await plan(env) });
  await sweep(env);
  return env;
}

test('names the unmanaged statements that appeared, changed and vanished, and since when', async () => {
  const env = await beside(theirs('Kept', 's3:A'), theirs('Changed', 's3:B'), theirs(undefined, 's3:C'));
  const since = (await env.store.resources.get(bucket))?.lastReconciliation?.at;
  env.clock.advance(60_000);
  edit(env, (all) => [...all.slice(0, -2), theirs('Changed', 's3:D'), theirs('New', 's3:E')]);

  expect((await drift(env))[bucket]).toMatchObject({
    status: 'unmanaged-change',
    unmanaged: {
      since,
      changes: [
        { kind: 'changed', label: 'Changed' },
        { kind: 'vanished', label: 'Deny s3:C' },
        { kind: 'appeared', label: 'New' },
      ],
    },
  });
});

test('names every unmanaged statement when somebody deleted the whole policy', async () => {
  const env = await beside(theirs('First', 's3:A'), theirs('Second', 's3:B'));
  edit(env, () => []);

  expect((await drift(env))[bucket]?.unmanaged?.changes).toEqual(
    expect.arrayContaining([
      { kind: 'vanished', label: 'First' },
      { kind: 'vanished', label: 'Second' },
    ]),
  );
});

test('reports no unmanaged change when only order and spelling changed', async () => {
  const env = await beside(theirs('First', 's3:A'), theirs('Second', 's3:B'));
  edit(env, (all) => all.toReversed());

  expect((await drift(env))[bucket]).not.toHaveProperty('unmanaged');
});

test('reports a change of the version or the id of a policy when no statement changed', async () => {
  const env = await beside(theirs('First', 's3:A'));
  const logs = env.organization.world.buckets.get('example-logs');
  if (logs?.policy !== undefined) logs.policy = JSON.stringify({ ...JSON.parse(logs.policy), Id: 'another' });

  expect((await drift(env))[bucket]?.unmanaged?.changes).toEqual([
    { kind: 'changed', label: 'Version or Id of the policy' },
  ]);
});

test('reports a policy that cannot be parsed as unreadable', async () => {
  const env = await onboarded(['bucket']);
  const logs = env.organization.world.buckets.get('example-logs');
  if (logs !== undefined) logs.policy = '{"Version":"2012-10-17"}';

  expect((await drift(env))[bucket]).toMatchObject({
    status: 'unreadable',
    error: { name: 'MalformedPolicyError' },
  });
});
