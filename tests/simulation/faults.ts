import type { Interceptor, SimulatedCall } from '../../simulator/plugin.ts';
import { createThrottlingError } from '../../simulator/rates.ts';
import type { Draw } from './random.ts';

/** How often what goes wrong, for each call; the rest goes well, after some milliseconds. */
export interface FaultRates {
  readonly throttled: number;
  /** No answer, and nothing was done. */
  readonly lostRequest: number;
  /** No answer, though it was done. */
  readonly lostAnswer: number;
  /** No answer, and it is done seconds after everybody has given up. Writes only. */
  readonly lateEffect: number;
  /** An answer that takes seconds. */
  readonly slow: number;
  /** An answer of IAM or S3 as it was before the last change. Reads only. */
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

/** The SDK gives up on a request after this time (`requestTimeout` of shared/platform/aws/access.ts). */
const giveUpAfter = 10_000;
const lateBy = 20_000;
/** How long reads of IAM and of bucket policies may be old. */
const staleFor = 8_000;

export const isWrite = ({ operation }: Pick<SimulatedCall, 'operation'>): boolean =>
  /^(Put|Set|Delete|Create|Update|Attach|Detach|Modify|Revoke|Retire|Tag|Untag|Start|Rotate)/.test(operation);

const policyServices: ReadonlySet<string> = new Set(['s3', 'kms', 'ecr', 'secretsmanager', 'iam', 'ec2']);

/** Whether a call changes what grants are on. */
export const isPolicyWrite = (call: Pick<SimulatedCall, 'service' | 'operation'>): boolean =>
  isWrite(call) && policyServices.has(call.service);

/** Reads of a key that tell nothing of its policy. */
const readsNoPolicy: ReadonlySet<string> = new Set(['ListGrants', 'DescribeKey']);

/** That there is no policy is an answer, too: the reader has seen the state. A denied reader has not. */
const saysNoPolicy = /^(NoSuch\w+|\w*NotFound\w*)$/;

/** What a read answered lately, as a stale one repeats it. */
interface Answer {
  readonly at: number;
  readonly output: unknown;
}

export interface Faults {
  readonly interceptor: Interceptor;
  /** When the state that the latest answer to a read shows was true, by caller's session and resource. */
  readonly readAt: ReadonlyMap<string, number>;
  /** When the newest state that any read has shown was true, by resource. */
  readonly shownAt: ReadonlyMap<string, number>;
  /** Resources that a write has reached after everybody had given up on it. */
  readonly appliedLate: ReadonlySet<string>;
  /** Whether it is such a write: what it was made from was read long before. */
  isLate(call: SimulatedCall): boolean;
  /** A write is sent after its lease. */
  late(call: SimulatedCall): void;
  /** From now on things go wrong as often as this; `noFaults` ends it. */
  set(rates: FaultRates): void;
}

export const readKey = (call: Pick<SimulatedCall, 'caller' | 'service' | 'region' | 'input'>): string =>
  `${getSessionName(call)} ${getResourceArn(call)}`;

/** The id of the run that makes a call. */
export const getSessionName = ({ caller }: Pick<SimulatedCall, 'caller'>): string =>
  caller.sessionArn.split('/').at(-1) ?? '';

export const getResourceArn = ({
  service,
  region,
  input,
}: Pick<SimulatedCall, 'service' | 'region' | 'input'>): string => `${service} ${region} ${targetOf(input)}`;

/** Part of the id that the resource of a call has in its `ResourceRef`: of a group's policies, that it is one. */
const targetOf = (input: object): string => {
  const { Bucket, KeyId, ImageId, repositoryName, SecretId, RoleName, ...iam } = input as Readonly<
    Record<string, unknown>
  >;
  const group = iam.GroupName ?? iam.PolicyArn ?? iam.PolicyName;
  return String(
    Bucket ??
      KeyId ??
      ImageId ??
      repositoryName ??
      SecretId ??
      RoleName ??
      (group === undefined ? '' : 'group/'),
  );
};

/**
 * Delays every call, and lets some go wrong as AWS and networks do.
 * @param mayBeLate which writes may take effect after everybody has given up. Default: all
 */
export function createFaults(draw: Draw, mayBeLate: (call: SimulatedCall) => boolean = () => true): Faults {
  let rates = noFaults;
  const answers = new Map<string, Answer>();
  const readAt = new Map<string, number>();
  const shownAt = new Map<string, number>();
  const appliedLate = new Set<string>();

  const noteRead = (call: SimulatedCall, at: number): void => {
    if (!policyServices.has(call.service) || readsNoPolicy.has(call.operation)) return;
    readAt.set(readKey(call), at);
    shownAt.set(getResourceArn(call), Math.max(at, shownAt.get(getResourceArn(call)) ?? 0));
  };
  const lateCalls = new WeakSet<SimulatedCall>();
  const late = (call: SimulatedCall): void => {
    lateCalls.add(call);
    appliedLate.add(targetOf(call.input));
  };
  const pause = (most: number): Promise<void> => sleep(draw.between(1, most));

  const interceptor: Interceptor = async (call, proceed) => {
    // On the way there or back: others come between in either case, and simulated timers are dear.
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
    if (!isWrite(call)) return read(call, proceed);
    if (draw.chance(rates.lateEffect) && mayBeLate(call)) {
      late(call);
      later(proceed, giveUpAfter + draw.between(1, lateBy));
      throw await noAnswer();
    }
    const output = await proceed();
    if (draw.chance(rates.lostAnswer)) throw await noAnswer();
    return output;
  };

  const read = async (call: SimulatedCall, proceed: () => Promise<unknown>): Promise<unknown> => {
    const mayBeStale = call.service === 's3' || call.service === 'iam';
    const key = mayBeStale ? `${call.accountId} ${call.operation} ${JSON.stringify(call.input)}` : '';
    const known = answers.get(key);
    if (known !== undefined && Date.now() - known.at < staleFor && draw.chance(rates.stale)) {
      noteRead(call, known.at);
      return known.output;
    }
    const output = await proceed().catch((error: unknown) => {
      if (error instanceof Error && saysNoPolicy.test(error.name)) noteRead(call, Date.now());
      throw error;
    });
    if (mayBeStale) answers.set(key, { at: Date.now(), output });
    noteRead(call, Date.now());
    return output;
  };

  return {
    interceptor,
    readAt,
    shownAt,
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

/** What the SDK's handler throws when a request takes too long. */
async function noAnswer(): Promise<Error> {
  await sleep(giveUpAfter);
  return Object.assign(new Error(`Request did not complete within ${giveUpAfter} ms`), {
    name: 'TimeoutError',
  });
}

/** Nobody is there any more to hear what AWS says to it. */
function later(act: () => Promise<unknown>, milliseconds: number): void {
  setTimeout(() => void act().catch(() => {}), milliseconds);
}
