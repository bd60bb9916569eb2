import { OnboardingError, toErrorRecord } from '../../platform/errors.ts';
import type { DeliveryKey } from '../../store/ports.ts';

/** The deliveries on which this run works, and the problems that prevent other deliveries. */
export interface ClaimResult {
  readonly deliveries: readonly DeliveryKey[];
  /** One line for each problem. */
  readonly problems: readonly string[];
  /** What operators should know although nothing failed, one line for each. Default: none. */
  readonly warnings?: readonly string[];
}

/** Joins results. A delivery that several of them contain is listed once. */
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

/** Describes a problem in one line. @throws errors that can be retried, and unexpected errors */
export function formatProblem(what: string, thrown: unknown): string {
  if (!(thrown instanceof OnboardingError) || thrown.retryable) throw thrown;
  const { name, message } = toErrorRecord(thrown);
  return `${what}: ${name}: ${message}`;
}
