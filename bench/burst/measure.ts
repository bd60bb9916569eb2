import type { Random } from '../../shared/platform/clock.ts';
import { runLocally } from '../../simulator/local-deployment.ts';
import { type CallCount, createRateLimits, type RateLimits } from '../../simulator/rates.ts';
import { createSimulatedServices } from '../../simulator/simulated-services.ts';
import { createProcessClock } from '../../tests/simulation/time.ts';
import { inQuietTime } from './begin.ts';
import { insisting, lambda, table, traveling } from './conditions.ts';
import { missingGrants } from './documents.ts';
import { drawn, latencies, pause } from './latencies.ts';
import { onboardNaively } from './naive.ts';
import { putInLater, type Refused, spread } from './refused.ts';
import { type Scene, scene } from './scene.ts';
import { type Tally, tally } from './tally.ts';

/** All accounts come within this time, in milliseconds. */
const arrivalTime = 60_000;

/** The measurements of both ways. */
export interface Outcome {
  readonly accounts: number;
  /** Accounts that lack access although AWS accepts them, and the number of missing grants. */
  readonly lost: number;
  readonly missing: number;
  /** Milliseconds of simulated time from the first account's creation to the end of the last accepted account's run. */
  readonly lasted: number;
  /** When the last account was created, in milliseconds after the first. */
  readonly lastArrival: number;
  /** The time of one account that AWS accepts: the quickest, the median, and the slowest. */
  readonly quickest: number;
  readonly middle: number;
  readonly slowest: number;
  readonly calls: ReadonlyMap<string, CallCount>;
  /** By document: writes that AWS accepted, writes that it rejected for their content, and reads. */
  readonly writes: ReadonlyMap<string, number>;
  readonly refusedWrites: ReadonlyMap<string, number>;
  readonly reads: ReadonlyMap<string, number>;
  /** Seconds of this process. */
  readonly seconds: number;
}

export interface Measured extends Outcome {
  /** Failed runs of accounts that AWS accepts, with the reason. */
  readonly failed: readonly string[];
  readonly transitions: number;
  readonly retries: number;
  readonly mostFunctions: number;
  readonly refusedInvocations: number;
  /** Read units of the registry's listings. */
  readonly registryUnits: number;
  readonly refusedQueries: number;
  readonly refused: Refused;
}

export interface BurstRequest {
  readonly accounts: number;
  /** How many of them AWS rejects as principals until all runs have ended. Default: none. */
  readonly refused?: number;
  /** Default: 1. */
  readonly seed?: number;
}

interface Stage extends Scene {
  readonly random: Random;
  readonly limits: RateLimits;
  readonly counted: Tally;
  /** From now on calls take no time, and none is throttled. */
  atLeisure(): void;
}

/** Accounts arrive, and the deployed system processes them. */
export const measureBurst = ({ accounts, refused = 0, seed = 1 }: BurstRequest): Promise<Measured> =>
  inQuietTime(seed, async (random, realSeconds) => {
    const stage = await stageOf(random);
    const functions = lambda(random);
    const load = table(random, stage.store, Date.now);
    const states = { transitions: 0, retries: 0 };
    const failed: string[] = [];
    const outside = new Map(spread(accounts, refused).map((index) => [runOf(index), stage.idOf(index)]));
    for (const accountId of outside.values()) stage.organization.refusePrincipal(accountId);
    const execution = async (input: unknown, name: string): Promise<void> => {
      const { organization, store } = stage;
      const services = createSimulatedServices(organization, { store: load.store, quick: true });
      const { status, error } = await runLocally({
        services: { ...services, clock: createProcessClock() },
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
      if (outside.has(name)) return;
      if (status !== 'SUCCEEDED' || run?.status !== 'succeeded')
        failed.push(`${name}: ${status} ${error ?? ''} ${run?.reason ?? ''}`);
    };
    const outcome = await arrivals(stage, { accounts, outside }, execution);
    stage.atLeisure();
    return {
      ...outcome,
      failed,
      ...states,
      mostFunctions: functions.most(),
      refusedInvocations: functions.refused(),
      registryUnits: load.registryUnits(),
      refusedQueries: load.refused(),
      seconds: realSeconds(),
      refused: await putInLater(stage, outside),
    };
  });

const runOf = (index: number): string => `run-${index + 1}`;

/** Equal accounts, each added to the policies by itself. */
export const measureNaive = (accounts: number, seed = 1): Promise<Outcome> =>
  inQuietTime(seed, async (random, realSeconds) => {
    const stage = await stageOf(random);
    stage.organization.intercept(insisting(random));
    const services = createSimulatedServices(stage.organization, { quick: true });
    const outcome = await arrivals(stage, { accounts, outside: new Map() }, async (event) => {
      await pause(drawn(random, latencies.coldStart));
      await onboardNaively(stage, services, event);
    });
    return { ...outcome, seconds: realSeconds() };
  });

async function stageOf(random: Random): Promise<Stage> {
  const made = await scene(random);
  const limits = createRateLimits({ clock: { now: Date.now } });
  const counted = tally();
  made.organization.intercept(counted.interceptor);
  const conditions = [limits.interceptor, traveling(random)].map((each) => made.organization.intercept(each));
  const atLeisure = (): void => {
    for (const end of conditions) end();
  };
  return { ...made, random, limits, counted, atLeisure };
}

type Handle = (event: unknown, name: string) => Promise<void>;

interface Arriving {
  readonly accounts: number;
  /** The rejected accounts, by the names of their runs. */
  readonly outside: ReadonlyMap<string, string>;
}

/** Creates the accounts, the first at once and all others within the minute. Each account's event is processed. */
async function arrivals(
  stage: Stage,
  { accounts, outside }: Arriving,
  handle: Handle,
): Promise<Omit<Outcome, 'seconds'>> {
  const { random, organization, limits, counted } = stage;
  const begin = Date.now();
  const ended: { readonly at: number; readonly took: number }[] = [];
  const handled: Promise<void>[] = [];
  organization.onEvent((event) => {
    const created = Date.now();
    const index = handled.length;
    const delivered = pause(drawn(random, latencies.event));
    const done = delivered.then(() => handle(event, runOf(index)));
    handled.push(
      done.then(() => {
        if (!outside.has(runOf(index))) ended.push({ at: Date.now() - begin, took: Date.now() - created });
      }),
    );
  });
  const moments = Array.from({ length: accounts }, (_, index) => (index === 0 ? 0 : random() * arrivalTime));
  for (const [index, moment] of moments.toSorted((a, b) => a - b).entries()) {
    await pause(Math.max(0, begin + moment - Date.now()));
    stage.arrive(index);
  }
  const lastArrival = Date.now() - begin;
  await Promise.all(handled);
  const sorted = ended.map(({ took }) => took).sort((a, b) => a - b);
  const ids = Array.from({ length: accounts }, (_, index) => stage.idOf(index));
  const refused = new Set(outside.values());
  const missing = missingGrants(
    stage,
    ids.filter((id) => !refused.has(id)),
  );
  return {
    accounts,
    lost: new Set(missing.map((grant) => grant.split(' ')[0])).size,
    missing: missing.length,
    lasted: Math.max(0, ...ended.map(({ at }) => at)),
    lastArrival,
    quickest: sorted[0] ?? 0,
    middle: sorted[Math.floor(sorted.length / 2)] ?? 0,
    slowest: sorted.at(-1) ?? 0,
    calls: new Map(limits.counts()),
    writes: new Map(counted.writes),
    refusedWrites: new Map(counted.refusedWrites),
    reads: new Map(counted.reads),
  };
}
