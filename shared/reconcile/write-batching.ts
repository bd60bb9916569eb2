import { clockSkew } from '../platform/clock.ts';
import type { BatchWindow, ResourceState } from '../store/ports.ts';

/** The pause after a write outside of a burst, in milliseconds. */
const firstPause = 3_000;
const growth = 3;
/** How long a new account waits at most for other accounts of a burst, in milliseconds. */
const longestPause = 40_000;

/** If the next write follows within this time, accounts may have waited for it. */
const soon = 10_000;

export interface LastWrite {
  /**
   * The registry revision of the write. The difference between two writes says how many accounts the later write
   * served.
   */
  readonly revision: number;
  readonly now: number;
  /**
   * Whether the write excluded an account that was not tried alone, so that the next write must come soon. Default:
   * false.
   */
  readonly unfinished?: boolean;
}

/**
 * How long to wait after a write, so that the next write serves all accounts that arrive meanwhile. A single account
 * does not wait, and accounts that arrive one after the other wait only a short time. In a burst the pauses grow, so
 * that each write serves more accounts.
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
 * When the next write may begin, in milliseconds since the epoch. A stored time beyond the longest pause comes from a
 * clock that is fast, such as the clock of an operator's computer. It is ignored.
 */
export function getBatchWindowEnd(state: ResourceState | undefined, now: number): number {
  const until = Date.parse(state?.batchWindow?.until ?? '');
  return until <= now + longestPause + clockSkew ? until : 0;
}

/**
 * Whether a burst writes the resource now or wrote it a moment ago. Its policy will change again before this run
 * updates it, and further reads would strain the service.
 */
export const isUnderBurst = (state: ResourceState | undefined, now: number): boolean =>
  now < getBatchWindowEnd(state, now) + longestPause && (state?.batchWindow?.pause ?? 0) > firstPause;
