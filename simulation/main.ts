import { parseArgs } from 'node:util';
import { play, ready } from './play.ts';
import { playRotations, readyForRotations } from './rotation-play.ts';
import type { Violation } from './watch.ts';

/**
 * `npm run simulate -- [--seeds N] [--seed S] [--only accounts|rotations] [--accounts A] [--history]`: plays random fates
 * of random organisations, and of the secrets in others, and says which promises were broken. Exits with 1 where one was,
 * and with 64 where it is called wrongly.
 */
async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return 64;
  // The interpreter of state machines throws for each value that it finds: without a replay nobody reads the stacks.
  if (!options.history) Error.stackTraceLimit = 0;
  // What is loaded once is no seed's.
  await Promise.all([ready(), readyForRotations()]);
  const clock = performance.now();
  const cpu: Partial<Record<Sort, number>> = {};
  const counts: Record<string, number> = {};
  let broken = 0;
  const { first, count } = options;
  for (let seed = first; seed < first + count; seed += 1)
    for (const sort of options.sorts) {
      const before = process.cpuUsage();
      const told = await sorts[sort](seed, options);
      const { user, system } = process.cpuUsage(before);
      cpu[sort] = (cpu[sort] ?? 0) + (user + system) / 1_000_000;
      if (told.violations.length > 0 || options.history) tell(sort, seed, told, options);
      broken += told.violations.length > 0 ? 1 : 0;
      for (const [what, number] of Object.entries(told.counts)) counts[what] = (counts[what] ?? 0) + number;
    }
  const speeds = Object.entries(cpu).map(
    ([sort, seconds]) => `${(count / seconds).toFixed(1)} seeds of ${sort}`,
  );
  console.log(`${count} seeds of ${options.sorts.join(' and ')}, ${broken} with broken promises`);
  console.log(
    Object.entries(counts)
      .map(([what, number]) => `${number} ${what}`)
      .join(', '),
  );
  console.log(
    `${((performance.now() - clock) / 1_000).toFixed(1)} s; in a second of one core ${speeds.join(', ')}`,
  );
  return broken === 0 ? 0 : 1;
}

interface Told {
  readonly violations: readonly Violation[];
  readonly history: readonly string[];
  /** What there was, and how much of it. */
  readonly counts: Readonly<Record<string, number>>;
}

const sorts = {
  accounts: async (seed: number, { accounts }: Options): Promise<Told> => {
    const played = await play({ seed, ...(accounts === undefined ? {} : { accounts }) });
    const { runs, writes, lostEdits } = played;
    return {
      ...played,
      counts: { executions: runs, 'policy writes': writes, 'lost edits of outsiders': lostEdits },
    };
  },
  rotations: async (seed: number): Promise<Told> => {
    const played = await playRotations({ seed });
    const { runs, rotations, starts, ambiguous, doubled } = played;
    return {
      ...played,
      counts: {
        executions: runs,
        rotations,
        'deployments started': starts,
        'answers that never came': ambiguous,
        'second starts': doubled,
      },
    };
  },
};

type Sort = keyof typeof sorts;

interface Options {
  readonly sorts: readonly Sort[];
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
        only: { type: 'string' },
        accounts: { type: 'string' },
        history: { type: 'boolean', default: false },
      },
    });
    const count = wholeNumber('seeds', values.seeds) ?? (values.seed === undefined ? 100 : 1);
    const accounts = wholeNumber('accounts', values.accounts);
    const first = wholeNumber('seed', values.seed) ?? 1;
    if (count === 0) throw new Error('--seeds must be one at least: none would prove nothing');
    return { sorts: sortsOf(values.only), first, count, accounts, history: values.history };
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    console.error(
      'Usage: npm run simulate -- [--seeds N] [--seed S] [--only accounts|rotations] [--accounts A] [--history]',
    );
    return undefined;
  }
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} must be a whole number, and is ${text}`);
  return Number(text);
}

function sortsOf(only: string | undefined): readonly Sort[] {
  if (only === undefined) return ['accounts', 'rotations'];
  if (only === 'accounts' || only === 'rotations') return [only];
  throw new Error(`--only must be accounts or rotations, and is ${only}`);
}

function tell(sort: Sort, seed: number, { violations, history }: Told, options: Options): void {
  console.log(`Seed ${seed} of ${sort}: ${violations.length} broken promises`);
  for (const { at, what } of violations) console.log(`  after ${(at / 1_000).toFixed(1)} s: ${what}`);
  if (options.history) for (const line of history) console.log(`  ${line}`);
  const accounts = options.accounts === undefined ? '' : ` --accounts ${options.accounts}`;
  if (!options.history)
    console.log(`  Replay it: npm run simulate -- --only ${sort} --seed ${seed}${accounts} --history`);
}

process.exitCode = await main();
