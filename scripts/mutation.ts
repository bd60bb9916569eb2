/**
 * The mutation score: how many small changes to the source the tests notice.
 *
 *     npm run mutation -- [--seed HEX] [--count N] [--folder FOLDER …] [--suite FOLDER …] [--no-flows] [--workers N]
 *
 * Draws a sample of mutants with the seed. Runs every suite once to see which mutants' code it runs. Then runs those
 * suites for each mutant until one fails: the suites of its folder first, flows last. Every result is appended to
 * `.mutation/` at once: a run that was stopped continues at its end, and a mutant that survived before is tried again.
 * Prints the survivors, and the figures of each folder as a table. Exits with 1 if the score is below 85 %, or if more
 * than 5 % of the mutants are called equivalent.
 */
import { parseArgs } from 'node:util';
import { filesIn } from '../tests/fixtures/source/imports.ts';
import { type Equivalent, loadEquivalents } from './mutation/equivalents.ts';
import { figuresOf, figuresText, type Judged } from './mutation/figures.ts';
import { listMutants, type Mutant, sample } from './mutation/mutants.ts';
import { runJobs } from './mutation/pool.ts';
import { openResults } from './mutation/results.ts';
import { allSuites, isFlow, type SuiteFacts, suitesFor } from './mutation/suites.ts';

const requiredScore = 0.85;
const allowedEquivalents = 0.05;
const minutes = 60_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: 'c8b4f730' },
    count: { type: 'string', default: '400' },
    folder: {
      type: 'string',
      multiple: true,
      default: ['shared/iam', 'shared/grants', 'shared/reconcile'],
    },
    suite: { type: 'string', multiple: true, default: ['tests/'] },
    flows: { type: 'boolean', default: true },
    workers: { type: 'string', default: '2' },
  },
  allowNegative: true,
});

await main();

async function main(): Promise<void> {
  if (!/^[0-9a-f]{1,8}$/i.test(values.seed))
    throw new Error(`--seed must be up to eight hexadecimal digits, not ${values.seed}`);
  const all = await listMutants(values.folder.flatMap(filesIn));
  const mutants = sample(all, Number(values.count), values.seed.toLowerCase());
  const equivalents = loadEquivalents();
  const results = openResults(`.mutation/${values.seed}.jsonl`);
  const open = mutants.filter((mutant) => !results.isKilled(mutant) && equivalents.of(mutant) === undefined);
  console.log(
    `Seed ${values.seed}: ${mutants.length} of ${all.length} mutants, ${open.length} of them not judged yet.`,
  );
  const facts = open.length === 0 ? [] : await measureSuites(open);
  await judgeAll(open, facts, results);
  report(mutants, results, equivalents);
}

/** Runs every suite without a mutant. A suite that fails here judges no mutant. */
async function measureSuites(mutants: readonly Mutant[]): Promise<readonly SuiteFacts[]> {
  const jobs = allSuites()
    .filter((suite) => values.flows || !isFlow(suite))
    .filter((suite) => values.suite.some((folder) => suite.startsWith(folder)))
    .map((suite) => ({ suite, mutants }));
  const facts: SuiteFacts[] = [];
  await runJobs<(typeof jobs)[number], { failed?: string; milliseconds: number; covers: readonly string[] }>(
    jobs,
    Number(values.workers),
    () => 5 * minutes,
    ({ suite }, ending) => {
      const failure = 'failure' in ending ? ending.failure : ending.answer.failed;
      if ('answer' in ending && failure === undefined) facts.push({ suite, ...ending.answer });
      else console.log(`${suite} judges nothing, since it fails without a mutant: ${failure}`);
    },
  );
  console.log(`${facts.length} suites measured.`);
  return facts;
}

type Results = ReturnType<typeof openResults>;

async function judgeAll(
  open: readonly Mutant[],
  facts: readonly SuiteFacts[],
  results: Results,
): Promise<void> {
  const jobs = open.map((mutant) => ({ mutant, suites: suitesFor(mutant, facts) }));
  let judged = 0;
  await runJobs<(typeof jobs)[number], { by?: string }>(
    jobs,
    Number(values.workers),
    ({ suites }) => longestJudgement(suites, facts),
    ({ mutant, suites }, ending) => {
      const by = 'failure' in ending ? ending.failure : ending.answer.by;
      results.add(mutant, by === undefined ? { status: 'survived' } : { status: 'killed', by });
      judged += 1;
      const how = by === undefined ? `SURVIVED ${suites.length} suites` : `killed by ${by}`;
      console.log(`${judged}/${open.length} ${mutant.id} ${how}`);
    },
  );
}

/**
 * A mutant that takes longer hangs, so it counts as noticed. The limit follows the measured time. With a fixed limit, a
 * mutant that no test notices would count as killed on a busy machine.
 */
function longestJudgement(suites: readonly string[], facts: readonly SuiteFacts[]): number {
  const own = facts.filter(({ suite }) => suites.includes(suite));
  return Math.max(10 * minutes, 3 * own.reduce((sum, { milliseconds }) => sum + milliseconds, 0));
}

function report(
  mutants: readonly Mutant[],
  results: Results,
  equivalents: ReturnType<typeof loadEquivalents>,
): void {
  const judged = mutants.map((mutant) => judgedBy(mutant, results, equivalents));
  for (const { mutant, status } of judged) if (status === 'survived') console.log(describe(mutant));
  for (const { equivalent } of judged)
    if (equivalent !== undefined)
      console.log(
        `\nequivalent: ${equivalent.file}: ${equivalent.original} → ${equivalent.replacement}: ${equivalent.why}`,
      );
  console.log(`\n${figuresText(judged)}`);
  const { score, equivalents: share } = figuresOf(judged);
  process.exitCode = score < requiredScore || share > allowedEquivalents ? 1 : 0;
}

function judgedBy(
  mutant: Mutant,
  results: Results,
  equivalents: ReturnType<typeof loadEquivalents>,
): Judged<Mutant> & { readonly equivalent?: Equivalent } {
  const equivalent = equivalents.of(mutant);
  if (equivalent !== undefined) return { mutant, status: 'equivalent', equivalent };
  return { mutant, status: results.isKilled(mutant) ? 'killed' : 'survived' };
}

function describe({ file, line, mutator, original, replacement }: Mutant): string {
  const indented = (text: string): string => text.replaceAll('\n', '\n    ');
  return `\n${file}:${line} ${mutator}\n  - ${indented(original)}\n  + ${indented(replacement)}`;
}
