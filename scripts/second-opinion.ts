/**
 * Draws random cases and compares the policy engine with the second opinion of `tests/second-opinion`.
 *
 *     npm run second-opinion -- [--cases 100000] [--seed 1]
 *     npm run second-opinion -- --mutants [NAME …] [--cases 20000] [--seed 1]
 *
 * Prints the number of cases, the spread of outcomes and the first disagreement, made as small as possible. With `--mutants`
 * it plants faults into the engine, one at a time, and prints how many cases it took to notice each. Exits with 1 if engine
 * and second opinion disagree, or if a fault is not noticed.
 */
import { parseArgs } from 'node:util';
import { type Agreement, drawCases } from '../tests/second-opinion/draw.ts';
import { judgeMutants } from '../tests/second-opinion/mutants/judge-mutants.ts';

const { values, positionals } = parseArgs({
  options: {
    cases: { type: 'string' },
    seed: { type: 'string', default: '1' },
    mutants: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

const seed = Number(values.seed);
process.exitCode = values.mutants ? judgeFaults() : compare();

function compare(): number {
  const agreement = drawCases(Number(values.cases ?? 100_000), seed);
  console.log(describe(agreement));
  return agreement.first === undefined ? 0 : 1;
}

function describe({ judged, outcomes, first }: Agreement): string {
  const share = (count: number): string => `${((100 * count) / judged).toFixed(1)} %`;
  const spread = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome} (${share(count)})`);
  const lines = [`${judged} cases with seed ${seed}: ${spread.join(', ')}.`];
  if (first === undefined) return [...lines, 'Engine and second opinion agree on all of them.'].join('\n');
  return [...lines, 'They disagree on this case:', JSON.stringify(first, null, 2)].join('\n');
}

function judgeFaults(): number {
  const judged = judgeMutants(positionals, Number(values.cases ?? 20_000), seed);
  const width = Math.max(...judged.map(({ name }) => name.length));
  for (const { name, noticedAt } of judged)
    console.log(`${name.padEnd(width)}  ${noticedAt === undefined ? 'NOT NOTICED' : `case ${noticedAt}`}`);
  const unnoticed = judged.filter(({ noticedAt }) => noticedAt === undefined);
  console.log(`${judged.length - unnoticed.length} of ${judged.length} faults noticed.`);
  return unnoticed.length === 0 ? 0 : 1;
}
