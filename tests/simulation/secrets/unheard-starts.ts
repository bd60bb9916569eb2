import type { Interceptor, SimulatedCall } from '../../../simulator/plugin.ts';
import { isOurStart, readDeploymentStart } from './deployment-starts.ts';

export interface UnheardStarts {
  /** Outermost: sees the answers that the caller gets. */
  readonly interceptor: Interceptor;
  /** How many there are. */
  count(): number;
  /** Whether an equal deployment was started before and its answer was lost. */
  has(call: SimulatedCall): boolean;
}

/** Counts starts of deployments whose answer was lost. */
export function observeUnheardStarts(): UnheardStarts {
  /** By environment, profile and version. */
  const unheard = new Map<string, number>();
  let count = 0;

  const interceptor: Interceptor = async (call, proceed) => {
    if (!isOurStart(call)) return proceed();
    const key = keyOf(call);
    const before = unheard.get(key) ?? 0;
    unheard.set(key, before + 1);
    count += 1;
    const heard = (): void => {
      count -= 1;
      if (before === 0) unheard.delete(key);
      else unheard.set(key, before);
    };
    try {
      const answer = await proceed();
      heard();
      return answer;
    } catch (thrown) {
      if (isRefusal(thrown)) heard();
      throw thrown;
    }
  };

  return { interceptor, count: () => count, has: (call) => unheard.has(keyOf(call)) };
}

const keyOf = (call: SimulatedCall): string => Object.values(readDeploymentStart(call)).join('/');

/** A definite error of the service. */
const isRefusal = (thrown: unknown): boolean => {
  const { $fault } = thrown as { readonly $fault?: string };
  return $fault === 'client';
};
