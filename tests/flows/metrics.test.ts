import { expect, test } from '@jest/globals';
import type { Metric } from '../../shared/platform/metrics.ts';
import { created } from '../fixtures/account-events.ts';
import { createEnv, onboard, otherServices, runPackaged, type TestEnv } from '../fixtures/test-env.ts';

/** Services that collect the metrics of every function. */
function measuring(env: TestEnv) {
  const metrics: Metric[] = [];
  const publish = (more: readonly Metric[]) => void metrics.push(...more);
  const total = (name: Metric['name']) =>
    metrics.filter((metric) => metric.name === name && metric.kind === undefined).map(({ value }) => value);
  return { services: { ...otherServices(env), metrics: { publish } }, metrics, total };
}

test('measures one onboarded account and its writes', async () => {
  const env = await createEnv();
  const { services, total, metrics } = measuring(env);

  const { changes } = await onboard(env, created(env).event, { services });

  expect(total('AccountsOnboarded')).toEqual([1]);
  expect(total('PolicyWrites')).toEqual([changes.filter(({ outcome }) => outcome === 'written').length]);
  expect(total('PolicyWrites')[0]).toBeGreaterThan(0);
  expect(total('FunctionErrors')).toEqual([]);
  const [used = 0] = total('CapacityUsed');
  expect(used).toBeGreaterThan(0);
  expect(used).toBeLessThan(100);
  expect(new Set(metrics.flatMap(({ kind }) => kind ?? [])).size).toBeLessThanOrEqual(8);
});

test('measures how long a request for approval has waited when a sweep runs', async () => {
  const env = await createEnv();
  const startedAt = new Date(env.clock.now() - 2 * 86_400_000).toISOString();
  const waitingUntil = new Date(env.clock.now() + 86_400_000).toISOString();
  await env.store.runs.put({
    runId: 'waits',
    status: 'waiting-for-approval',
    startedAt,
    waitingUntil,
    accountIds: [],
  });
  const { services, total } = measuring(env);

  await runPackaged(env, services, { name: 'sweep', input: {}, machine: 'organization-sweep' });

  expect(total('OldestApprovalRequest')).toEqual([expect.any(Number)]);
  expect(total('OldestApprovalRequest')[0]).toBeGreaterThanOrEqual(2 * 86_400);
  expect(total('OldestPendingWork')).toEqual([0]);
});
