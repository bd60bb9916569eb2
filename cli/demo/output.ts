import type { Configuration } from '../../shared/configuration/schema.ts';
import type { ResourceChange } from '../../shared/store/ports.ts';
import { getDifferences } from '../differences.ts';
import { alignColumns, type Colors, formatCount, type Output, shorten } from '../output.ts';
import { createProgress } from '../progress.ts';
import { printReadiness } from '../run-output.ts';
import { countAllCalls } from '../run-report.ts';
import type { Simulation } from '../simulation.ts';
import { compactDifferences } from './compact.ts';
import type { Figures } from './figures.ts';
import { type Chapter, newAccount, type ScenarioPrinter } from './scenario.ts';
import type { WhoCan } from './who-can.ts';

export function printOpening(out: Output, { organization }: Simulation): void {
  const { bold, dim } = out.colors;
  const accounts = formatCount(organization.world.accounts.size, 'account');
  out.line(
    bold('A new AWS account gets its access, moves to another OU, and loses its access when it closes.'),
  );
  out.line(
    dim(
      `The organization of ${accounts} is simulated. The state machine and functions are the deployed ones.`,
    ),
  );
}

/** Tells the story on the screen while it happens. */
export async function createPrinter(out: Output, configuration: Configuration): Promise<ScenarioPrinter> {
  const progress = createProgress(out);
  let number = 0;
  return {
    begins: (title, point) => {
      number += 1;
      out.line();
      out.line(`${out.colors.bold(`${number}  ${title}`)}`);
      out.line(`   ${out.colors.dim(point)}`);
    },
    state: progress,
    ends: (chapter) => printChapter(out, configuration, chapter, number === 1),
    accesses: (accesses) => printAccesses(out, accesses),
  };
}

function printChapter(out: Output, configuration: Configuration, chapter: Chapter, isFirst: boolean): void {
  const { event, report, changes, writes } = chapter;
  const { dim, green, red } = out.colors;
  const differences = isTakingBack(changes)
    ? [takenBack(changes, out.colors)]
    : compactDifferences(changes, configuration, out.colors);
  if (writes > 0) out.line();
  if (writes > 0) for (const line of differences) out.line(line);
  const color = report.status === 'succeeded' ? green : red;
  const cost = `${formatCount(countAllCalls(report.calls), 'AWS call')}, of which ${formatCount(writes, 'write')}`;
  out.line();
  out.line(`  ${color(report.status)} ${dim(`${event.detail.eventName}: ${report.durationMs} ms, ${cost}`)}`);
  for (const line of report.unresolved) out.line(`  ${red('!')} ${line}`);
  printReadiness(out, { ...report, notVerified: [] });
  if (isFirst && report.accesses?.['central-only'] !== undefined)
    out.line(dim('   central only: the central account allows it; the role in the new account was not read'));
}

const factsOf = (changes: readonly ResourceChange[]) =>
  changes
    .flatMap((change) => getDifferences(change).flatMap(({ lines }) => lines))
    .filter(({ sign }) => sign !== ' ');

const isTakingBack = (changes: readonly ResourceChange[]): boolean => {
  const facts = factsOf(changes);
  return facts.length > 0 && facts.every(({ sign }) => sign === '-');
};

/** The same lines as when it came, with the other sign: their number says enough. */
function takenBack(changes: readonly ResourceChange[], { red, dim }: Colors): string {
  const statements = changes.flatMap((change) => getDifferences(change));
  const policies = changes.filter((change) => getDifferences(change).length > 0);
  const facts = factsOf(changes);
  const where = `${formatCount(policies.length, 'policy', 'policies')}, ${formatCount(statements.length, 'statement')}`;
  return `    ${red(`- ${newAccount.name} (${newAccount.id})`)}  ${dim(`${where}: ${formatCount(facts.length, 'line')} removed, none added`)}`;
}

function printAccesses(out: Output, accesses: readonly WhoCan[]): void {
  const { bold, dim } = out.colors;
  out.line();
  out.line(
    `${bold('   Access before the account existed, and now')} ${dim('(evaluated from the central policies)')}`,
  );
  const rows = accesses.map(({ who, what, needsMemberRole, allowed }) => [
    ...allowed.map((is) => mark(is, out.colors)),
    needsMemberRole ? out.colors.yellow('?') : dim('–'),
    shorten(inShort(who), 24),
    shorten(inShort(what), 50),
  ]);
  const heads = ['before', 'now', 'member', 'who', 'may'].map(dim);
  for (const line of alignColumns([heads, ...rows])) out.line(line);
  out.line(dim('   member: ? also needs a role in the account, which was not read; – needs no such role'));
}

/** The account is in the title, and the first part of a key's id is enough. */
const inShort = (text: string): string =>
  text
    .replace(new RegExp(`^${newAccount.name} \\(${newAccount.id}\\)$`), 'the account')
    .replace(` of ${newAccount.name} (${newAccount.id})`, '')
    .replace(` in ${newAccount.name} (${newAccount.id})`, '')
    .replaceAll(newAccount.id, '…')
    .replace(/^People of group/, 'Group')
    .replace(/\b([0-9a-f]{8})-[0-9a-f-]{27}\b/, '$1…');

const mark = (allowed: boolean, { green, red }: Colors): string => (allowed ? green('✓') : red('✗'));

export function printEnd(
  out: Output,
  { allowed, mentionedAfterClosing, runs, durationMs, status }: Figures,
): void {
  const { bold, green, red } = out.colors;
  const rows = [
    [
      'Allowed accesses: before / onboarded / closed',
      `${allowed.before} / ${allowed.onboarded} / ${allowed.closed} of ${allowed.of}`,
    ],
    ['Policies that name the closed account', String(mentionedAfterClosing)],
    ['Writes for the repeated event', String(runs.at(-1)?.writes ?? 0)],
    ['Time', `${(durationMs / 1_000).toFixed(1)} s`],
  ];
  out.line();
  for (const line of alignColumns(rows)) out.line(line);
  out.line();
  out.line(
    status === 'succeeded'
      ? `${bold(green('All results are as expected.'))} Next: npx onboarding plan --simulate -c examples/onboarding.yml`
      : bold(red('Some results are not as expected: see above. Please report it.')),
  );
}
