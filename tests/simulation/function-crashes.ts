import { AsyncLocalStorage } from 'node:async_hooks';
import type { Store } from '../../shared/store/ports.ts';
import type { FunctionInterceptor } from '../../simulator/local-deployment.ts';
import type { Interceptor, SimulatedCall } from '../../simulator/plugin.ts';
import { isWrite } from './policy-calls.ts';
import type { Draw } from './random.ts';

/** One invocation of a function, and its end. */
interface Invocation {
  /** The remaining waits of this invocation before it is stopped. Infinite for most. */
  waitsLeft: number;
  /** Its time-out in milliseconds since the epoch. Infinite for an invocation that has continued after it. */
  until: number;
  /** Whether it continues some time after it was stopped, as a frozen sandbox does. */
  readonly wakes: boolean;
  /** Its time-out in milliseconds since the epoch, even if it continued after it. */
  readonly timesOutAt: number;
}

export interface FunctionCrashes {
  readonly around: FunctionInterceptor;
  readonly interceptor: Interceptor;
  /** The store from a function's view: each call takes time, and may be the last. */
  slowed(store: Store): Store;
  stop(): void;
}

interface FunctionCrashOptions {
  /** By the token of a function's ARN, in seconds. Default: 30. */
  readonly timeoutOf: (token: string) => number | undefined;
  /** How many invocations of a thousand die. */
  readonly deathRate: number;
  /** The fraction of dead invocations that wake up. Default: 0.3. */
  readonly wakeRate?: number;
  /**
   * How long after its time-out an invocation wakes up, in milliseconds. Default: some time after the longest lease.
   */
  readonly wakesAfter?: () => number;
  /** An invocation that stopped after it had checked its lease continues with the sending. */
  readonly onLateWrite: (call: SimulatedCall) => void;
}

/** Some time after the longest lease. */
const endlessSleep = 400_000;

/**
 * Stops functions in the middle of any wait, as Lambda does with functions that take too long or whose host fails. Step
 * Functions gets `Sandbox.Timedout` or `Lambda.Unknown`.
 */
export function createFunctionCrashes(
  draw: Draw,
  { timeoutOf, deathRate, wakeRate = 0.3, wakesAfter, onLateWrite }: FunctionCrashOptions,
): FunctionCrashes {
  const lives = new AsyncLocalStorage<Invocation>();
  let rate = deathRate;

  const around: FunctionInterceptor = (token, invoke) => {
    const timeout = (timeoutOf(token) ?? 30) * 1_000;
    const dies = draw.chance(rate / 1_000);
    const life: Invocation = {
      waitsLeft: dies ? draw.between(0, 40) : Number.POSITIVE_INFINITY,
      until: Date.now() + timeout,
      timesOutAt: Date.now() + timeout,
      wakes: draw.chance(wakeRate),
    };
    return within(timeout, lives.run(life, invoke));
  };

  const sleepAsDead = (life: Invocation): Promise<void> => sleepUntilWake(life, wakesAfter);

  return {
    around,
    interceptor: async (call, proceed) => {
      const life = lives.getStore();
      if (stops(life)) {
        await sleepAsDead(life);
        // It stopped between the last check of its lease and the sending.
        if (isWrite(call)) onLateWrite(call);
      }
      const answer = await proceed();
      if (stops(life)) await sleepAsDead(life);
      return answer;
    },
    slowed: (store) =>
      wrapEachMethod(store, async (act) => {
        // One delay stands for both ways: other calls come between in either case, and simulated timers are slow.
        const early = draw.chance(0.5);
        const life = lives.getStore();
        if (early) await sleep(draw.between(2, 30));
        if (stops(life)) await sleepAsDead(life);
        const answer = await act();
        if (!early) await sleep(draw.between(2, 30));
        if (stops(life)) await sleepAsDead(life);
        return answer;
      }),
    stop: () => {
      rate = 0;
    },
  };
}

/** Whether the invocation ends here. */
function stops(life: Invocation | undefined): life is Invocation {
  if (life === undefined) return false;
  life.waitsLeft -= 1;
  return life.waitsLeft < 0 || Date.now() >= life.until;
}

/** Resolves if the invocation continues after it had stopped. */
async function sleepUntilWake(life: Invocation, wakesAfter?: () => number): Promise<void> {
  if (!life.wakes) return new Promise(() => {});
  life.waitsLeft = Number.POSITIVE_INFINITY;
  life.until = Number.POSITIVE_INFINITY;
  await sleep(
    wakesAfter === undefined ? endlessSleep : Math.max(0, life.timesOutAt - Date.now()) + wakesAfter(),
  );
}

/** The answer of the function, or the error that Step Functions gets when its time is over. */
async function within<T>(milliseconds: number, running: Promise<T>): Promise<T> {
  const message = `Task timed out after ${milliseconds / 1_000} seconds`;
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(Object.assign(new Error(message), { name: 'Sandbox.Timedout' })),
    milliseconds,
  );
  return Promise.race([running, promise]).finally(() => clearTimeout(timer));
}

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

type Around = <T>(act: () => Promise<T>) => Promise<T>;

/** The store with every method of every port wrapped. */
export function wrapEachMethod(store: Store, around: Around): Store {
  const port = <P extends object>(methods: P): P =>
    Object.fromEntries(
      Object.entries(methods).map(([name, method]) => [
        name,
        (...given: unknown[]) => around(() => method(...given)),
      ]),
    ) as P;
  return Object.fromEntries(
    Object.entries(store).map(([name, methods]) => [name, port(methods)]),
  ) as unknown as Store;
}
