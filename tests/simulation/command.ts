import { parseArgs } from 'node:util';
import type { play } from './accounts/play.ts';
import { prepareCode } from './accounts/prepare-code.ts';
import type { Violation } from './accounts/write-observer.ts';
import { playReadiness } from './readiness/play.ts';
import { playRotations, prepareRotationCode } from './secrets/play.ts';

/** The command's output, and its plays. */
export interface Simulation {
  /** Prints a line of the report. */
  readonly log: (line: string) => void;
  /** Prints a line about wrong options. */
  readonly error: (line: string) => void;
  /** Plays a seed of accounts. A test passes a play with a planted fault. */
  readonly play: typeof play;
}

const usage =
  'Usage: npm run simulate -- [--seeds N] [--seed S] [--only accounts|rotations|readiness] [--accounts A] [--history]';

/** The command behind `main.ts`. @returns the exit code: 0, 1 if a promise was broken, 64 if an option is wrong */
export async function simulate(args: readonly string[], simulation: Simulation): Promise<number> {
  try {
    return await playAll(optionsFrom(args), simulation);
  } catch (error) {
    if (!(error instanceof WrongOptions)) throw error;
    simulation.error(error.message);
    simulation.error(usage);
    return 64;
  }
}

class WrongOptions extends Error {}

async function playAll(options: Options, simulation: Simulation): Promise<number> {
  // Modules that are loaded once belong to no seed.
  await Promise.all([prepareCode(), prepareRotationCode()]);
  const clock = performance.now();
  const total: Total = { cpu: {}, counts: {}, broken: 0 };
  for (let seed = options.first; seed < options.first + options.count; seed += 1)
    for (const sort of options.sorts) await playSeed({ sort, seed, options, simulation, total });
  for (const line of summary(options, total)) simulation.log(line);
  simulation.log(`${((performance.now() - clock) / 1_000).toFixed(1)} s; ${speeds(options, total)}`);
  return total.broken === 0 ? 0 : 1;
}

/** The totals of all seeds. */
interface Total {
  /** Seconds. */
  readonly cpu: Partial<Record<Sort, number>>;
  readonly counts: Record<string, number>;
  broken: number;
}

interface Turn {
  readonly sort: Sort;
  readonly seed: number;
  readonly options: Options;
  readonly simulation: Simulation;
  readonly total: Total;
}

async function playSeed({ sort, seed, options, simulation, total }: Turn): Promise<void> {
  const before = process.cpuUsage();
  const played = await sorts[sort](seed, options, simulation).catch(toldByError);
  const { user, system } = process.cpuUsage(before);
  total.cpu[sort] = (total.cpu[sort] ?? 0) + (user + system) / 1_000_000;
  if (played.violations.length > 0 || options.history)
    for (const line of story(sort, seed, played, options)) simulation.log(line);
  total.broken += played.violations.length > 0 ? 1 : 0;
  for (const [what, number] of Object.entries(played.counts))
    total.counts[what] = (total.counts[what] ?? 0) + number;
}

/** A play that ends with an error, such as an endless one, also breaks a promise. */
const toldByError = (error: unknown): Told => ({
  violations: [{ at: 0, what: `the play ends with ${error}` }],
  history: error instanceof Error ? [error.stack ?? ''] : [],
  counts: {},
});

const summary = ({ count, sorts }: Options, { counts, broken }: Total): readonly string[] => [
  `${count} seeds of ${sorts.join(' and ')}, ${broken} with broken promises`,
  Object.entries(counts)
    .map(([what, number]) => `${number} ${what}`)
    .join(', '),
];

function speeds({ count }: Options, { cpu }: Total): string {
  const each = Object.entries(cpu).map(
    ([sort, seconds]) => `${(count / seconds).toFixed(1)} seeds of ${sort}`,
  );
  return `in a second of one core ${each.join(', ')}`;
}

interface Told {
  readonly violations: readonly Violation[];
  readonly history: readonly string[];
  /** The totals, by name. */
  readonly counts: Readonly<Record<string, number>>;
}

const sorts = {
  accounts: async (seed: number, { accounts }: Options, { play }: Simulation): Promise<Told> => {
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
  readiness: async (seed: number): Promise<Told> => {
    const { violations, history, accesses, broken } = await playReadiness({ seed });
    return { violations, history, counts: { 'accesses judged': accesses, 'of these broken': broken } };
  },
};

type Sort = keyof typeof sorts;

const isSort = (name: string): name is Sort => Object.hasOwn(sorts, name);

interface Options {
  readonly sorts: readonly Sort[];
  readonly first: number;
  readonly count: number;
  readonly accounts: number | undefined;
  readonly history: boolean;
}

function optionsFrom(args: readonly string[]): Options {
  const values = parsed(args);
  const count = wholeNumber('seeds', values.seeds) ?? (values.seed === undefined ? 100 : 1);
  const accounts = wholeNumber('accounts', values.accounts);
  const first = wholeNumber('seed', values.seed) ?? 1;
  if (count === 0) throw new WrongOptions('--seeds must be one at least: none would prove nothing');
  return { sorts: sortsOf(values.only), first, count, accounts, history: values.history };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: optionTypes }).values;
  } catch (error) {
    throw new WrongOptions(error instanceof Error ? error.message : String(error));
  }
}

const optionTypes = {
  seeds: { type: 'string' },
  seed: { type: 'string' },
  only: { type: 'string' },
  accounts: { type: 'string' },
  history: { type: 'boolean', default: false },
} as const;

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new WrongOptions(`--${name} must be a whole number, and is ${text}`);
  return Number(text);
}

function sortsOf(only: string | undefined): readonly Sort[] {
  if (only === undefined) return ['accounts', 'rotations', 'readiness'];
  if (isSort(only)) return [only];
  throw new WrongOptions(`--only must be accounts, rotations or readiness, and is ${only}`);
}

function* story(sort: Sort, seed: number, { violations, history }: Told, options: Options): Iterable<string> {
  yield `Seed ${seed} of ${sort}: ${violations.length} broken promises`;
  for (const { at, what } of violations) yield `  after ${(at / 1_000).toFixed(1)} s: ${what}`;
  if (options.history) for (const line of history) yield `  ${line}`;
  const accounts = options.accounts === undefined ? '' : ` --accounts ${options.accounts}`;
  if (!options.history)
    yield `  Replay it: npm run simulate -- --only ${sort} --seed ${seed}${accounts} --history`;
}
