import type { Interceptor, SimulatedCall } from '../../simulator/plugin.ts';
import { getResourceArn, policyServices, readKey } from './policy-calls.ts';
import type { Draw } from './random.ts';

/** How long reads of IAM and of bucket policies may be old, in milliseconds. */
const staleFor = 8_000;

/** Reads of a key that do not return its policy. */
const readsNoPolicy: ReadonlySet<string> = new Set(['ListGrants', 'DescribeKey']);

/** A missing policy is an answer, too: the reader has seen the state. A denied reader has not. */
const saysNoPolicy = /^(NoSuch\w+|\w*NotFound\w*)$/;

/** The recent answers of a read, for stale reads. */
interface Answer {
  readonly at: number;
  readonly output: unknown;
}

export interface StaleReads {
  /** For reads only. */
  readonly interceptor: Interceptor;
  /** The time of the state in the latest answer to a read, by caller's session and resource. */
  readonly readAt: ReadonlyMap<string, number>;
  /** The time of the newest state that any read has returned, by resource. */
  readonly shownAt: ReadonlyMap<string, number>;
}

/** Some reads of IAM and S3 return the state before the last change. @param rate the fraction of stale reads */
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
    const previous = answers.get(key);
    if (previous !== undefined && Date.now() - previous.at < staleFor && draw.chance(rate())) {
      noteRead(call, previous.at);
      return previous.output;
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
