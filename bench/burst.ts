import { aligned } from '../cli/output.ts';
import { type Bound, bound } from './burst/bound.ts';
import { type Measured, measureBurst, measureNaive, type Outcome } from './burst/measure.ts';
import { most } from './burst/tally.ts';

/**
 * Accounts that are created within one minute of simulated time, with the latencies of `burst/latencies.ts` and AWS's
 * request rates (`simulator/aws-rates.ts`): the deployed handlers and state machine beside the naive way. Ends with code
 * 1 where a target is missed. `npm run bench:burst -- 1 30` for other numbers of accounts.
 */
const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 10, 100, 1_000];

/** The bound counts from a thousand accounts on: with fewer, one pause of a crowd is much of the whole. */
const targets = { writes: 10, timesBound: 1.5, boundFrom: 1_000, aloneSeconds: 60 };

async function main(): Promise<void> {
  const rows: { readonly ours: Measured; readonly naive: Outcome; readonly least: Bound }[] = [];
  for (const accounts of sizes) {
    const ours = await measureBurst(accounts);
    rows.push({ ours, naive: await measureNaive(accounts), least: bound(ours) });
  }
  print(
    'The deployed system',
    rows.map(({ ours, least }) => ({ ...common(ours), ...own(ours, least) })),
  );
  print(
    'The naive way: read, append, write',
    rows.map(({ naive }) => common(naive)),
  );
  print('Calls, and how many of them were refused', callRows(rows.map(({ ours }) => ours)));
  console.log('The least that the rates allow:');
  for (const { ours, least } of rows) console.log(`  ${ours.accounts}: ${least.because}`);
  const missed = rows.flatMap(({ ours, least }) => broken(ours, least));
  for (const line of missed) console.log(`\nMissed: ${line}`);
  process.exitCode = missed.length === 0 ? 0 : 1;
}

type Row = Readonly<Record<string, string | number>>;

const inSeconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(1)} s`;

const common = (outcome: Outcome): Row => ({
  accounts: outcome.accounts,
  lost: outcome.lost,
  'grants missing': outcome.missing,
  'writes of a document, most': most(outcome.writes),
  'reads of a document, most': most(outcome.reads),
  'simulated time': inSeconds(outcome.lasted),
  'one account, middle': inSeconds(outcome.middle),
  'one account, slowest': inSeconds(outcome.slowest),
  'real time': `${outcome.seconds.toFixed(1)} s`,
});

const own = (ours: Measured, { least }: Bound): Row => ({
  'least by the rates': inSeconds(least),
  'times that': (ours.lasted / least).toFixed(2),
  'state transitions': ours.transitions,
  'of these retries': ours.retries,
  'functions at a time, most': ours.mostFunctions,
  'invocations refused': ours.refusedInvocations,
  'registry, read units': ours.registryUnits,
  'queries refused': ours.refusedQueries,
});

function callRows(measured: readonly Measured[]): readonly Row[] {
  const operations = [...new Set(measured.flatMap(({ calls }) => [...calls.keys()]))].sort();
  return measured.map(({ accounts, calls }) => ({
    accounts,
    ...Object.fromEntries(
      operations.map((operation) => {
        const { calls: made, refused } = calls.get(operation) ?? { calls: 0, refused: 0 };
        return [operation, refused === 0 ? made : `${made} / ${refused}`];
      }),
    ),
  }));
}

/** A column for each number of accounts. */
function print(title: string, rows: readonly Row[]): void {
  console.log(`${title}\n`);
  const names = Object.keys(rows[0] ?? {});
  for (const line of aligned(names.map((name) => [name, ...rows.map((row) => String(row[name] ?? ''))])))
    console.log(`  ${line}`);
  console.log('');
}

function broken(ours: Measured, { least }: Bound): readonly string[] {
  const { accounts, lost, failed, lasted, writes } = ours;
  const found: readonly (string | false)[] = [
    lost > 0 && `${lost} of ${accounts} accounts lack something`,
    failed.length > 0 && `${failed.length} of ${accounts} runs did not succeed, such as ${failed[0]}`,
    most(writes) > targets.writes && `${accounts} accounts: ${most(writes)} writes of one document`,
    accounts >= targets.boundFrom &&
      lasted > targets.timesBound * least &&
      `${accounts} accounts: ${inSeconds(lasted)} is too long`,
    accounts === 1 && lasted > targets.aloneSeconds * 1_000 && `one account alone takes ${inSeconds(lasted)}`,
  ];
  return found.filter((line) => line !== false);
}

await main();
