import type { Configuration } from '../../shared/configuration/schema.ts';
import { type FunctionInterceptor, runLocally } from '../../simulator/local-deployment.ts';
import {
  createEnv,
  type Ended,
  type EnvOptions,
  makeReady,
  otherServices,
  type TestEnv,
} from './flows-fixture.ts';

let sweeps = 0;

export interface SweepOptions {
  readonly name?: string;
  readonly around?: FunctionInterceptor;
}

/** Runs the sweep's state machine to its end. Before a function is called again, the time of a retry passes. */
export async function sweep(env: TestEnv, { name, around }: SweepOptions = {}): Promise<Ended> {
  sweeps += 1;
  const runId = name ?? `sweep-${sweeps}`;
  const failed = new Set<string>();
  const result = await runLocally({
    machine: 'organization-sweep',
    services: otherServices(env),
    name: runId,
    input: {},
    around: async (token, invoke) => {
      if (failed.has(token)) await env.clock.sleep(30_000);
      try {
        return await (around === undefined ? invoke() : around(token, invoke));
      } catch (error) {
        failed.add(token);
        throw error;
      }
    },
  });
  const run = await env.store.runs.get(runId);
  if (run === undefined) throw new Error(`Sweep ${runId} left no record`);
  return { ...result, run, changes: await env.store.runs.changes(runId) };
}

/** A world in which everybody has what is theirs, and no call was made yet. */
export async function createSweptEnv(options: EnvOptions = {}): Promise<TestEnv> {
  const env = await createEnv(options);
  const { status, run } = await sweep(env);
  if (status !== 'SUCCEEDED') throw new Error(`The first sweep left: ${run.left?.join('\n')}`);
  env.organization.resetCalls();
  env.organization.world.putEvents.length = 0;
  env.organization.world.messages.length = 0;
  return env;
}

export const activated = async (env: TestEnv, configuration: Configuration): Promise<TestEnv> => {
  const next = { ...env, configuration };
  await makeReady(next);
  return next;
};

const policyReads = new Set([
  'GetBucketPolicy',
  'GetKeyPolicy',
  'GetRepositoryPolicy',
  'GetResourcePolicy',
  'ListAttachedGroupPolicies',
]);

/** How often each resource was read, by what was asked for. */
export function readCounts({ organization }: TestEnv): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { operation, target = '' } of organization.calls)
    if (policyReads.has(operation)) counts[target] = (counts[target] ?? 0) + 1;
  return counts;
}

export const operationCount = ({ organization }: TestEnv, operation: string): number =>
  organization.calls.filter((call) => call.operation === operation).length;

export const announcements = ({ organization }: TestEnv): readonly string[] =>
  organization.world.putEvents.map(({ DetailType }) => String(DetailType));
