import { processClock } from '../../simulation/time.ts';
import { runLocally } from '../../simulator/local-deployment.ts';
import { type CallCount, rateLimits } from '../../simulator/rates.ts';
import { simulatedServices } from '../../simulator/simulated-services.ts';
import { inQuietTime } from './begin.ts';
import { lambda, table, travelling } from './conditions.ts';
import { lostAccounts } from './documents.ts';
import { drawn, latencies, pause } from './latencies.ts';
import { scene } from './scene.ts';
import { tally } from './tally.ts';

/** All accounts come within this time, in milliseconds. */
export const arrivalTime = 60_000;

export interface Measured {
  readonly accounts: number;
  readonly lost: readonly string[];
  /** Runs that did not succeed. */
  readonly failed: readonly string[];
  /** Milliseconds of simulated time from the first account's creation to the end of the last one's run. */
  readonly lasted: number;
  /** The longest that one account took, and what the middle one took. */
  readonly slowest: number;
  readonly middle: number;
  readonly calls: ReadonlyMap<string, CallCount>;
  readonly writes: ReadonlyMap<string, number>;
  readonly reads: ReadonlyMap<string, number>;
  readonly transitions: number;
  readonly retries: number;
  readonly mostFunctions: number;
  readonly refusedInvocations: number;
  readonly registryUnits: number;
  readonly refusedQueries: number;
  /** Seconds of this process. */
  readonly seconds: number;
}

/** Accounts arrive, and the deployed system does what it does about them. */
export const measureBurst = (accounts: number, seed: number): Promise<Measured> =>
  inQuietTime(seed, async (random, realSeconds) => {
    const stage = await scene(random);
    const { organisation } = stage;
    const limits = rateLimits({ clock: { now: Date.now } });
    const counted = tally();
    const functions = lambda(random);
    const load = table(random, stage.store, Date.now);
    for (const interceptor of [counted.interceptor, limits.interceptor, travelling(random)])
      organisation.intercept(interceptor);
    const states = { transitions: 0, retries: 0 };
    const failed: string[] = [];
    const took: number[] = [];
    const begin = Date.now();

    const execution = async (input: unknown, name: string): Promise<void> => {
      const created = Date.now();
      await pause(drawn(random, latencies.event));
      const services = {
        ...simulatedServices(organisation, { store: load.store, quick: true }),
        clock: processClock(),
      };
      const { status, error } = await runLocally({
        services,
        name,
        input,
        waits: 'real',
        around: functions.around,
        onState: ({ type }) => {
          if (type === 'entered' || type === 'retried') states.transitions += 1;
          if (type === 'retried') states.retries += 1;
        },
      });
      took.push(Date.now() - created);
      const run = await stage.store.runs.get(name);
      if (status !== 'SUCCEEDED' || run?.status !== 'succeeded')
        failed.push(`${name}: ${status} ${error ?? ''} ${run?.reason ?? ''}`);
    };

    const executions: Promise<void>[] = [];
    organisation.onEvent((event) => {
      executions.push(execution(event, `run-${executions.length + 1}`));
    });
    const ids: string[] = [];
    const moments = Array.from({ length: accounts }, (_, index) =>
      index === 0 ? 0 : random() * arrivalTime,
    );
    for (const moment of moments.sort((a, b) => a - b)) {
      await pause(begin + moment - Date.now());
      ids.push(stage.arrive(ids.length));
    }
    await Promise.all(executions);
    const sorted = took.toSorted((a, b) => a - b);
    return {
      accounts,
      lost: await lostAccounts(stage, ids),
      failed,
      lasted: Date.now() - begin,
      slowest: sorted.at(-1) ?? 0,
      middle: sorted[Math.floor(sorted.length / 2)] ?? 0,
      calls: limits.counts(),
      writes: counted.writes,
      reads: counted.reads,
      ...states,
      mostFunctions: functions.most(),
      refusedInvocations: functions.refused(),
      registryUnits: load.registryUnits(),
      refusedQueries: load.refused(),
      seconds: realSeconds(),
    };
  });
