import { clockSkew } from '../platform/clock.ts';
import type { BatchWindow, ResourceState } from '../store/ports.ts';

/** After a write that served no waiting account, in milliseconds. */
const firstPause = 3_000;
const growth = 3;
/** The longest wait of a new account for others of a burst. */
const longestPause = 40_000;

/** If the next write follows so soon after a short pause, accounts may have waited for it. */
const soon = 10_000;

export interface LastWrite {
  /** Of the registry revision that it was rendered from: the number of served accounts. */
  readonly revision: number;
  readonly now: number;
  /** It excluded an account that was not tested by itself, so the next write comes soon. Default: false. */
  readonly unfinished?: boolean;
}

/**
 * The pause after a write, so that one write serves all accounts that arrive meanwhile. A single account does not wait.
 * Accounts one after the other hardly wait. In a burst the pauses grow, and each write serves more accounts.
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
 * The earliest time of the next write, in milliseconds since the epoch. A time beyond the longest pause comes from a
 * fast clock, such as the clock of an operator's computer, and is ignored.
 */
export function getBatchWindowEnd(state: ResourceState | undefined, now: number): number {
  const until = Date.parse(state?.batchWindow?.until ?? '');
  return until <= now + longestPause + clockSkew ? until : 0;
}

/**
 * Whether the resource is being written for a burst, or was a moment ago. Its present policy will change before an
 * update, and more reads would strain the service.
 */
export const isUnderBurst = (state: ResourceState | undefined, now: number): boolean =>
  now < getBatchWindowEnd(state, now) + longestPause && (state?.batchWindow?.pause ?? 0) > firstPause;
