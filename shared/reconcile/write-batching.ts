import { clockSkew } from '../platform/clock.ts';
import type { BatchWindow, ResourceState } from '../store/ports.ts';

/** After a write that nobody had waited for, in milliseconds. */
const firstPause = 3_000;
const growth = 3;
/** The longest that a new account waits for others of a burst. */
const longestPause = 40_000;

/** A write that comes so soon after a short pause may have been waited for. */
const soon = 10_000;

export interface LastWrite {
  /** Of the registry that it was rendered from: how many it serves. */
  readonly revision: number;
  readonly now: number;
  /** It left somebody out who was not tried by itself, so the next one comes soon. Default: false. */
  readonly unfinished?: boolean;
}

/**
 * How long after a write the next one waits, so that one write serves all accounts that arrive meanwhile. A single account does
 * not wait. Accounts one after the other hardly wait. In a burst the pauses grow, and each write serves more accounts.
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
 * When the next write may come, milliseconds since the epoch. What is further away than any pause was written by a clock
 * that is fast, such as that of an operator's computer, and counts for nothing.
 */
export function getBatchWindowEnd(state: ResourceState | undefined, now: number): number {
  const until = Date.parse(state?.batchWindow?.until ?? '');
  return until <= now + longestPause + clockSkew ? until : 0;
}

/**
 * Whether the resource is being written for a burst, or was a moment ago: its policy now is not the policy that an update will
 * find, and the service has enough to do.
 */
export const isUnderBurst = (state: ResourceState | undefined, now: number): boolean =>
  now < getBatchWindowEnd(state, now) + longestPause && (state?.batchWindow?.pause ?? 0) > firstPause;
