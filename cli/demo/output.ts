import type { Configuration } from '../../shared/configuration/schema.ts';
import type { ResourceChange } from '../../shared/store/ports.ts';
import { differencesOf } from '../differences.ts';
import { aligned, type Colors, counted, type Output, shortened } from '../output.ts';
import { newProgress } from '../progress.ts';
import { callsOf } from '../run-report.ts';
import type { Simulation } from '../simulation.ts';
import { compactDifferences } from './compact.ts';
import type { Figures } from './figures.ts';
import { type Chapter, newcomer, type Teller } from './scenario.ts';
import type { WhoCan } from './who-can.ts';

export function tellOpening(out: Output, { organization }: Simulation): void {
  const { bold, dim } = out.colors;
  const accounts = counted(organization.world.accounts.size, 'account');
  out.line(bold('A new AWS account becomes ready for work by itself, and loses everything when it closes.'));
  out.line(
    dim(`Simulated organization of ${accounts}; the state machine and functions are the deployed ones.`),
  );
}

/** Tells the story on the screen while it happens. */
export async function newTeller(out: Output, configuration: Configuration): Promise<Teller> {
  const progress = newProgress(out);
  let number = 0;
  return {
    begins: (title, point) => {
      number += 1;
      out.line();
      out.line(`${out.colors.bold(`${number}  ${title}`)}`);
      out.line(`   ${out.colors.dim(point)}`);
    },
    state: progress,
    ends: (chapter) => tellChapter(out, configuration, chapter),
    accesses: (accesses) => tellAccesses(out, accesses),
  };
}

function tellChapter(out: Output, configuration: Configuration, chapter: Chapter): void {
  const { event, report, changes, writes } = chapter;
  const { dim, green, red } = out.colors;
  const differences = isTakingBack(changes)
    ? [takenBack(changes, out.colors)]
    : compactDifferences(changes, configuration, out.colors);
  if (writes > 0) out.line();
  if (writes > 0) for (const line of differences) out.line(line);
  const color = report.status === 'succeeded' ? green : red;
  const cost = `${counted(callsOf(report.calls), 'AWS call')}, of which ${counted(writes, 'write')}`;
  out.line();
  out.line(`  ${color(report.status)} ${dim(`${event.detail.eventName}: ${report.durationMs} ms, ${cost}`)}`);
  for (const line of report.left) out.line(`  ${red('!')} ${line}`);
}

const factsOf = (changes: readonly ResourceChange[]) =>
  changes
    .flatMap((change) => differencesOf(change).flatMap(({ lines }) => lines))
    .filter(({ sign }) => sign !== ' ');

const isTakingBack = (changes: readonly ResourceChange[]): boolean => {
  const facts = factsOf(changes);
  return facts.length > 0 && facts.every(({ sign }) => sign === '-');
};

/** The same lines as when it came, with the other sign: their number says enough. */
function takenBack(changes: readonly ResourceChange[], { red, dim }: Colors): string {
  const statements = changes.flatMap((change) => differencesOf(change));
  const policies = changes.filter((change) => differencesOf(change).length > 0);
  const facts = factsOf(changes);
  const where = `${counted(policies.length, 'policy', 'policies')}, ${counted(statements.length, 'statement')}`;
  return `    ${red(`- ${newcomer.id}`)}  ${dim(`${where}: ${counted(facts.length, 'line')} removed, none added`)}`;
}

function tellAccesses(out: Output, accesses: readonly WhoCan[]): void {
  const { bold, dim } = out.colors;
  out.line();
  out.line(
    `${bold('   Who may do what, before it came and now')} ${dim('(the policies as they are, evaluated)')}`,
  );
  const rows = accesses.map(({ who, what, allowed }) => [
    ...allowed.map((is) => mark(is, out.colors)),
    shortened(inShort(who), 24),
    shortened(inShort(what), 63),
  ]);
  for (const line of aligned([['before', 'now', 'who', 'may'].map(dim), ...rows])) out.line(line);
}

/** The account is in the title, and the first part of a key's id is enough. */
const inShort = (text: string): string =>
  text
    .replace(` of ${newcomer.id}`, '')
    .replace(` in ${newcomer.id}`, '')
    .replaceAll(newcomer.id, '…')
    .replace(/^People of group/, 'Group')
    .replace(/\b([0-9a-f]{8})-[0-9a-f-]{27}\b/, '$1…');

const mark = (allowed: boolean, { green, red }: Colors): string => (allowed ? green('✓') : red('✗'));

export function tellEnd(
  out: Output,
  { allowed, mentionedAfterClosing, runs, durationMs, status }: Figures,
): void {
  const { bold, green, red } = out.colors;
  const rows = [
    [
      'Allowed before, onboarded, closed',
      `${allowed.before}, ${allowed.onboarded}, ${allowed.closed} of ${allowed.of}`,
    ],
    ['Policies that name the account after it closed', String(mentionedAfterClosing)],
    ['Writes for the repeated event', String(runs.at(-1)?.writes ?? 0)],
    ['Time for everything', `${(durationMs / 1_000).toFixed(1)} s`],
  ];
  out.line();
  for (const line of aligned(rows)) out.line(line);
  out.line();
  out.line(
    status === 'succeeded'
      ? `${bold(green('As promised.'))} Next: npx onboarding run --simulate --config examples/onboarding.yml --event FILE`
      : bold(red('Not as promised: see above.')),
  );
}
