import { type Clock, getTimestamp } from '../platform/clock.ts';
import type { Tried } from '../store/ports.ts';
import type { ResourcePlan } from './plan-types.ts';
import type { Written } from './rejected-principals.ts';

/**
 * How long other runs exclude a rejected principal, in milliseconds: as long as the account's own run goes on trying, by
 * the retries of the state machine.
 */
export const rejectionTtl = 15 * 60_000;

interface RejectionQuery {
  readonly tried: Tried | undefined;
  readonly plan: Pick<ResourcePlan, 'added' | 'refused'>;
  /** The accounts that the resource names now. */
  readonly named: ReadonlySet<string>;
  /** The accounts that the run is for. Default: all. */
  readonly accountIds?: readonly string[] | undefined;
  readonly now: number;
}

/**
 * The accounts that the plan would add and that AWS rejected a moment ago. Each write of a burst would try them again, and
 * search for them. None in their own run, or in a run for all accounts, such as a sweep.
 */
export function findRecentlyRejected({
  tried,
  plan,
  named,
  accountIds = [],
  now,
}: RejectionQuery): ReadonlySet<string> {
  if (accountIds.length === 0 || plan.refused !== undefined) return new Set();
  const isRecent = (at: string | undefined): boolean =>
    at !== undefined && now < Date.parse(at) + rejectionTtl;
  return new Set(
    plan.added.filter((id) => isRecent(tried?.refused?.[id]) && !accountIds.includes(id) && !named.has(id)),
  );
}

/** What AWS said, and whether it named a cause. */
export const getRejectionReason = ({
  reason,
  ambiguous,
}: Pick<Tried, 'reason' | 'ambiguous'> = {}): Pick<Tried, 'reason' | 'ambiguous'> => ({
  ...(reason === undefined ? {} : { reason }),
  ...(reason !== undefined && ambiguous === true && { ambiguous }),
});

/** What to remember about rejected principals. Nothing if there are none, or if the write only removed access. */
export function createRejectionRecord(
  clock: Clock,
  before: Tried | undefined,
  { setAside, refused, ...said }: Omit<Written, 'written'>,
  revision: number,
): Tried {
  const at = getTimestamp(clock);
  const times = setAside.flatMap((id) => {
    const time = refused.includes(id) ? at : before?.refused?.[id];
    return time === undefined ? [] : [[id, time] as const];
  });
  return {
    revision,
    setAside,
    ...(times.length === 0 ? {} : { refused: Object.fromEntries(times) }),
    ...getRejectionReason(said.reason === undefined ? before : said),
  };
}
