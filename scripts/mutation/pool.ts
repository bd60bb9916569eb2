import { Worker } from 'node:worker_threads';
import type { Answer, Job } from './worker.ts';

/** How a job ended: with the worker's answer, or without an answer. */
export type Ending<T> = { readonly answer: T } | { readonly failure: 'timed out' | 'crashed' };

/** Modules that were loaded for a mutant stay in memory until their worker ends. */
const jobsPerWorker = 40;

/**
 * Runs all jobs on several workers. A worker that hangs or dies is replaced. @param timeout in milliseconds, of a job
 */
export async function runJobs<J extends Job, T extends Answer>(
  jobs: readonly J[],
  workers: number,
  timeout: (job: J) => number,
  onEnd: (job: J, ending: Ending<T>) => void,
): Promise<void> {
  const queue = [...jobs];
  const line = async (): Promise<void> => {
    let worker: Worker | undefined;
    let done = 0;
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      worker ??= new Worker(new URL('./worker.ts', import.meta.url), { stdout: true, stderr: true });
      const ending = await ask<T>(worker, job, timeout(job));
      onEnd(job, ending);
      done += 1;
      if ('failure' in ending || done % jobsPerWorker === 0) {
        await worker.terminate();
        worker = undefined;
      }
    }
    await worker?.terminate();
  };
  await Promise.all(Array.from({ length: workers }, line));
}

function ask<T>(worker: Worker, job: Job, timeout: number): Promise<Ending<T>> {
  return new Promise((resolve) => {
    const end = (ending: Ending<T>): void => {
      clearTimeout(timer);
      worker.removeAllListeners('message').removeAllListeners('error');
      worker.on('error', () => undefined);
      resolve(ending);
    };
    const timer = setTimeout(() => end({ failure: 'timed out' }), timeout);
    worker.once('message', (answer: T) => end({ answer }));
    worker.once('error', () => end({ failure: 'crashed' }));
    worker.postMessage(job);
  });
}
