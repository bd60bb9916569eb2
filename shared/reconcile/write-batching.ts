import { clockSkew } from '../platform/clock.ts';
import type { ResourceState, Store } from '../store/ports.ts';
import { getHolds, listRejections } from './holds.ts';
import { hasUntried } from './recent-rejections.ts';
import type { Services } from './services.ts';

/** Accounts of a burst arrive one after the other. After this time without a change, the burst is over. Milliseconds. */
const quietTime = 3_000;

/** How long a change waits at most for other changes of a burst, in milliseconds. */
const longestPause = 40_000;

interface BatchServices extends Pick<Services, 'clock'> {
  readonly store: { readonly registry: Pick<Store['registry'], 'getHead'> };
}

/**
 * When the next write of a resource may begin, in milliseconds since the epoch. Soon after a reconciliation, a write waits
 * until the registry has not changed for `quietTime`, and at most `longestPause`. Then it serves all accounts that have
 * arrived meanwhile. Otherwise a write begins at once.
 */
export async function findBatchEnd(
  { store, clock }: BatchServices,
  state: ResourceState | undefined,
): Promise<number> {
  const longestEnd = getLastTime(state, clock.now()) + getPause(state);
  if (clock.now() >= longestEnd) return 0;
  const { changedAt = '' } = await store.registry.getHead();
  const changed = parseTime(changedAt, clock.now());
  return Math.min(longestEnd, changed + quietTime);
}

/** If a search for rejected accounts ended early, the next write must try the other accounts soon. */
const getPause = (state: ResourceState | undefined): number =>
  hasUntried(listRejections(getHolds(state))) ? quietTime : longestPause;

/**
 * Whether the resource was reconciled so recently that the record of that run counts as its present state. Each run of a
 * burst would otherwise read every resource again, and strain the service.
 */
export const wasReconciledJustNow = (state: ResourceState | undefined, now: number): boolean =>
  now < getLastTime(state, now) + 2 * longestPause;

const getLastTime = (state: ResourceState | undefined, now: number): number =>
  parseTime(state?.lastReconciliation?.at ?? '', now);

/**
 * A time in milliseconds since the epoch. 0 for a time in the future: it comes from a clock that is fast, such as the clock
 * of an operator's computer.
 */
function parseTime(text: string, now: number): number {
  const time = Date.parse(text);
  return time <= now + clockSkew ? time : 0;
}
