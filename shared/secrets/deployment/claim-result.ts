import { OnboardingError, toErrorRecord } from '../../platform/errors.ts';
import type { DeliveryKey } from '../../store/ports.ts';

/** The deliveries of a run, and the problems that prevent deliveries. */
export interface ClaimResult {
  readonly deliveries: readonly DeliveryKey[];
  /** A line each. */
  readonly problems: readonly string[];
  /** What an operator should know although nothing failed, a line each. Default: nothing. */
  readonly warnings?: readonly string[];
}

/** Each delivery once. */
export async function mergeClaimResults(
  parts: readonly (ClaimResult | Promise<ClaimResult>)[],
): Promise<ClaimResult> {
  const found = await Promise.all(parts);
  const deliveries = found.flatMap((each) => each.deliveries);
  const unique = new Map(deliveries.map((key) => [`${key.source}#${key.id}`, key]));
  return {
    deliveries: [...unique.values()],
    problems: found.flatMap(({ problems }) => problems),
    warnings: found.flatMap(({ warnings = [] }) => warnings),
  };
}

/** @throws retryable and unexpected errors */
export function formatProblem(what: string, thrown: unknown): string {
  if (!(thrown instanceof OnboardingError) || thrown.retryable) throw thrown;
  const { name, message } = toErrorRecord(thrown);
  return `${what}: ${name}: ${message}`;
}
