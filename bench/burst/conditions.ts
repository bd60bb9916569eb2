import { ThrottledError } from '../../shared/platform/aws/errors.ts';
import type { Random } from '../../shared/platform/clock.ts';
import type { Store } from '../../shared/store/ports.ts';
import { hubRates } from '../../simulator/aws-rates.ts';
import type { FunctionInterceptor } from '../../simulator/local-deployment.ts';
import type { Interceptor } from '../../simulator/plugin.ts';
import { createTokenBucket } from '../../simulator/rates.ts';
import { callLatency, drawn, latencies, pause } from './latencies.ts';

/** A call travels, is processed, and its answer travels back. */
export const traveling =
  (random: Random): Interceptor =>
  async (call, proceed) => {
    const takes = drawn(random, callLatency(call));
    await pause(takes / 2);
    try {
      return await proceed();
    } finally {
      await pause(takes / 2);
    }
  };

const refusals = /^(Throttl|TooManyRequests|SlowDown|RequestLimitExceeded)/;

/** A throttled call is repeated until it succeeds, with full jitter. */
export const insisting =
  (random: Random): Interceptor =>
  async (_, proceed) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await proceed();
      } catch (error) {
        if (!(error instanceof Error) || !refusals.test(error.name)) throw error;
        await pause(random() * Math.min(20_000, 1_000 * 2 ** attempt));
      }
    }
  };

export interface Lambda {
  readonly around: FunctionInterceptor;
  /** The largest number of environments that were busy at a time. */
  most(): number;
  /** Invocations that were throttled because all environments were busy. */
  refused(): number;
}

/** Environments that stay, are created if none is ready, and are limited per account. */
export function lambda(random: Random, concurrency: number = hubRates.lambdaConcurrency.most): Lambda {
  const ready = new Map<string, number>();
  let busy = 0;
  let most = 0;
  let refused = 0;
  const around: FunctionInterceptor = async (token, invoke) => {
    await pause(drawn(random, latencies.transition));
    if (busy >= concurrency) {
      refused += 1;
      throw Object.assign(new Error('Rate Exceeded.'), { name: 'Lambda.TooManyRequestsException' });
    }
    busy += 1;
    most = Math.max(most, busy);
    const warm = ready.get(token) ?? 0;
    ready.set(token, Math.max(0, warm - 1));
    try {
      await pause(drawn(random, warm > 0 ? latencies.invocation : latencies.coldStart));
      return await invoke();
    } finally {
      busy -= 1;
      ready.set(token, (ready.get(token) ?? 0) + 1);
    }
  };
  return { around, most: () => most, refused: () => refused };
}

/** Bytes of an account's item in the table, with some tags. */
const accountItem = 500;
const readUnit = 4_096;
const megabyte = 1_048_576;

export interface TableLoad {
  readonly store: Store;
  /** Read units of the registry's listings: its items share one partition key. */
  registryUnits(): number;
  refused(): number;
}

/** The state of a resource is written together with other items. */
const transactions: ReadonlySet<string> = new Set(['put', 'finish']);

/** The store from a function's view: every call takes time, and the registry's one partition has a rate limit. */
export function table(random: Random, store: Store, now: () => number): TableLoad {
  const { readUnits } = hubRates.tablePartition;
  const partition = createTokenBucket({ perSecond: readUnits, burst: readUnits }, now());
  let length = 0;
  let used = 0;
  let refused = 0;
  const take = async (units: number): Promise<void> => {
    // The SDK makes three attempts.
    for (let attempt = 1; partition.left(now()) < Math.min(units, readUnits); attempt += 1) {
      refused += 1;
      if (attempt === 3) throw new ThrottledError('dynamodb:Query on the table: AWS asked to slow down');
      await pause(random() * 200 * 2 ** attempt);
    }
    partition.take(now(), units);
    used += units;
  };
  const timed = <P extends object>(port: P, takes: (method: string) => number): P =>
    Object.fromEntries(
      Object.entries(port).map(([name, method]) => [
        name,
        async (...given: unknown[]) => {
          await pause(drawn(random, takes(name)));
          return method(...given);
        },
      ]),
    ) as P;
  const { item, transaction } = latencies.table;
  const { registry, ...rest } = store;
  const others = Object.fromEntries(
    Object.entries(rest).map(([name, port]) => [
      name,
      timed(port, (method) => (name === 'resources' && transactions.has(method) ? transaction : item)),
    ]),
  );
  const timedRegistry = timed(registry, (method) => (method === 'put' ? transaction : item));
  return {
    store: {
      ...(others as unknown as Omit<Store, 'registry'>),
      registry: {
        ...timedRegistry,
        listAccounts: async () => {
          // As large as the last time.
          const bytes = length * accountItem;
          await take(Math.ceil(bytes / readUnit));
          await pause(drawn(random, item + (latencies.table.megabyte * bytes) / megabyte));
          const accounts = await registry.listAccounts();
          length = accounts.length;
          return accounts;
        },
      },
    },
    registryUnits: () => used,
    refused: () => refused,
  };
}
