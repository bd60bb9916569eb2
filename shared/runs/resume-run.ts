import type { RunRecord, Store } from '../store/ports.ts';

interface ResumedRun {
  readonly run: RunRecord | undefined;
  /** The resources that it has written before. */
  readonly done: ReadonlySet<string>;
}

/** A run that has waited for approval goes on. What it wrote before stays on record where nothing has to be done again. */
export async function resumeRun({ runs }: Pick<Store, 'runs'>, runId: string): Promise<ResumedRun> {
  const { run, changes } = await runs.getWhole(runId);
  if (run?.waitingUntil === undefined) return { run, done: new Set() };
  const { reason: _, ...goesOn } = run;
  if (run.status === 'waiting-for-approval') await runs.put({ ...goesOn, status: 'running' });
  const written = changes.filter(({ outcome }) => outcome === 'written');
  return { run, done: new Set(written.map(({ resource }) => resource)) };
}
