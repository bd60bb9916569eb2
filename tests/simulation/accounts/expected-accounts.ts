import type { RunRecord } from '../../../shared/store/ports.ts';
import type { ActiveConfigurations } from './active-configurations.ts';

/** The accounts that a run has served: after their last change, a run for them has begun and succeeded. */
export interface ExpectedAccounts {
  /** The account was just created, changed or closed. */
  changed(accountId: string): void;
  /** An execution is over. */
  ended(run: RunRecord | undefined, how: RunEnd): void;
  /** Accounts that must have all access of the active configuration: a run has verified it since the activation. */
  given(): ReadonlySet<string>;
  /** Accounts that must have no more than that: a run has begun since the activation. */
  taken(): ReadonlySet<string>;
}

interface RunEnd {
  /** Milliseconds since the epoch, as above. */
  readonly startedAt: number;
  /** The start of its last verification. */
  readonly verifiedAt: number;
  /** Accounts that the registry holds as the run has stored them. Another run serves a later change. */
  readonly answersFor: readonly string[];
}

export function createExpectedAccounts(
  activeConfigurations: Pick<ActiveConfigurations, 'since'>,
): ExpectedAccounts {
  const changedAt = new Map<string, number>();
  const runs = new Map<string, RunEnd[]>();
  const those = (isMeant: (end: RunEnd) => boolean): ReadonlySet<string> =>
    new Set(
      [...runs]
        .filter(([id, all]) => all.some((end) => end.startedAt > (changedAt.get(id) ?? 0) && isMeant(end)))
        .map(([id]) => id),
    );
  return {
    changed: (id) => void changedAt.set(id, Date.now()),
    ended: (run, end) => {
      if (run?.status !== 'succeeded') return;
      for (const id of end.answersFor) runs.set(id, [...(runs.get(id) ?? []), end]);
    },
    given: () => those(({ verifiedAt }) => verifiedAt > activeConfigurations.since),
    taken: () => those(({ startedAt }) => startedAt >= activeConfigurations.since),
  };
}
