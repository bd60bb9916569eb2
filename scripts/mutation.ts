/**
 * The mutation score: how many small changes to the source some test notices.
 *
 *     npm run mutation -- [--seed HEX] [--count N] [--folder FOLDER …] [--no-flows] [--workers N]
 *
 * Draws a sample of mutants with the seed, and runs the suites that concern each. Every result is appended to
 * `.mutation/` at once: a run that was stopped goes on where it ended, and a mutant that survived before is tried again.
 * Prints the survivors and the score. Exits with 1 if the score is below 85 %, or if more than 5 % are called equivalent.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { filesIn } from '../tests/imports.ts';
import { type Equivalent, loadEquivalents } from './mutation/equivalents.ts';
import { listMutants, type Mutant, sample } from './mutation/mutants.ts';
import { openResults, type Result } from './mutation/results.ts';

const requiredScore = 0.85;
const allowedEquivalents = 0.05;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: 'c8b4f730' },
    count: { type: 'string', default: '400' },
    folder: {
      type: 'string',
      multiple: true,
      default: ['shared/policy', 'shared/grants', 'shared/plan', 'shared/apply'],
    },
    flows: { type: 'boolean', default: true },
    workers: { type: 'string', default: '2' },
  },
  allowNegative: true,
});

const seed = Number.parseInt(values.seed, 16);
if (!/^[0-9a-f]{1,8}$/i.test(values.seed))
  throw new Error(`--seed must be up to eight hexadecimal digits: ${values.seed}`);

const describe = ({ file, line, mutator, original, replacement }: Mutant): string =>
  `\n${file}:${line} ${mutator}\n  - ${original.replaceAll('\n', '\n    ')}\n  + ${replacement.replaceAll('\n', '\n    ')}`;

const mutants = sample(await listMutants(values.folder.flatMap(filesIn)), Number(values.count), seed);
const equivalents = loadEquivalents();
const results = openResults(`.mutation/${values.seed}.jsonl`);
const open = mutants.filter((mutant) => !results.isKilled(mutant) && equivalents.of(mutant) === undefined);
let judged = 0;
console.log(`Seed ${values.seed}: ${mutants.length} mutants, ${mutants.length - open.length} judged before.`);
await Promise.all(split(open, Number(values.workers)).map(judge));
report();

/** Each worker takes the next mutant when it has judged one. */
function split<T>(all: readonly T[], workers: number): readonly (() => T | undefined)[] {
  const queue = [...all];
  return Array.from({ length: Math.max(1, workers) }, () => () => queue.shift());
}

function judge(next: () => Mutant | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./mutation/worker.ts', import.meta.url), {
      workerData: { flows: values.flows },
    });
    const give = (): void => {
      const mutant = next();
      worker.postMessage(mutant ?? 'done');
    };
    worker.on('message', (message: { readonly mutant: Mutant; readonly result: Result } | 'ready') => {
      if (message !== 'ready') record(message.mutant, message.result);
      give();
    });
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}

function record(mutant: Mutant, result: Result): void {
  results.add(mutant, result);
  judged += 1;
  const how = result.status === 'survived' ? 'SURVIVED' : `${result.status}: ${result.by ?? ''}`;
  console.log(`${judged}/${open.length} ${mutant.id} ${how}`);
}

function report(): void {
  const equivalent = mutants.flatMap((mutant) => equivalents.of(mutant) ?? []);
  const survivors = mutants.filter(
    (mutant) => !results.isKilled(mutant) && equivalents.of(mutant) === undefined,
  );
  for (const mutant of survivors) console.log(describe(mutant));
  const killed = mutants.length - survivors.length - equivalent.length;
  const score = killed / mutants.length;
  console.log(
    `\nMutants ${mutants.length}, killed ${killed}, survived ${survivors.length}, equivalent ${equivalent.length}: ` +
      `score ${(score * 100).toFixed(1)} % (equivalents count as not killed).`,
  );
  for (const { why, replacement } of equivalent satisfies readonly Equivalent[])
    console.log(`equivalent: ${replacement}: ${why}`);
  const tooMany = equivalent.length > allowedEquivalents * mutants.length;
  process.exitCode = score < requiredScore || tooMany ? 1 : 0;
}
