import { listCentralNames } from '../shared/configuration/context.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import { getGrantKind } from '../shared/grants/kinds.ts';
import {
  type Account,
  type AccountNames,
  createAccountNames,
  formatAccountId,
  noAccountNames,
} from '../shared/platform/account.ts';
import { getAccessChanges } from '../shared/reconcile/access-changes.ts';
import { formatGracePeriods, formatRejections, formatResult } from '../shared/reconcile/hold-text.ts';
import { listRejections } from '../shared/reconcile/holds.ts';
import { getOutcome } from '../shared/reconcile/outcome.ts';
import { formatReadiness } from '../shared/reconcile/readiness.ts';
import type { Outcome, ResourceChange } from '../shared/store/ports.ts';
import { formatDifferences, getDifferences } from './differences.ts';
import { foldQuiet, printHidden } from './fold.ts';
import { type Colors, formatCount, formatNumber, type Output, wrapText } from './output.ts';
import {
  countAllCalls,
  countWrites,
  type ReportedRun,
  type RunReport,
  splitResourceKey,
} from './run-report.ts';
import { groupSharedErrors } from './shared-errors.ts';
import { printSignIns } from './sign-in-output.ts';
import { alignColumns } from './table.ts';
import { printWarnings } from './warnings.ts';

export interface PrintedRun extends ReportedRun {
  /** Whether to print the changes in a resource. Default: yes. */
  readonly differences?: boolean;
}

/** The run for people: the changes of each resource, the unresolved lines, and the result. */
export function printRun(
  out: Output,
  configuration: Configuration,
  { report, changes, accounts, differences = true }: PrintedRun,
): void {
  for (const account of sortAccounts(changes, configuration)) {
    const here = changes.filter(({ resource }) => splitResourceKey(resource).account === account);
    out.line();
    const regions = [...new Set(here.map(({ resource }) => splitResourceKey(resource).region))];
    const where = regions.length === 1 ? `, ${regions[0]}` : '';
    out.line(
      `${out.colors.bold(formatHeading(account, configuration, createAccountNames(accounts)))}${out.colors.dim(where)}`,
    );
    const { unresolved } = report;
    printResources(out, here, { withRegion: regions.length > 1, unresolved, differences, accounts });
  }
  printUnresolved(out, report);
  printReadiness(out, report);
  printSignIns(out, report.signIns);
  printWarnings(out, report.warnings ?? []);
  out.line();
  const { calls } = report;
  const cost = `${formatCount(countAllCalls(calls), 'AWS call')}, of which ${formatCount(countWrites(calls), 'write')}`;
  out.line(formatEnd(report, cost, out.colors));
}

/** The central accounts of the resources, in the order of the configuration. */
export function sortAccounts(
  resources: readonly { readonly resource: string }[],
  { centralAccounts }: Configuration,
): ReadonlySet<string> {
  const central = Object.values(centralAccounts).map(({ id }) => id);
  const touched = resources.map(({ resource }) => splitResourceKey(resource).account);
  return new Set([...central.filter((id) => touched.includes(id)), ...touched]);
}

/**
 * A heading such as `Log account log-archive (222222222222)`. An AWS account that serves as several central accounts has
 * one heading with all their names. An account that has the name of its central account is `Log account 222222222222`.
 */
export function formatHeading(
  account: string,
  configuration: Configuration,
  names: AccountNames = noAccountNames,
): string {
  const central = listCentralNames(configuration, account);
  const title = central.join(' and ');
  const name = names(account)?.toLowerCase() ?? '';
  const shown = central.includes(name) ? account : formatAccountId(account, names);
  return `${title.charAt(0).toUpperCase()}${title.slice(1)} account ${shown}`;
}

interface PrintedResources extends Required<Pick<PrintedRun, 'differences' | 'accounts'>> {
  readonly withRegion: boolean;
  readonly unresolved: readonly string[];
}

export function printResources(
  out: Output,
  changes: readonly ResourceChange[],
  { withRegion, unresolved, differences, accounts }: PrintedResources,
): void {
  const folded = foldQuiet(changes, isQuiet);
  const rows = alignColumns(
    folded.shown.map((change) => resourceRow(change, out.colors, withRegion)),
    out,
  );
  const together = groupSharedErrors(changes).resources;
  const names = createAccountNames(accounts);
  const screen = { colors: out.colors, width: out.width - 6, names, unfoldedBy: '--json' };
  for (const [index, change] of folded.shown.entries()) {
    out.line(rows[index]);
    const shown = differences && took(change) ? getDifferences(change) : [];
    for (const line of formatDifferences(shown, screen)) out.line(`      ${line}`);
    for (const line of graceLines(change, accounts))
      for (const part of wrapText(line, out.width - 6)) out.line(`      ${out.colors.dim(part)}`);
    // Whether an error is printed only at the end, together with the unresolved items.
    const isToldAtTheEnd =
      together.has(change.resource) || unresolved.some((line) => line.startsWith(change.resource));
    for (const line of rejectionLines(change, accounts, unresolved))
      for (const part of wrapText(line, out.width - 6)) out.line(`      ${out.colors.yellow(part)}`);
    if (change.error !== undefined && !isToldAtTheEnd)
      out.line(`      ${out.colors.red(`${change.error.name}: ${change.error.message}`)}`);
  }
  printHidden(out, folded.hidden, 'unchanged resources');
}

/** Whether the run found the resource as it should be. */
const isQuiet = (change: ResourceChange): boolean =>
  getOutcome(change) === 'unchanged' && (change.holds ?? []).length === 0;

const graceLines = ({ holds = [] }: ResourceChange, accounts: readonly Account[]): readonly string[] =>
  [formatGracePeriods(holds, accounts)].filter((text) => text !== undefined);

const rejectionLines = (
  { holds = [] }: ResourceChange,
  accounts: readonly Account[],
  unresolved: readonly string[],
): readonly string[] => {
  const rejected = listRejections(holds);
  if (rejected.length === 0) return [];
  const text = formatRejections(rejected, accounts);
  return unresolved.some((line) => line.includes(text)) ? [] : [text];
};

/** Whether the run changed the resource. If a run fails on a resource, the resource is unchanged. */
const took = (change: ResourceChange): boolean => ['written', 'held'].includes(getOutcome(change));

function resourceRow(change: ResourceChange, colors: Colors, withRegion: boolean): readonly string[] {
  const { kind, region, id } = splitResourceKey(change.resource);
  const outcome = getOutcome(change);
  return [
    `${markOf(outcome, colors)} ${formatResult(outcome, change)}`,
    getGrantKind(kind).title,
    colors.bold(id),
    ...(withRegion ? [colors.dim(region)] : []),
    colors.dim(took(change) || outcome === 'unchanged' ? sizeText(change) : ''),
    colors.dim(accountsText(change)),
  ];
}

/** The number of accounts that gained and lost access, such as `+2 −1 accounts`. */
function accountsText(change: ResourceChange): string {
  const { added = [], removed = [] } = getAccessChanges(change);
  const parts = [
    ...(added.length === 0 ? [] : [`+${formatNumber(added.length)}`]),
    ...(removed.length === 0 ? [] : [`−${formatNumber(removed.length)}`]),
  ];
  if (parts.length === 0) return '';
  return `${parts.join(' ')} ${added.length + removed.length === 1 ? 'account' : 'accounts'}`;
}

/** The size of the policy, such as `8 % full (1,579 of 20,480)`. */
function sizeText({ size, limit }: ResourceChange): string {
  if (size === undefined || limit === undefined) return '';
  return `${Math.ceil((size / limit) * 100)} % full (${formatNumber(size)} of ${formatNumber(limit)})`;
}

function markOf(outcome: Outcome, { green, dim, yellow, red }: Colors): string {
  if (outcome === 'written') return green('✓');
  if (outcome === 'unchanged') return dim('=');
  return outcome === 'held' || outcome === 'busy' ? yellow('!') : red('✗');
}

export function printUnresolved(out: Output, { unresolved }: Pick<RunReport, 'unresolved'>): void {
  if (unresolved.length === 0) return;
  out.line();
  out.line(out.colors.bold('Unresolved'));
  for (const line of unresolved) out.line(`  - ${line.replaceAll('\n', '\n    ')}`);
}

/**
 * Prints how many accesses are proven, and why the others are not. Denied accesses are not repeated here, because they
 * are among the unresolved items.
 */
export function printReadiness(
  out: Output,
  { ready, accesses, notVerified = [] }: Pick<RunReport, 'ready' | 'accesses' | 'notVerified'>,
): void {
  if (ready === undefined || accesses === undefined) return;
  const { green, red, yellow, bold } = out.colors;
  const color = { true: green, false: red, unproven: yellow }[`${ready}`];
  const [title, ...rest] = formatReadiness({ ready, counts: accesses, reasons: notVerified }).split(':');
  out.line();
  out.line(`  ${bold(color(`${title}`))}:${rest.join(':')}`);
  for (const line of notVerified) for (const part of wrapText(line, out.width - 4)) out.line(`    ${part}`);
}

type Ended = Pick<RunReport, 'status' | 'reason' | 'durationMs' | 'unresolved'>;

/** @param cost the calls, for people */
export function formatEnd(
  { status, reason, durationMs, unresolved }: Ended,
  cost: string,
  { green, red, yellow, bold, dim }: Colors,
): string {
  const color = { succeeded: green, failed: red, ignored: yellow, 'waiting-for-approval': yellow }[status];
  const why =
    status === 'failed' && unresolved.length > 0
      ? `${formatCount(unresolved.length, 'item')} unresolved`
      : reason;
  const time = `${(durationMs / 1_000).toFixed(1)} s`;
  return `${bold(color(status))}${why === undefined ? '' : `: ${why}`}  ${dim(`(${time}, ${cost})`)}`;
}
