import { awsError } from '../../simulator/aws-error.ts';
import type { FunctionInterceptor } from '../../simulator/local-deployment.ts';
import type { SimulatedCall } from '../../simulator/plugin.ts';
import type { TestEnv } from './flows-fixture.ts';

export type Fault = (call: SimulatedCall, proceed: () => Promise<unknown>) => Promise<unknown>;

/** Puts a fault on the first `times` calls of an operation. @returns how many there were so far */
export function fault({ organization }: TestEnv, operation: string, act: Fault, times = 1): () => number {
  let seen = 0;
  organization.intercept((call, proceed) => {
    if (call.operation !== operation) return proceed();
    seen += 1;
    return seen <= times ? act(call, proceed) : proceed();
  });
  return () => seen;
}

export const refuse =
  (name: string, message: string, status = 400): Fault =>
  async () => {
    throw awsError(name, message, status);
  };

/** The write takes effect, and its answer never arrives. */
export const losingTheAnswer: Fault = async (_, proceed) => {
  await proceed();
  throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ETIMEDOUT' });
};

/** Each call takes a while, so that runs meet. @param most milliseconds before it, and as many after it */
export const slowly = ({ organization, clock, services }: TestEnv, most: number) =>
  organization.intercept(async (_, proceed) => {
    await clock.sleep(services.random() * most);
    const answer = await proceed();
    await clock.sleep(services.random() * most);
    return answer;
  });

/** A promise, and what settles it. */
function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: () => resolve() };
}

export interface Death {
  /** For `onboard`: the function ends as Lambda ends one that took too long. */
  readonly around: FunctionInterceptor;
  /** For `fault`: who gets here stays here. */
  readonly here: Fault;
  /** The dead wakes up, and what was held goes on. @returns what the function gives in the end */
  wake(): Promise<unknown>;
}

/** A function that is stopped in the middle of a call, and that may wake up later, as a frozen process does. */
export function death(token: string, held: 'before' | 'after' = 'before'): Death {
  const died = gate();
  const woken = gate();
  let life: Promise<unknown> | undefined;
  return {
    around: async (called, invoke) => {
      if (called !== token || life !== undefined) return invoke();
      const running = invoke();
      life = running.catch((error: unknown) => error);
      const end = died.passed.then(() => {
        throw Object.assign(new Error('Task timed out after 120.00 seconds'), { name: 'Sandbox.Timedout' });
      });
      return Promise.race([running, end]);
    },
    here: async (_, proceed) => {
      const answer = held === 'after' ? await proceed() : undefined;
      died.open();
      await woken.passed;
      return held === 'after' ? answer : proceed();
    },
    wake: async () => {
      woken.open();
      return life;
    },
  };
}
