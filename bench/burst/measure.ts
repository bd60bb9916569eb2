import type { Random } from '../../shared/clock.ts';
import { processClock } from '../../simulation/time.ts';
import { runLocally } from '../../simulator/local-deployment.ts';
import { type CallCount, type RateLimits, rateLimits } from '../../simulator/rates.ts';
import { simulatedServices } from '../../simulator/simulated-services.ts';
import { inQuietTime } from './begin.ts';
import { insisting, lambda, table, travelling } from './conditions.ts';
import { missingGrants } from './documents.ts';
import { drawn, latencies, pause } from './latencies.ts';
import { onboardNaively } from './naive.ts';
import { type Scene, scene } from './scene.ts';
import { type Tally, tally } from './tally.ts';

/** All accounts come within this time, in milliseconds. */
export const arrivalTime = 60_000;

/** What can be said of either way. */
export interface Outcome {
  readonly accounts: number;
  /** Accounts that lack something, and how many grants are missing in all. */
  readonly lost: number;
  readonly missing: number;
  /** Milliseconds of simulated time from the first account's creation to the end of the last one's run. */
  readonly lasted: number;
  /** When the last account came, in milliseconds from the first. */
  readonly lastArrival: number;
  /** How long one account took: the quickest, the one in the middle, and the slowest. */
  readonly quickest: number;
  readonly middle: number;
  readonly slowest: number;
  readonly calls: ReadonlyMap<string, CallCount>;
  /** By document. */
  readonly writes: ReadonlyMap<string, number>;
  readonly reads: ReadonlyMap<string, number>;
  /** Seconds of this process. */
  readonly seconds: number;
}

export interface Measured extends Outcome {
  /** Runs that did not succeed, and why. */
  readonly failed: readonly string[];
  readonly transitions: number;
  readonly retries: number;
  readonly mostFunctions: number;
  readonly refusedInvocations: number;
  /** Read units that listing the registry took. */
  readonly registryUnits: number;
  readonly refusedQueries: number;
}

interface Stage extends Scene {
  readonly random: Random;
  readonly limits: RateLimits;
  readonly counted: Tally;
}

/** Accounts arrive, and the deployed system does what it does about them. */
export const measureBurst = (accounts: number, seed = 1): Promise<Measured> =>
  inQuietTime(seed, async (random, realSeconds) => {
    const stage = await stageOf(random);
    const functions = lambda(random);
    const load = table(random, stage.store, Date.now);
    const states = { transitions: 0, retries: 0 };
    const failed: string[] = [];
    const execution = async (input: unknown, name: string): Promise<void> => {
      const { organisation, store } = stage;
      const services = simulatedServices(organisation, { store: load.store, quick: true });
      const { status, error } = await runLocally({
        services: { ...services, clock: processClock() },
        name,
        input,
        waits: 'real',
        around: functions.around,
        onState: ({ type }) => {
          if (type === 'entered' || type === 'retried') states.transitions += 1;
          if (type === 'retried') states.retries += 1;
        },
      });
      const run = await store.runs.get(name);
      if (status !== 'SUCCEEDED' || run?.status !== 'succeeded')
        failed.push(`${name}: ${status} ${error ?? ''} ${run?.reason ?? ''}`);
    };
    const outcome = await arrivals(stage, accounts, execution);
    return {
      ...outcome,
      failed,
      ...states,
      mostFunctions: functions.most(),
      refusedInvocations: functions.refused(),
      registryUnits: load.registryUnits(),
      refusedQueries: load.refused(),
      seconds: realSeconds(),
    };
  });

/** The same accounts, each added to the policies by itself. */
export const measureNaive = (accounts: number, seed = 1): Promise<Outcome> =>
  inQuietTime(seed, async (random, realSeconds) => {
    const stage = await stageOf(random);
    stage.organisation.intercept(insisting(random));
    const services = simulatedServices(stage.organisation, { quick: true });
    const outcome = await arrivals(stage, accounts, async (event) => {
      await pause(drawn(random, latencies.coldStart));
      await onboardNaively(stage, services, event);
    });
    return { ...outcome, seconds: realSeconds() };
  });

async function stageOf(random: Random): Promise<Stage> {
  const made = await scene(random);
  const limits = rateLimits({ clock: { now: Date.now } });
  const counted = tally();
  for (const interceptor of [counted.interceptor, limits.interceptor, travelling(random)])
    made.organisation.intercept(interceptor);
  return { ...made, random, limits, counted };
}

type Handle = (event: unknown, name: string) => Promise<void>;

/** Lets the accounts come, one at once and the others within the minute; each one's event is handled. */
async function arrivals(stage: Stage, accounts: number, handle: Handle): Promise<Omit<Outcome, 'seconds'>> {
  const { random, organisation, limits, counted } = stage;
  const begin = Date.now();
  const took: number[] = [];
  const handled: Promise<void>[] = [];
  organisation.onEvent((event) => {
    const created = Date.now();
    const index = handled.length;
    const delivered = pause(drawn(random, latencies.event));
    const done = delivered.then(() => handle(event, `run-${index + 1}`));
    handled.push(done.then(() => void took.push(Date.now() - created)));
  });
  const moments = Array.from({ length: accounts }, (_, index) => (index === 0 ? 0 : random() * arrivalTime));
  for (const [index, moment] of moments.toSorted((a, b) => a - b).entries()) {
    await pause(Math.max(0, begin + moment - Date.now()));
    stage.arrive(index);
  }
  const lastArrival = Date.now() - begin;
  await Promise.all(handled);
  const lasted = Date.now() - begin;
  const sorted = took.toSorted((a, b) => a - b);
  const ids = Array.from({ length: accounts }, (_, index) => stage.idOf(index));
  const missing = missingGrants(stage, ids);
  return {
    accounts,
    lost: new Set(missing.map((grant) => grant.split(' ')[0])).size,
    missing: missing.length,
    lasted,
    lastArrival,
    quickest: sorted[0] ?? 0,
    middle: sorted[Math.floor(sorted.length / 2)] ?? 0,
    slowest: sorted.at(-1) ?? 0,
    calls: limits.counts(),
    writes: counted.writes,
    reads: counted.reads,
  };
}
