import { parseResourceKey } from '../grants/contract.ts';
import type { RunRecord, Store } from '../store/ports.ts';

interface ResumedRun {
  readonly run: RunRecord | undefined;
  /** The resources that the run has written before it waited. */
  readonly done: ReadonlySet<string>;
  /** The accounts of changes that it has on record. */
  readonly changedAccounts: readonly string[];
}

/** Continues a run after its approval. Its earlier writes stay on record, unless they have to be repeated. */
export async function resumeRun({ runs }: Pick<Store, 'runs'>, runId: string): Promise<ResumedRun> {
  const { run, changes } = await runs.getWhole(runId);
  const changedAccounts = changes.map(({ resource }) => parseResourceKey(resource).accountId);
  if (run?.waitingUntil === undefined) return { run, done: new Set(), changedAccounts };
  const { reason: _, ...goesOn } = run;
  if (run.status === 'waiting-for-approval') await runs.put({ ...goesOn, status: 'running' });
  const written = changes.filter(({ outcome }) => outcome === 'written');
  return { run, done: new Set(written.map(({ resource }) => resource)), changedAccounts };
}
