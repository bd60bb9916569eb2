import type { RunRecord } from '../shared/store/ports.ts';

/** Which accounts are taken care of: after their last change, a run for them has begun and succeeded. */
export interface Care {
  /** The account has just come, changed or gone. */
  changed(accountId: string): void;
  /** An execution is over; `startedAt` in milliseconds since the epoch. */
  ended(run: RunRecord | undefined, startedAt: number): void;
  taken(): ReadonlySet<string>;
}

export function newCare(): Care {
  const changedAt = new Map<string, number>();
  const takenAt = new Map<string, number>();
  return {
    changed: (id) => void changedAt.set(id, Date.now()),
    ended: (run, startedAt) => {
      if (run?.status !== 'succeeded') return;
      for (const id of run.accountIds) takenAt.set(id, Math.max(startedAt, takenAt.get(id) ?? 0));
    },
    taken: () => new Set([...takenAt].filter(([id, at]) => at > (changedAt.get(id) ?? 0)).map(([id]) => id)),
  };
}
