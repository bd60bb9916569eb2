import type { Interceptor, SimulatedCall } from '../../simulator/plugin.ts';
import { createThrottlingError } from '../../simulator/rates.ts';
import { getTarget, isWrite } from './policy-calls.ts';
import type { Draw } from './random.ts';
import { createStaleReads, type StaleReads } from './stale-reads.ts';

/** The rate of each fault, for each call. All other calls succeed after some milliseconds. */
export interface FaultRates {
  readonly throttled: number;
  /** No answer, and no effect. */
  readonly lostRequest: number;
  /** No answer, but the call took effect. */
  readonly lostAnswer: number;
  /** No answer, and the effect follows seconds after the caller has given up. Writes only. */
  readonly lateEffect: number;
  /** An answer that takes seconds. */
  readonly slow: number;
  /** An answer of IAM or S3 from before the last change. Reads only. */
  readonly stale: number;
}

export const noFaults: FaultRates = {
  throttled: 0,
  lostRequest: 0,
  lostAnswer: 0,
  lateEffect: 0,
  slow: 0,
  stale: 0,
};

/** Some seeds are quiet, others stormy. */
export const drawRates = ({ pick }: Draw): FaultRates => {
  const weather = pick([0, 0.3, 1, 3]);
  return {
    throttled: 0.02 * weather,
    lostRequest: 0.006 * weather,
    lostAnswer: 0.006 * weather,
    lateEffect: 0.004 * weather,
    slow: 0.08 * weather,
    stale: 0.05 * weather,
  };
};

/** The SDK gives up on a request after this time (`requestTimeout` of shared/platform/aws/request-handler.ts). */
const giveUpAfter = 10_000;
const lateBy = 20_000;

export interface Faults extends Pick<StaleReads, 'readAt' | 'shownAt'> {
  readonly interceptor: Interceptor;
  /** Resources that a late write has reached. */
  readonly appliedLate: ReadonlySet<string>;
  /** Whether it is a late write: its data was read long before. */
  isLate(call: SimulatedCall): boolean;
  /** A write is sent after its lease. */
  late(call: SimulatedCall): void;
  /** From now on faults have these rates. `noFaults` ends them. */
  set(rates: FaultRates): void;
}

/**
 * Delays every call, and makes some fail as AWS and networks do.
 * @param mayBeLate the writes that may take effect after the caller has given up. Default: all
 */
export function createFaults(draw: Draw, mayBeLate: (call: SimulatedCall) => boolean = () => true): Faults {
  let rates = noFaults;
  const reads = createStaleReads(draw, () => rates.stale);
  const appliedLate = new Set<string>();

  const lateCalls = new WeakSet<SimulatedCall>();
  const late = (call: SimulatedCall): void => {
    lateCalls.add(call);
    appliedLate.add(getTarget(call.input));
  };
  const pause = (most: number): Promise<void> => sleep(draw.between(1, most));

  const interceptor: Interceptor = async (call, proceed) => {
    // One delay stands for both ways: other calls come between in either case, and simulated timers are slow.
    const early = draw.chance(0.5);
    if (early) await pause(120);
    const output = await answer(call, proceed);
    if (!early) await pause(120);
    return output;
  };

  const answer: Interceptor = async (call, proceed) => {
    if (draw.chance(rates.slow)) await pause(9_000);
    if (draw.chance(rates.throttled)) throw createThrottlingError(call);
    if (draw.chance(rates.lostRequest)) throw await noAnswer();
    if (!isWrite(call)) return reads.interceptor(call, proceed);
    if (draw.chance(rates.lateEffect) && mayBeLate(call)) {
      late(call);
      later(proceed, giveUpAfter + draw.between(1, lateBy));
      throw await noAnswer();
    }
    const output = await proceed();
    if (draw.chance(rates.lostAnswer)) throw await noAnswer();
    return output;
  };

  return {
    interceptor,
    readAt: reads.readAt,
    shownAt: reads.shownAt,
    appliedLate,
    isLate: (call) => lateCalls.has(call),
    late,
    set: (next) => {
      rates = next;
    },
  };
}

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The SDK's error for a request that takes too long. */
async function noAnswer(): Promise<Error> {
  await sleep(giveUpAfter);
  return Object.assign(new Error(`Request did not complete within ${giveUpAfter} ms`), {
    name: 'TimeoutError',
  });
}

/** No caller waits for AWS's answer any longer. */
function later(act: () => Promise<unknown>, milliseconds: number): void {
  setTimeout(() => void act().catch(() => {}), milliseconds);
}
