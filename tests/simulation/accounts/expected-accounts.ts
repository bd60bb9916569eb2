import type { RunRecord } from '../../../shared/store/ports.ts';
import type { ActiveConfigurations } from './active-configurations.ts';

/** Which accounts are taken care of: after their last change, a run for them has begun and succeeded. */
export interface ExpectedAccounts {
  /** The account has just come, changed or gone. */
  changed(accountId: string): void;
  /** An execution is over. */
  ended(run: RunRecord | undefined, how: RunEnd): void;
  /** Those who must have what they should have by the configuration in force: a run has verified it since it is. */
  given(): ReadonlySet<string>;
  /** Those who must have no more than that: a run has begun since it is in force. */
  taken(): ReadonlySet<string>;
}

interface RunEnd {
  /** Milliseconds since the epoch, as the other. */
  readonly startedAt: number;
  /** When it began to verify, the last time. */
  readonly verifiedAt: number;
  /** Accounts that the registry holds as the run has stored them: for a later change another run answers. */
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
