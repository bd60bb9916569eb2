import type { MeasuredOrganization, MeasuredRun } from './measure.ts';
import { countRegistryReads, listTableCalls, type TableCallCount } from './summary.ts';

/** docs/cost.md: what `npm run bench:cost` has measured. */
export const renderCostPage = (measured: readonly MeasuredOrganization[]): string =>
  [
    '# Calls of one run',
    '',
    'Written by `npm run bench:cost`. It takes some seconds and needs no AWS account.',
    '',
    'One account is added, and seven documents change: a bucket policy, two key policies, a group, two repositories and a',
    'secret, in three central accounts. Two member roles exist. The real handlers and the real state machine run in the',
    'simulator, each function in a process of its own. The table ends its pages at 1 MB, as DynamoDB does.',
    '',
    '- **Added**: the run of the new account. Every process is new.',
    '- **Repeated**: an operator repeats the run by hand. Nothing changes. Every process is new.',
    '- **Next**: another account comes a minute later. The processes are those of the repeated run.',
    '- **Naive way**: one function reads each policy, adds the account, and writes the policy. It has no table and verifies nothing.',
    '',
    ...renderTable(
      [
        '',
        ...measured.flatMap(({ accounts }) =>
          ['added', 'repeated', 'next'].map((run) => `${run}, ${accounts.toLocaleString('en')} accounts`),
        ),
        'naive way',
      ],
      rows.map(([title, count]) => [
        title,
        ...measured.flatMap((each) => runsOf(each).map(count)),
        count(measured[0]?.naive ?? nothing),
      ]),
    ),
    '',
    'Seconds are simulated: `bench/burst/latencies.ts` has the assumed latencies. They include two seconds until the event',
    'arrives and 0.9 seconds for each new process. A read unit is a consistent read of 4 KB. A write unit is 1 KB of an item, and',
    'half a KB in a transaction. Calls for content keys read the keys that encrypt secrets and buckets. The central half is written',
    'at the last call of an update function, and at 0.0 if the run needs no update.',
    '',
    '## Calls of the table',
    '',
    `The run that adds an account, in the organization with ${measured.at(-1)?.accounts.toLocaleString('en')} accounts:`,
    '',
    ...renderTable(
      ['Call', 'Calls', 'Read units', 'Write units'],
      listTableCalls(measured.at(-1)?.added.table ?? []).map(
        ({ name, calls, readUnits, writeUnits }: TableCallCount) => [
          name,
          String(calls),
          String(readUnits),
          String(writeUnits),
        ],
      ),
    ),
    '',
  ].join('\n');

const nothing: MeasuredRun = { table: [], aws: [], lasted: 0, centralHalf: 0 };

const runsOf = ({ added, repeated, next }: MeasuredOrganization): readonly MeasuredRun[] => [
  added,
  repeated,
  next,
];

const countPart =
  (part: MeasuredRun['aws'][number]['part']) =>
  (run: MeasuredRun): string =>
    String(run.aws.filter((call) => call.part === part).length);

const rows: readonly (readonly [string, (run: MeasuredRun) => string])[] = [
  ['DynamoDB calls', ({ table }) => String(table.length)],
  ['DynamoDB read units', ({ table }) => String(table.reduce((units, call) => units + call.readUnits, 0))],
  ['DynamoDB write units', ({ table }) => String(table.reduce((units, call) => units + call.writeUnits, 0))],
  ['Reads of the whole registry by one function, most', ({ table }) => String(countRegistryReads(table))],
  ['AWS calls of the central half', countPart('central')],
  ['AWS calls for content keys', countPart('content keys')],
  ['AWS calls of the member half', countPart('member')],
  ['AWS calls for organization policies', countPart('organization policies')],
  ['Seconds until the central half is written', ({ centralHalf }) => (centralHalf / 1_000).toFixed(1)],
  ['Seconds until the account is ready', ({ lasted }) => (lasted / 1_000).toFixed(1)],
];

const renderTable = (header: readonly string[], body: readonly (readonly string[])[]): readonly string[] =>
  [header, header.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`);
