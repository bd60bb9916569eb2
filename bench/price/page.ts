import type { MeasuredUse } from './measure.ts';
import { prices } from './prices.ts';
import type { Use } from './use.ts';

/** Things of the stack that cost the same in every month. */
export interface FixedParts {
  readonly alarms: number;
  readonly metrics: number;
}

const daysOfMonth = 30;

/** A month changes one account of twenty, and at least five. */
const countRuns = (accounts: number): number => Math.max(5, Math.round(accounts / 20));

const priceOfUse = (use: Use): number =>
  use.transitions * prices.transition.dollars +
  use.invocations * prices.invocation.dollars +
  use.gigabyteSeconds * prices.gigabyteSecond.dollars +
  use.readUnits * prices.readUnit.dollars +
  use.writeUnits * prices.writeUnit.dollars +
  (use.logBytes / 1e9) * prices.logGigabyte.dollars +
  (1 + use.invocations) * prices.trace.dollars;

const priceOfFixed = ({ alarms, metrics }: FixedParts): number =>
  alarms * prices.alarm.dollars + metrics * prices.metric.dollars + prices.dashboard.dollars;

/** docs/price.md: what `npm run bench:price` has measured. */
export const renderPricePage = (measured: readonly MeasuredUse[], fixed: FixedParts): string =>
  [
    '# What it costs',
    '',
    'Written by `npm run bench:price`. It counts what one run and one sweep use in the simulator, and multiplies by the prices of AWS.',
    'It takes about a minute and needs no AWS account.',
    '',
    ...renderMonth(measured, fixed),
    ...renderCounts(measured),
    ...pricesSection,
  ].join('\n');

const renderMonth = (measured: readonly MeasuredUse[], fixed: FixedParts): readonly string[] => [
  '## A month',
  '',
  'A month has 30 sweeps, and runs for a twentieth of the accounts: new, moved and closed ones.',
  '',
  ...renderTable(
    ['', ...measured.map(({ accounts }) => `${formatCount(accounts)} accounts`)],
    [
      ['Runs', ...measured.map(({ accounts }) => formatCount(countRuns(accounts)))],
      ['Price of the runs', ...measured.map((each) => dollars(priceOfRuns(each)))],
      ['Price of the sweeps', ...measured.map((each) => dollars(priceOfSweeps(each)))],
      [
        `${fixed.alarms} alarms, ${fixed.metrics} metrics, a dashboard`,
        ...measured.map(() => dollars(priceOfFixed(fixed))),
      ],
      [
        '**Together**',
        ...measured.map(
          (each) => `**${dollars(priceOfRuns(each) + priceOfSweeps(each) + priceOfFixed(fixed))}**`,
        ),
      ],
    ],
  ),
  '',
  '- A customer managed key for the topic or the table costs one dollar more.',
  '- The scheduled check of secrets runs 2,880 times a month, with four state transitions each: some 30 cents.',
  '- The accounts are in OUs without member roles, so the sweeps check none. A checked account takes some 20 calls of AWS, which are free,',
  '  and less than a second of a function.',
  '- Stored items are not counted: a run keeps some kilobytes, at 25 cents for a gigabyte and month.',
  '',
];

const renderCounts = (measured: readonly MeasuredUse[]): readonly string[] => [
  '## What was counted',
  '',
  ...renderTable(
    [
      '',
      ...measured.flatMap(({ accounts }) => [
        `run, ${formatCount(accounts)}`,
        `sweep, ${formatCount(accounts)}`,
      ]),
    ],
    uses.map(([name, value]) => [
      name,
      ...measured.flatMap(({ run, sweep }) => [run, sweep].map((use) => formatCount(value(use)))),
    ]),
  ),
  '',
  'The durations of functions are simulated: `bench/burst/latencies.ts` has the assumed latencies.',
  '',
];

const priceOfRuns = ({ accounts, run }: MeasuredUse): number => countRuns(accounts) * priceOfUse(run);
const priceOfSweeps = ({ sweep }: MeasuredUse): number => daysOfMonth * priceOfUse(sweep);

const uses: readonly (readonly [string, (use: Use) => number])[] = [
  ['State transitions', ({ transitions }) => transitions],
  ['Calls of functions', ({ invocations }) => invocations],
  ['GB-seconds', ({ gigabyteSeconds }) => Math.round(gigabyteSeconds * 10) / 10],
  ['Read units', ({ readUnits }) => readUnits],
  ['Write units', ({ writeUnits }) => writeUnits],
  ['Kilobytes of logs', ({ logBytes }) => Math.round(logBytes / 1_000)],
];

const formatCount = (count: number): string => count.toLocaleString('en');
const dollars = (amount: number): string => `$${amount.toFixed(2)}`;
const formatPrice = (price: number): string =>
  price >= 0.01 ? price.toFixed(2) : price.toFixed(10).replace(/0+$/, '');

const renderTable = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);

const pricesSection: readonly string[] = [
  '## Prices',
  '',
  'Dollars in us-east-1, without free tiers.',
  '',
  ...renderTable(
    ['Price', 'Dollars', 'Page of AWS'],
    Object.values(prices).map(({ name, dollars: each, page }) => [name, formatPrice(each), page]),
  ),
  '',
];
