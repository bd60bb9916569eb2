import type { Clock } from '../shared/platform/clock.ts';
import { createAwsError } from './aws-error.ts';
import { awsRates, type ServiceRate } from './aws-rates.ts';
import type { Interceptor, SimulatedCall } from './plugin.ts';

/** The calls of one operation. */
export interface CallCount {
  /** Attempts, including rejected ones. */
  readonly calls: number;
  readonly refused: number;
}

export interface RateLimits {
  /**
   * Limits calls, as an argument of `organization.intercept`. A call above the rate is throttled before anything else
   * happens, as on AWS.
   */
  readonly interceptor: Interceptor;
  /** By `service:Operation`. */
  counts(): ReadonlyMap<string, CallCount>;
}

/**
 * The request rates of AWS, as token buckets that fill with the time of the clock. A call takes a token from each
 * bucket that covers its operation. A throttled call takes none.
 * @param rates Default: AWS's rates
 */
export function createRateLimits({
  clock,
  rates = awsRates,
}: {
  readonly clock: Pick<Clock, 'now'>;
  readonly rates?: readonly ServiceRate[];
}): RateLimits {
  const buckets = new Map<string, readonly TokenBucket[]>();
  const made = new Map<string, TokenBucket>();
  const counts = new Map<string, CallCount>();

  const bucketsOf = (call: SimulatedCall): readonly TokenBucket[] => {
    const { service, operation, accountId, region } = call;
    const key = `${service} ${operation} ${accountId} ${region}`;
    const existing = buckets.get(key);
    if (existing !== undefined) return existing;
    const applied = ratesOf(rates, call).map((rate) => bucketOf(rate, call));
    buckets.set(key, applied);
    return applied;
  };

  const bucketOf = (rate: ServiceRate, call: SimulatedCall): TokenBucket => {
    const key = bucketKey(rate, call);
    const bucket = made.get(key) ?? createTokenBucket(rate, clock.now());
    made.set(key, bucket);
    return bucket;
  };

  return {
    counts: () => counts,
    interceptor: async (call, proceed) => {
      const taken = takeFromAll(bucketsOf(call), clock.now());
      const name = `${call.service}:${call.operation}`;
      const { calls, refused } = counts.get(name) ?? { calls: 0, refused: 0 };
      counts.set(name, { calls: calls + 1, refused: refused + (taken ? 0 : 1) });
      if (!taken) throw createThrottlingError(call);
      return proceed();
    },
  };
}

/** The token buckets for an operation: those that name it, or else those for the rest of the service. */
function ratesOf(
  rates: readonly ServiceRate[],
  { service, operation }: SimulatedCall,
): readonly ServiceRate[] {
  const ofService = rates.filter((rate) => rate.service === service);
  const named = ofService.filter(({ operations }) => operations?.includes(operation));
  return named.length > 0 ? named : ofService.filter(({ operations }) => operations === undefined);
}

function bucketKey({ service, operations, per }: ServiceRate, { accountId, region }: SimulatedCall): string {
  const whose = { organization: '', account: accountId, 'account and region': `${accountId}/${region}` }[per];
  return `${service} ${operations?.join() ?? '*'} ${per} ${whose}`;
}

export interface TokenBucket {
  /** How many tokens the bucket has at `now`, in milliseconds of a monotonic clock. */
  left(now: number): number;
  /** @param tokens Default: one */
  take(now: number, tokens?: number): void;
}

/** Full at `now`. */
export function createTokenBucket(
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
  now: number,
): TokenBucket {
  let tokens = burst;
  let at = now;
  const left = (time: number): number => {
    tokens = Math.min(burst, tokens + (Math.max(0, time - at) * perSecond) / 1_000);
    at = Math.max(at, time);
    return tokens;
  };
  return {
    left,
    take: (time, wanted = 1) => {
      tokens = left(time) - wanted;
    },
  };
}

/** A little less than one token: adding fractions gives rounding errors, and a full token might otherwise be missed. */
const whole = 1 - 1e-9;

function takeFromAll(buckets: readonly TokenBucket[], now: number): boolean {
  if (!buckets.every((bucket) => bucket.left(now) >= whole)) return false;
  for (const bucket of buckets) bucket.take(now);
  return true;
}

/**
 * The SDK's names for throttling errors of the services ("Common errors" of the API references; Organizations:
 * TooManyRequestsException; S3: "Error responses"; EC2: "Request throttling for the Amazon EC2 API"; the tagging
 * service and SNS: ThrottledException).
 */
const refusals: Readonly<Record<string, { readonly name: string; readonly status?: number }>> = {
  organizations: { name: 'TooManyRequestsException' },
  iam: { name: 'Throttling' },
  sts: { name: 'Throttling' },
  s3: { name: 'SlowDown', status: 503 },
  ec2: { name: 'RequestLimitExceeded', status: 503 },
  resourcegroupstaggingapi: { name: 'ThrottledException' },
  sns: { name: 'ThrottledException', status: 429 },
};

/** The service's error for a call above the rate. */
export function createThrottlingError({ service }: Pick<SimulatedCall, 'service'>): Error {
  const { name, status = 400 } = refusals[service] ?? { name: 'ThrottlingException' };
  return createAwsError(name, 'Rate exceeded', status);
}
