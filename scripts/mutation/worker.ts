import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { startCoverage } from './coverage.ts';
import { newGeneration, runSuite } from './harness.ts';
import { type Mutant, mutated } from './mutants.ts';

/** A suite without a mutant, to see which mutants' code it runs; or a mutant and the suites that judge it. */
export type Job =
  | { readonly suite: string; readonly mutants: readonly Mutant[] }
  | { readonly mutant: Mutant; readonly suites: readonly string[] };

export type Answer =
  | { readonly failed?: string; readonly milliseconds: number; readonly covers: readonly string[] }
  | { readonly by?: string };

parentPort?.on('message', (job: Job) => {
  void ('suite' in job ? measure(job.suite, job.mutants) : judge(job.mutant, job.suites)).then((answer) =>
    parentPort?.postMessage(answer),
  );
});

async function measure(suite: string, mutants: readonly Mutant[]): Promise<Answer> {
  const coverage = await covering();
  newGeneration();
  const start = performance.now();
  const failed = await runSuite(suite);
  const milliseconds = performance.now() - start;
  const covers = await coverage.take(mutants);
  return failed === undefined ? { milliseconds, covers } : { failed, milliseconds, covers };
}

let started: ReturnType<typeof startCoverage> | undefined;

function covering(): ReturnType<typeof startCoverage> {
  started ??= startCoverage();
  return started;
}

async function judge(mutant: Mutant, suites: readonly string[]): Promise<Answer> {
  newGeneration({ file: mutant.file, text: mutated(readFileSync(mutant.file, 'utf8'), mutant) });
  for (const suite of suites) {
    const by = await runSuite(suite);
    if (by !== undefined) return { by: `${suite}: ${by}` };
  }
  return {};
}
