import { clockSkew } from '../platform/clock.ts';
import type { BatchWindow, ResourceState } from '../store/ports.ts';

/** The pause after a write outside of a burst, in milliseconds. */
const firstPause = 3_000;
const growth = 3;
/**
 * The longest time for which a new account waits, so that one write serves it together with other accounts of a burst.
 * In milliseconds.
 */
const longestPause = 40_000;

/** If the next write follows within this time, in milliseconds, accounts were probably waiting for it. */
const soon = 10_000;

export interface LastWrite {
  /**
   * The registry revision that the write included. Each account change adds 1. So the difference between two writes
   * tells how many accounts the later write served.
   */
  readonly revision: number;
  readonly now: number;
  /**
   * Whether the write excluded an account that was never tried alone. Then the next write must follow soon. Default:
   * false.
   */
  readonly unfinished?: boolean;
}

/**
 * How long to wait after a write, so that the next write serves all accounts that arrive in between. A single account
 * does not wait, and a few accounts wait only a short time. In a burst the pauses grow, so that each write serves more
 * accounts.
 */
export function computeBatchWindow(
  before: BatchWindow | undefined,
  { revision, now, unfinished = false }: LastWrite,
): BatchWindow {
  const wasWaitedFor = before !== undefined && now - Date.parse(before.until) < Math.max(soon, before.pause);
  const isBurst = wasWaitedFor && revision - before.revision > 1;
  const pause = isBurst ? Math.min(before.pause * growth, longestPause) : firstPause;
  return { until: new Date(now + (unfinished ? firstPause : pause)).toISOString(), pause, revision };
}

/**
 * When the next write may begin, in milliseconds since the epoch. The stored time comes from the computer that made the
 * last write. If it is further away than the longest pause, that computer's clock was fast, and the time is ignored.
 */
export function getBatchWindowEnd(state: ResourceState | undefined, now: number): number {
  const until = Date.parse(state?.batchWindow?.until ?? '');
  return until <= now + longestPause + clockSkew ? until : 0;
}

/**
 * Whether a burst writes the resource now or has written it a moment ago. Then the policy will change again soon, so a
 * read would only strain the service.
 */
export const isUnderBurst = (state: ResourceState | undefined, now: number): boolean =>
  now < getBatchWindowEnd(state, now) + longestPause && (state?.batchWindow?.pause ?? 0) > firstPause;
