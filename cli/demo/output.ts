import type { Configuration } from '../../shared/configuration/schema.ts';
import { createAccountNames } from '../../shared/platform/account.ts';
import type { AccountCheck } from '../../shared/reconcile/check-account.ts';
import type { ResourceChange } from '../../shared/store/ports.ts';
import { getDifferences } from '../differences.ts';
import { type Colors, formatCount, type Output } from '../output.ts';
import { createProgress } from '../progress.ts';
import { printReadiness } from '../run-output.ts';
import { countAllCalls } from '../run-report.ts';
import type { Simulation } from '../simulation.ts';
import { printTable } from '../table.ts';
import { printAccesses } from './access-table.ts';
import { compactDifferences } from './compact.ts';
import type { Figures } from './figures.ts';
import { type Chapter, newAccount, type ScenarioPrinter } from './scenario.ts';

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

/** Prints the steps of the demo while it runs. */
export async function createPrinter(out: Output, configuration: Configuration): Promise<ScenarioPrinter> {
  const progress = createProgress(out, 'account-onboarding', createAccountNames([newAccount]));
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
    accesses: (accesses, check) => printAccesses(out, accesses, check),
    checked: (check) => printChecked(out, check),
  };
}

function printChapter(out: Output, configuration: Configuration, chapter: Chapter, isFirst: boolean): void {
  const { event, report, changes, writes } = chapter;
  const { dim, green, red } = out.colors;
  const differences = isTakingBack(changes)
    ? [takenBack(changes, out.colors)]
    : compactDifferences(changes, configuration, out);
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

/** The text about removed access. It only counts the lines, because they are the same lines that onboarding added. */
function takenBack(changes: readonly ResourceChange[], { red, dim }: Colors): string {
  const statements = changes.flatMap((change) => getDifferences(change));
  const policies = changes.filter((change) => getDifferences(change).length > 0);
  const facts = factsOf(changes);
  const where = `${formatCount(policies.length, 'policy', 'policies')}, ${formatCount(statements.length, 'statement')}`;
  return `    ${red(`- ${newAccount.name} (${newAccount.id})`)}  ${dim(`${where}: ${formatCount(facts.length, 'line')} removed, none added`)}`;
}

/** Prints the accesses that are not verified, as the command `check` prints them. */
function printChecked(out: Output, { readiness }: AccountCheck): void {
  if (readiness === undefined) return;
  const { ready, counts, reasons } = readiness;
  printReadiness(out, { ready, accesses: counts, notVerified: reasons });
}

export function printEnd(
  out: Output,
  { allowed, verified, brokenTrust, mentionedAfterClosing, runs, durationMs, status }: Figures,
): void {
  const { bold, green, red } = out.colors;
  const rows = [
    ['Accesses that are proven on every side', `${verified} of ${allowed.of}`],
    ...(brokenTrust === undefined
      ? []
      : [['Denied while one trust policy was broken', `${brokenTrust.denied} of ${allowed.of}`]]),
    ['Allowed by central accounts: before / after', `${allowed.before} / ${allowed.closed}`],
    ['Policies that name the closed account', String(mentionedAfterClosing)],
    ['Writes for the repeated event', String(runs.at(-1)?.writes ?? 0)],
    ['Time', `${(durationMs / 1_000).toFixed(1)} s`],
  ];
  out.line();
  printTable(out, rows);
  out.line();
  out.line(
    status === 'succeeded'
      ? `${bold(green('All results are as expected.'))} Next: npx onboarding plan --simulate -c examples/onboarding.yml`
      : bold(red('Some results are not as expected: see above. Please report it.')),
  );
}
