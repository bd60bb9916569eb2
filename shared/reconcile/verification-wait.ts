import type { Readiness } from '../store/readiness.ts';

export interface VerificationWait {
  readonly waitedSeconds: number;
  readonly maxSeconds: number;
}

const shortest = 15;
const longest = 60;

/**
 * Whether to wait for member roles, and for how long. StackSets deploy the roles of a new account within minutes. Only
 * the state machine waits: a function would be paid for waiting. Pure.
 */
export function planWait(readiness: Readiness | undefined, { waitedSeconds, maxSeconds }: VerificationWait) {
  const rest = maxSeconds - waitedSeconds;
  const waiting = rest > 0 && (readiness?.counts.pending ?? 0) > 0;
  const waitSeconds = waiting ? Math.min(rest, Math.max(shortest, Math.min(longest, waitedSeconds))) : 0;
  return { waiting, waitSeconds, waitedSeconds: waitedSeconds + waitSeconds };
}
