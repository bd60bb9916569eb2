import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ResourceState } from '../../shared/store/ports.ts';
import { makeRole } from '../../simulator/iam-makers.ts';
import type { SimulatedRole } from '../../simulator/simulated-resources.ts';
import { created } from '../fixtures/account-events.ts';
import { readPackagedRoles } from '../fixtures/deployment/packaged-roles.ts';
import { bucket, people } from '../fixtures/small-configuration.ts';
import { createEnv, onboard, type TestEnv } from '../fixtures/test-env.ts';

const denied = /not authorized to perform: dynamodb:/;
const [now, until] = [1, 60_000];

let env: TestEnv;
let runId: string;
let updateLog: SimulatedRole;
beforeAll(async () => {
  env = await createEnv();
  runId = (await onboard(env, created(env).event)).run.runId;
  const { hubAccountId: accountId, homeRegion: region } = env.organization.world.settings;
  const roles = await readPackagedRoles(env.configuration, { accountId, region });
  const role = roles.get('UpdateLogAccountFunctionArn');
  if (role === undefined) throw new Error('No role of update-log-account is packaged');
  updateLog = makeRole(env.organization.world, role);
});

/** Does something with the role of the log account's update function. */
const asUpdateLog = <T>(act: () => Promise<T>): Promise<T> => env.organization.runAs(updateLog, act);

const stateOf = async (resource: string): Promise<ResourceState> => {
  const state = await env.store.resources.get(resource);
  if (state === undefined) throw new Error(`${resource} has no state`);
  return state;
};

describe("the role of the log account's update function", () => {
  test("writes the state, the lease and the change when the resource is in the role's own account", async () => {
    const state = await stateOf(bucket);
    const change = { resource: bucket, planned: 'none' } as const;

    await asUpdateLog(async () => {
      await env.store.leases.acquire(bucket, 'own', now, until);
      await env.store.leases.release(bucket, 'own');
      expect(await env.store.resources.put(bucket, state)).toBe((state.version ?? 0) + 1);
      await env.store.runs.putChange(runId, change);
      await env.store.leases.acquire(bucket, 'own', now, until);
      const end = { runId, change, owner: 'own' };
      expect(await env.store.resources.finish(bucket, await stateOf(bucket), end)).toBeDefined();
    });

    expect(await env.store.runs.getChange(runId, bucket)).toStrictEqual(change);
  });

  test('is denied the state when the resource is in another account', async () => {
    const state = await stateOf(people);
    const forgotten = { ...state, managed: { sids: [] } };

    await expect(asUpdateLog(() => env.store.resources.put(people, forgotten))).rejects.toThrow(denied);

    expect(await stateOf(people)).toStrictEqual(state);
    expect(await env.store.resources.listManaged(['333333333333'])).toContain(people);
  });

  test('is denied the lease when the resource is in another account', async () => {
    const { leases } = env.store;

    await expect(asUpdateLog(() => leases.acquire(people, 'thief', now, until))).rejects.toThrow(denied);

    expect(await leases.acquire(people, 'holder', now, until)).toMatchObject({ taken: true });
  });

  test('is denied the release of a lease when the resource is in another account', async () => {
    const { leases } = env.store;
    await leases.acquire(people, 'holder', until, 2 * until);

    await expect(asUpdateLog(() => leases.release(people, 'holder'))).rejects.toThrow(denied);

    expect(await leases.acquire(people, 'other', until, 2 * until)).toMatchObject({ owner: 'holder' });
  });

  test("is denied a run's record and its changes in another account", async () => {
    const { runs } = env.store;
    const before = await runs.getWhole(runId);
    const { run } = before;
    if (run === undefined) throw new Error('The run has no record');

    await expect(asUpdateLog(() => runs.put({ ...run, status: 'ignored' }))).rejects.toThrow(denied);
    await expect(asUpdateLog(() => runs.putChange(runId, { resource: people }))).rejects.toThrow(denied);
    await expect(asUpdateLog(() => runs.putChangedAccounts(runId, []))).rejects.toThrow(denied);

    expect(await runs.getWhole(runId)).toStrictEqual(before);
  });

  test("is denied the end of a reconciliation when the change is in another account's partition", async () => {
    const state = await stateOf(bucket);
    const end = { runId, change: { resource: people } };

    await expect(asUpdateLog(() => env.store.resources.finish(bucket, state, end))).rejects.toThrow(denied);

    expect(await stateOf(bucket)).toStrictEqual(state);
  });

  test('is denied the answer to a request for approval', async () => {
    const decision = { verdict: 'approved', by: 'thief', at: '2026-03-02T09:00:00.000Z' } as const;

    await expect(asUpdateLog(() => env.store.approvals.decide(runId, 'token', decision))).rejects.toThrow(
      denied,
    );
  });
});
