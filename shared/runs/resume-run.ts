import { parseResourceKey } from '../grants/contract.ts';
import type { RunRecord, Store } from '../store/ports.ts';

interface ResumedRun {
  readonly run: RunRecord | undefined;
  /** The resources that the run wrote before it waited for approval. */
  readonly done: ReadonlySet<string>;
  /** The accounts of the changes in the run's record. */
  readonly changedAccounts: readonly string[];
}

/** Continues a run after its approval. What it wrote before stays in its record, unless it must be written again. */
export async function resumeRun({ runs }: Pick<Store, 'runs'>, runId: string): Promise<ResumedRun> {
  const { run, changes } = await runs.getWhole(runId);
  const changedAccounts = changes.map(({ resource }) => parseResourceKey(resource).accountId);
  if (run?.waitingUntil === undefined) return { run, done: new Set(), changedAccounts };
  const { reason: _, ...goesOn } = run;
  if (run.status === 'waiting-for-approval') await runs.put({ ...goesOn, status: 'running' });
  const written = changes.filter(({ outcome }) => outcome === 'written');
  return { run, done: new Set(written.map(({ resource }) => resource)), changedAccounts };
}
