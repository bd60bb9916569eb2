import { alignColumns } from '../cli/table.ts';
import { type Bound, bound } from './burst/bound.ts';
import {
  type BurstRequest,
  type Measured,
  measureBurst,
  measureNaive,
  type Outcome,
} from './burst/measure.ts';
import { most, sent } from './burst/tally.ts';

/**
 * Measures a burst: accounts that are created within one minute of simulated time, with the latencies of
 * `burst/latencies.ts` and AWS's request rates (`simulator/aws-rates.ts`). It compares the deployed handlers and state
 * machine with the naive way, and plays bursts in which AWS rejects some of the accounts as principals. Exits with 1 if
 * a target is missed, and with 64 for wrong arguments.
 *
 * `npm run bench:burst -- 1 30 30/2` for other numbers of accounts, and of rejected accounts; `1000/0/3` by seed 3.
 */
const bursts =
  process.argv.length > 2 ? process.argv.slice(2) : ['1', '10', '100', '1000', '100/4', '1000/1', '1000/5'];

/**
 * The bound counts from a thousand accounts on: with fewer, one retry is a large part of the whole time. The
 * search for a rejected account takes at most 16 writes on each resource (`shared/reconcile/rejected-principals.ts`).
 * The account's own run then tries again: six times by its own retry, and some more times while it waits for another
 * resource.
 */
const targets = {
  writes: 10,
  writesForEachRefused: 16 + 10,
  timesBound: 1.25,
  boundFrom: 1_000,
  aloneSeconds: 60,
};

async function main(): Promise<number> {
  const wrong = bursts.find((burst) => requested(burst) === undefined);
  if (wrong !== undefined) {
    console.error(
      `${wrong} is no burst: a number of accounts, as in 30; of these refused, 30/2; by another seed, 30/0/3`,
    );
    return 64;
  }
  const requests = bursts.flatMap((burst) => requested(burst) ?? []);
  const measured: Measured[] = [];
  const naive: Outcome[] = [];
  for (const request of requests) {
    measured.push(await measureBurst(request));
    if (request.refused === 0) naive.push(await measureNaive(request.accounts, request.seed));
  }
  const accepted = measured.filter(({ refused }) => refused.accounts === 0);
  const refusing = measured.filter(({ refused }) => refused.accounts > 0);
  print('The deployed system', accepted.map(ownRow));
  print('The naive way: read, append, write', naive.map(common));
  print('The deployed system, where AWS refuses some of them as principals', refusing.map(refusingRow));
  print('Calls, and how many of them were refused', callRows(measured));
  console.log('The least that the rates allow:');
  for (const ours of accepted) console.log(`  ${ours.accounts}: ${bound(ours).because}`);
  const missed = measured.flatMap((ours) => broken(ours, bound(ours)));
  for (const line of missed) console.log(`\nMissed: ${line}`);
  return missed.length === 0 ? 0 : 1;
}

/** `100/4`: a hundred accounts, of which AWS rejects four. `undefined` for any other text. */
function requested(burst: string): Required<BurstRequest> | undefined {
  if (!/^\d{1,5}(\/\d{1,5}){0,2}$/.test(burst)) return undefined;
  const [accounts = 0, refused = 0, seed = 1] = burst.split('/').map(Number);
  return accounts > 0 && refused <= accounts ? { accounts, refused, seed } : undefined;
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

const ownRow = (ours: Measured): Row => ({
  ...common(ours),
  'least by the rates': inSeconds(bound(ours).least),
  'times that': (ours.lasted / bound(ours).least).toFixed(2),
  'state transitions': ours.transitions,
  'of these retries': ours.retries,
  'functions at a time, most': ours.mostFunctions,
  'invocations refused': ours.refusedInvocations,
  'registry, read units': ours.registryUnits,
  'queries refused': ours.refusedQueries,
});

const refusingRow = (ours: Measured): Row => ({
  accounts: ours.accounts,
  'of these refused': ours.refused.accounts,
  'on one resource, most': ours.refused.mostOnOne,
  'accepted ones lost': ours.lost,
  'runs of accepted ones that failed': ours.failed.length,
  'grants that wait': ours.refused.waiting,
  'of these not on record with the reason': ours.refused.untold.length,
  'missing after the sweep, once accepted': ours.refused.missing.length,
  'writes of a document, most': most(ours.writes),
  'refused writes of a document, most': most(ours.refusedWrites),
  'reads of a document, most': most(ours.reads),
  'until the last accepted one': inSeconds(ours.lasted),
  'one account, middle': inSeconds(ours.middle),
  'one account, slowest': inSeconds(ours.slowest),
  'real time': `${ours.seconds.toFixed(1)} s`,
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
  if (rows.length === 0) return;
  console.log(`${title}\n`);
  const names = Object.keys(rows[0] ?? {});
  for (const line of alignColumns(names.map((name) => [name, ...rows.map((row) => String(row[name] ?? ''))])))
    console.log(`  ${line}`);
  console.log('');
}

function broken(ours: Measured, { least }: Bound): readonly string[] {
  const { accounts, lost, failed, lasted, refused } = ours;
  const writes = most(sent(ours));
  const failures: readonly (string | false)[] = [
    lost > 0 && `${lost} of ${accounts} accounts lack something`,
    failed.length > 0 && `${failed.length} of ${accounts} runs did not succeed, such as ${failed[0]}`,
    writes > targets.writes + targets.writesForEachRefused * refused.mostOnOne &&
      `${accounts} accounts, ${refused.accounts} refused: ${writes} writes of one document`,
    refused.untold.length > 0 && `not on record that it was refused: ${refused.untold[0]}`,
    refused.missing.length > 0 && `missing though AWS accepts it: ${refused.missing[0]}`,
    refused.sweep !== 'succeeded' && `the sweep after ${accounts} accounts: ${refused.sweep}`,
    accounts >= targets.boundFrom &&
      lasted > targets.timesBound * least &&
      `${accounts} accounts: ${inSeconds(lasted)} is too long`,
    accounts === 1 && lasted > targets.aloneSeconds * 1_000 && `one account alone takes ${inSeconds(lasted)}`,
  ];
  return failures.filter((line) => line !== false);
}

process.exitCode = await main();
