import { parseArgs } from 'node:util';
import { type Played, play } from './play.ts';

/**
 * `npm run simulate -- [--seeds N] [--seed S] [--accounts A] [--history]`: plays random fates of random organisations,
 * and says which promises were broken. Exits with 1 where one was, and with 64 where it is called wrongly.
 */
async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return 64;
  const { first, count, accounts, history } = options;
  // The interpreter of state machines throws for each value that it finds: without a replay nobody reads the stacks.
  if (!history) Error.stackTraceLimit = 0;
  const clock = performance.now();
  const cpu = process.cpuUsage();
  const sums = { broken: 0, runs: 0, writes: 0, lostEdits: 0 };
  for (let seed = first; seed < first + count; seed += 1) {
    const played = await play({ seed, ...(accounts === undefined ? {} : { accounts }) });
    sums.runs += played.runs;
    sums.writes += played.writes;
    sums.lostEdits += played.lostEdits;
    sums.broken += played.violations.length > 0 ? 1 : 0;
    if (played.violations.length > 0 || history) tell(played, { accounts, history });
  }
  const { user, system } = process.cpuUsage(cpu);
  console.log(`${count} seeds, ${sums.broken} with broken promises`);
  console.log(
    `${sums.runs} executions, ${sums.writes} policy writes, ${sums.lostEdits} lost edits of outsiders`,
  );
  console.log(
    `${((performance.now() - clock) / 1_000).toFixed(1)} s, ` +
      `${(count / ((user + system) / 1_000_000)).toFixed(1)} seeds in a second of one core`,
  );
  return sums.broken === 0 ? 0 : 1;
}

interface Options {
  readonly first: number;
  readonly count: number;
  readonly accounts: number | undefined;
  readonly history: boolean;
}

function readOptions(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: 'string' },
        seed: { type: 'string' },
        accounts: { type: 'string' },
        history: { type: 'boolean', default: false },
      },
    });
    const count = wholeNumber('seeds', values.seeds) ?? (values.seed === undefined ? 100 : 1);
    const accounts = wholeNumber('accounts', values.accounts);
    return { first: wholeNumber('seed', values.seed) ?? 1, count, accounts, history: values.history };
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    console.error('Usage: npm run simulate -- [--seeds N] [--seed S] [--accounts A] [--history]');
    return undefined;
  }
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} must be a whole number, and is ${text}`);
  return Number(text);
}

function tell({ seed, violations, history }: Played, options: Pick<Options, 'accounts' | 'history'>): void {
  console.log(`Seed ${seed}: ${violations.length} broken promises`);
  for (const { at, what } of violations) console.log(`  after ${(at / 1_000).toFixed(1)} s: ${what}`);
  if (options.history) for (const line of history) console.log(`  ${line}`);
  const accounts = options.accounts === undefined ? '' : ` --accounts ${options.accounts}`;
  if (!options.history) console.log(`  Replay it: npm run simulate -- --seed ${seed}${accounts} --history`);
}

process.exitCode = await main();
