import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { type Mutant, mutated } from './mutants.ts';
import type { Result } from './results.ts';
import { openSandbox } from './sandbox.ts';
import { suitesFor } from './suites.ts';

/** Judges the mutants that it is sent, one after the other, in a copy of the checkout of its own. */
const sandbox = openSandbox();
process.on('exit', () => sandbox.remove());

parentPort?.on('message', (message: Mutant | 'done') => {
  if (message === 'done') {
    parentPort?.close();
    return;
  }
  parentPort?.postMessage({ mutant: message, result: judge(message) });
});
parentPort?.postMessage('ready');

function judge(mutant: Mutant): Result {
  const text = mutated(readFileSync(mutant.file, 'utf8'), mutant);
  for (const suites of suitesFor(mutant.file, { flows: workerData.flows === true })) {
    const { status, by } = sandbox.run(mutant.file, text, suites);
    if (status === 'timed out') return { status: 'timed out' };
    if (status === 'failed') return { status: 'killed', ...(by === undefined ? {} : { by }) };
  }
  return { status: 'survived' };
}
