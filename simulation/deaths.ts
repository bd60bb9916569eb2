import { AsyncLocalStorage } from 'node:async_hooks';
import type { Store } from '../shared/store/ports.ts';
import type { FunctionInterceptor } from '../simulator/local-deployment.ts';
import type { Interceptor } from '../simulator/plugin.ts';
import type { Draw } from './random.ts';

/** One invocation of a function, and when it is stopped. */
interface Life {
  /** Waits of this invocation that are left before it is stopped; infinite for most. */
  waitsLeft: number;
  /** Its time-out: milliseconds since the epoch. */
  readonly until: number;
  /** Whether it goes on some time after it was stopped, as a frozen sandbox does. */
  readonly wakes: boolean;
}

export interface Deaths {
  readonly around: FunctionInterceptor;
  readonly interceptor: Interceptor;
  /** The store as functions see it: each call takes time, and may be the last. */
  slowed(store: Store): Store;
  stop(): void;
}

/** Some time after the longest lease. */
const sleepOfTheDead = 400_000;

/**
 * Stops functions in the middle of any wait, as Lambda does with those that take too long or whose host fails. Step
 * Functions hears `Sandbox.Timedout` or `Lambda.Unknown`.
 * @param timeouts of the functions by the token of their ARN, in seconds
 * @param deathRate how many invocations of a thousand die
 * @param wakeRate how many of the dead wake up. Default: 0.3
 */
export function deaths(
  draw: Draw,
  timeouts: ReadonlyMap<string, number>,
  deathRate: number,
  wakeRate = 0.3,
): Deaths {
  const lives = new AsyncLocalStorage<Life>();
  let rate = deathRate;

  const around: FunctionInterceptor = (token, invoke) => {
    const timeout = (timeouts.get(token) ?? 30) * 1_000;
    const dies = draw.chance(rate / 1_000);
    const life: Life = {
      waitsLeft: dies ? draw.between(0, 40) : Number.POSITIVE_INFINITY,
      until: Date.now() + timeout,
      wakes: draw.chance(wakeRate),
    };
    const running = lives.run(life, invoke);
    return Promise.race([running, endOf(timeout, 'Sandbox.Timedout')]);
  };

  /** Goes on when the invocation still lives. */
  const survive = async (): Promise<void> => {
    const life = lives.getStore();
    if (life === undefined) return;
    life.waitsLeft -= 1;
    if (life.waitsLeft >= 0 && Date.now() < life.until) return;
    if (!life.wakes) return new Promise(() => {});
    life.waitsLeft = Number.POSITIVE_INFINITY;
    await sleep(sleepOfTheDead);
  };

  return {
    around,
    interceptor: async (_, proceed) => {
      await survive();
      const answer = await proceed();
      await survive();
      return answer;
    },
    slowed: (store) =>
      eachMethod(store, async (act) => {
        await sleep(draw.between(1, 15));
        await survive();
        const answer = await act();
        await sleep(draw.between(1, 15));
        await survive();
        return answer;
      }),
    stop: () => {
      rate = 0;
    },
  };
}

async function endOf(milliseconds: number, name: string): Promise<never> {
  await sleep(milliseconds);
  throw Object.assign(new Error(`Task timed out after ${milliseconds / 1_000} seconds`), { name });
}

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

type Around = <T>(act: () => Promise<T>) => Promise<T>;

/** The store with every method of every port wrapped. */
export function eachMethod(store: Store, around: Around): Store {
  const port = <P extends object>(of: P): P =>
    Object.fromEntries(
      Object.entries(of).map(([name, method]) => [
        name,
        (...given: unknown[]) => around(() => method(...given)),
      ]),
    ) as P;
  return Object.fromEntries(Object.entries(store).map(([name, of]) => [name, port(of)])) as unknown as Store;
}
