import type { Interceptor, SimulatedCall } from '../../simulator/plugin.ts';
import { getResourceArn, policyServices, readKey } from './policy-calls.ts';
import type { Draw } from './random.ts';

/** How long reads of IAM and of bucket policies may be old, in milliseconds. */
const staleFor = 8_000;

/** Reads of a key that tell nothing of its policy. */
const readsNoPolicy: ReadonlySet<string> = new Set(['ListGrants', 'DescribeKey']);

/** That there is no policy is an answer, too: the reader has seen the state. A denied reader has not. */
const saysNoPolicy = /^(NoSuch\w+|\w*NotFound\w*)$/;

/** What a read answered lately, as a stale one repeats it. */
interface Answer {
  readonly at: number;
  readonly output: unknown;
}

export interface StaleReads {
  /** Of reads only. */
  readonly interceptor: Interceptor;
  /** When the state that the latest answer to a read shows was true, by caller's session and resource. */
  readonly readAt: ReadonlyMap<string, number>;
  /** When the newest state that any read has shown was true, by resource. */
  readonly shownAt: ReadonlyMap<string, number>;
}

/** Some reads of IAM and S3 answer with the state before the last change. @param rate how many of them */
export function createStaleReads(draw: Draw, rate: () => number): StaleReads {
  const answers = new Map<string, Answer>();
  const readAt = new Map<string, number>();
  const shownAt = new Map<string, number>();

  const noteRead = (call: SimulatedCall, at: number): void => {
    if (!policyServices.has(call.service) || readsNoPolicy.has(call.operation)) return;
    readAt.set(readKey(call), at);
    shownAt.set(getResourceArn(call), Math.max(at, shownAt.get(getResourceArn(call)) ?? 0));
  };

  const interceptor: Interceptor = async (call, proceed) => {
    const mayBeStale = call.service === 's3' || call.service === 'iam';
    const key = mayBeStale ? `${call.accountId} ${call.operation} ${JSON.stringify(call.input)}` : '';
    const known = answers.get(key);
    if (known !== undefined && Date.now() - known.at < staleFor && draw.chance(rate())) {
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

  return { interceptor, readAt, shownAt };
}
