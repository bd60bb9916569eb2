import { OnboardingError, toErrorRecord } from '../../platform/errors.ts';
import type { DeliveryKey } from '../../store/ports.ts';

/** The deliveries that a run takes care of, and the problems that prevent other deliveries. */
export interface ClaimResult {
  readonly deliveries: readonly DeliveryKey[];
  /** A line each. */
  readonly problems: readonly string[];
  /** Lines for operators about a run without a failure. Default: none. */
  readonly warnings?: readonly string[];
}

/** Each delivery once. */
export async function mergeClaimResults(
  parts: readonly (ClaimResult | Promise<ClaimResult>)[],
): Promise<ClaimResult> {
  const results = await Promise.all(parts);
  const deliveries = results.flatMap((each) => each.deliveries);
  const unique = new Map(deliveries.map((key) => [`${key.source}#${key.id}`, key]));
  return {
    deliveries: [...unique.values()],
    problems: results.flatMap(({ problems }) => problems),
    warnings: results.flatMap(({ warnings = [] }) => warnings),
  };
}

/** @throws retryable and unexpected errors */
export function formatProblem(what: string, thrown: unknown): string {
  if (!(thrown instanceof OnboardingError) || thrown.retryable) throw thrown;
  const { name, message } = toErrorRecord(thrown);
  return `${what}: ${name}: ${message}`;
}
