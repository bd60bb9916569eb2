import type { Command } from 'commander';
import { formatAccount, type RegisteredAccount } from '../../shared/platform/account.ts';
import { getTimestamp } from '../../shared/platform/clock.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import { formatUnreadable } from '../../shared/reconcile/unreadable-items.ts';
import type { RunRecord, WholeRun } from '../../shared/store/ports.ts';
import { isOpenRun } from '../../shared/store/run-status.ts';
import { type CommandContext, createCommand, runAction, type Session } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { requireAccountId } from '../hub-options.ts';
import { createRecordReport, formatRun, getStatusExitCode, printRecord } from '../record-output.ts';
import { nameAccounts, openRecords, type RecordOptions } from '../records.ts';
import { UsageError } from '../usage-error.ts';
import { printWarnings } from '../warnings.ts';

interface StatusOptions extends RecordOptions {
  readonly run?: string;
  readonly account?: string;
}

export const createStatusCommand = (context: CommandContext): Command =>
  createCommand('status')
    .option('--run <id>', 'run, by the name of its execution')
    .option('--account <id>', 'account: its place in the organization, and its last run')
    .option('--simulate', 'use a simulated organization with onboarded accounts; needs no AWS')
    .action(runAction<StatusOptions>(context, status));

async function status(options: StatusOptions, session: Session): Promise<ExitCode> {
  const { run, account } = options;
  if (run !== undefined && account !== undefined)
    throw new UsageError('Say --run ID or --account ID, not both');
  if (account !== undefined) requireAccountId('--account', account);
  const services = await openRecords(session, options);
  if (run !== undefined) return showRun(run, services, session);
  return account === undefined ? showOpenRuns(services, session) : showAccount(account, services, session);
}

async function showRun(runId: string, { store }: Services, { out }: Session): Promise<ExitCode> {
  const { run, changes } = await store.runs.getWhole(runId);
  if (run === undefined)
    throw new UsageError(
      `--run ${runId}: no run of this name is on record. The name of a run is the name of its execution`,
    );
  out.result(createRecordReport({ run, changes }));
  printRecord(out, { run, changes, accounts: await nameAccounts(store, run.accountIds) });
  return getStatusExitCode(run);
}

async function showOpenRuns({ store, clock }: Services, { out }: Session): Promise<ExitCode> {
  const { items, unreadable } = await store.runs.listUnfinished(getTimestamp(clock));
  const warnings = unreadable.map(formatUnreadable);
  out.result({
    status: items.length === 0 ? 'idle' : 'running',
    runs: items.map((run) => createRecordReport({ run, changes: [] })),
    warnings,
  });
  if (items.length === 0) out.line('No run is under way, and none waits for approval.');
  for (const run of items) out.line(formatRun(run, out.colors));
  printWarnings(out, warnings);
  return items.length === 0 ? exitCodes.succeeded : exitCodes.changesPending;
}

async function showAccount(accountId: string, services: Services, { out }: Session): Promise<ExitCode> {
  const { store } = services;
  const account = await store.registry.getAccount(accountId);
  if (account === undefined)
    throw new UsageError(`--account ${accountId}: the registry does not know it. Run \`onboarding import\``);
  const { items, unreadable } = await store.runs.search({ accountId });
  const last = items.find(({ run }) => run?.accountIds.includes(accountId)) ?? items[0];
  const warnings = unreadable.map(formatUnreadable);
  out.result({ ...toAccountReport(account), lastRun: toReport(last), warnings });
  printAccount({ account, last }, { out });
  printWarnings(out, warnings);
  return getAccountExitCode(account, last?.run);
}

function getAccountExitCode({ approval }: RegisteredAccount, run: RunRecord | undefined): ExitCode {
  if (run !== undefined && !isOpenRun(run.status)) {
    if (run.status === 'failed') return exitCodes.failed;
    return approval === undefined ? exitCodes.succeeded : exitCodes.changesPending;
  }
  return exitCodes.changesPending;
}

const toAccountReport = ({ id, name, state, ouPath, approval, updatedAt }: RegisteredAccount) => ({
  accountId: id,
  name,
  state,
  ouPath,
  updatedAt,
  ...(approval === undefined ? {} : { waitsForApprovalSince: approval.since }),
});

const toReport = (whole: WholeRun | undefined) =>
  whole?.run === undefined ? null : createRecordReport({ run: whole.run, changes: whole.changes });

interface ShownAccount {
  readonly account: RegisteredAccount;
  readonly last: WholeRun | undefined;
}

function printAccount({ account, last }: ShownAccount, { out }: Pick<Session, 'out'>): void {
  const position = account.ouPath === '' ? 'in the root' : `in ${account.ouPath}`;
  out.line(`${out.colors.bold(formatAccount(account))} is ${account.state}, ${position}`);
  if (account.approval !== undefined)
    out.line(
      out.colors.yellow(`  It waits for approval since ${account.approval.since}: onboarding approve`),
    );
  if (last?.run === undefined) {
    out.line(`  No run is on record. Start one: onboarding start --account ${account.id}`);
    return;
  }
  out.line();
  printRecord(out, { run: last.run, changes: last.changes, accounts: [] });
}
