import { parseArgs } from 'node:util';
import { type Played, play } from './play.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    seed: { type: 'string' },
    accounts: { type: 'string' },
    history: { type: 'boolean', default: false },
  },
});

const accounts = values.accounts === undefined ? {} : { accounts: Number(values.accounts) };
const first = Number(values.seed ?? 1);
const count = values.seed === undefined ? Number(values.seeds) : 1;

function tell({ seed, violations, history }: Played): void {
  console.log(`Seed ${seed}: ${violations.length} violations`);
  for (const { at, what } of violations) console.log(`  ${at} ms: ${what}`);
  if (values.history) for (const line of history) console.log(`  ${line}`);
  console.log(`  Replay: npm run simulate -- --seed ${seed} --history`);
}

const began = performance.now();
const cpuBefore = process.cpuUsage();
let bad = 0;
const sums = { runs: 0, writes: 0, lostEdits: 0 };
for (let seed = first; seed < first + count; seed += 1) {
  const played = await play({ seed, ...accounts });
  sums.runs += played.runs;
  sums.writes += played.writes;
  sums.lostEdits += played.lostEdits;
  if (played.violations.length > 0) bad += 1;
  if (played.violations.length > 0 || values.seed !== undefined) tell(played);
}
const seconds = (performance.now() - began) / 1_000;
const { user, system } = process.cpuUsage(cpuBefore);
const cpu = (user + system) / 1_000_000;
console.log(
  `${count} seeds, ${bad} with violations; ${sums.runs} runs, ${sums.writes} writes, ${sums.lostEdits} lost edits; ` +
    `${seconds.toFixed(1)} s, ${(count / seconds).toFixed(1)} seeds a second, ${(count / cpu).toFixed(1)} in a second of CPU time`,
);
process.exitCode = bad === 0 ? 0 : 1;
