import type { Command } from 'commander';
import { getOutcome } from '../../shared/reconcile/outcome.ts';
import { formatUnreadable } from '../../shared/reconcile/unreadable-items.ts';
import type { ResourceChange, RunQuery, WholeRun } from '../../shared/store/ports.ts';
import { type CommandContext, createCommand, runAction, type Session } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { requireAccountId } from '../hub-options.ts';
import { formatCount, type Output } from '../output.ts';
import { createRecordReport, formatRun } from '../record-output.ts';
import { openRecords, type RecordOptions } from '../records.ts';
import { UsageError } from '../usage-error.ts';
import { printWarnings } from '../warnings.ts';

interface HistoryOptions extends RecordOptions {
  readonly account?: string;
  readonly resource?: string;
  readonly limit?: string;
}

export const createHistoryCommand = (context: CommandContext): Command =>
  createCommand('history')
    .option('--account <id>', 'show runs of this account, with the resources where its access changed')
    .option('--resource <name>', 'show runs that changed this resource: its id, or KIND/ACCOUNT/REGION/ID')
    .option('--limit <number>', 'how many runs to show (default: 20)')
    .option('--simulate', 'use a simulated organization with onboarded accounts; needs no AWS')
    .action(runAction<HistoryOptions>(context, history));

async function history(options: HistoryOptions, session: Session): Promise<ExitCode> {
  const query = toQuery(options);
  const limit = toLimit(options.limit);
  const { store } = await openRecords(session, options);
  const { items, unreadable } = await store.runs.search(query);
  const runs = items.slice(0, limit);
  const warnings = unreadable.map(formatUnreadable);
  const { out } = session;
  out.result({ status: 'succeeded', ...query, total: items.length, runs: runs.flatMap(toReport), warnings });
  if (items.length === 0) out.line('No run on record concerns it.');
  for (const whole of runs) printHistory(out, query, whole);
  if (runs.length < items.length)
    out.line(`${formatCount(items.length - runs.length, 'older run')} not shown: --limit ${items.length}`);
  printWarnings(out, warnings);
  return exitCodes.succeeded;
}

function toQuery({ account, resource }: HistoryOptions): RunQuery {
  if ((account === undefined) === (resource === undefined))
    throw new UsageError('Say --account ID or --resource NAME, and only one of them');
  if (resource !== undefined) return { resource };
  requireAccountId('--account', `${account}`);
  return { accountId: `${account}` };
}

function toLimit(text = '20'): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new UsageError(`--limit ${text}: must be a number from 1 to 999999`);
  return Number(text);
}

const toReport = ({ run, changes }: WholeRun) =>
  run === undefined ? [] : [createRecordReport({ run, changes })];

function printHistory(out: Output, query: RunQuery, { run, changes }: WholeRun): void {
  if (run === undefined) return;
  out.line(formatRun(run, out.colors));
  for (const change of changes) out.line(`    ${describeChange(query, change)}`);
}

/**
 * Says in one line what a run changed on a resource. For the history of an account: what it changed for this account.
 */
function describeChange(query: RunQuery, change: ResourceChange): string {
  const outcome = getOutcome(change);
  if ('accountId' in query) return `${change.resource}: ${effectOn(query.accountId, change)} (${outcome})`;
  const { added = [], removed = [] } = change;
  const parts = [
    ...(added.length === 0 ? [] : [`gave ${formatCount(added.length, 'account')} access`]),
    ...(removed.length === 0 ? [] : [`removed ${formatCount(removed.length, 'account')}`]),
  ];
  return [outcome, ...parts].join(', ');
}

function effectOn(accountId: string, { added = [], removed = [], holds = [] }: ResourceChange): string {
  const hold = holds.find((each) => each.accountId === accountId);
  if (hold !== undefined) {
    const waiting = hold.change === 'add' ? 'does not get access yet' : 'keeps access';
    return `${waiting}, reason: ${hold.reason}`;
  }
  if (added.includes(accountId)) return 'access given';
  return removed.includes(accountId) ? 'access removed' : 'unchanged';
}
