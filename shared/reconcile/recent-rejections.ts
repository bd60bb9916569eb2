import { type Clock, getTimestamp } from '../platform/clock.ts';
import type { Tried } from '../store/ports.ts';
import type { ResourcePlan } from './plan-types.ts';
import type { Written } from './rejected-principals.ts';

/**
 * How long others leave out whom AWS has refused, in milliseconds: as long as the account's own run goes on trying, by
 * the retries of the state machine.
 */
export const rejectionTtl = 15 * 60_000;

interface Asked {
  readonly tried: Tried | undefined;
  readonly plan: Pick<ResourcePlan, 'added' | 'refused'>;
  /** Whom the resource names now. */
  readonly named: ReadonlySet<string>;
  /** The accounts that the run is for. Default: all. */
  readonly accountIds?: readonly string[] | undefined;
  readonly now: number;
}

/**
 * Of those whom the plan would add, whom AWS has refused a moment ago: each write of a crowd would try them again, and
 * search for them. Nobody where it is their own run, or one that is for all, such as a sweep.
 */
export function leftOut({ tried, plan, named, accountIds = [], now }: Asked): ReadonlySet<string> {
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

/** What is to be remembered of those who are set aside; nothing where nobody is, or where the write only took back. */
export function triedNow(
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
