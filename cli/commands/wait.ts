import type { Command } from 'commander';
import { formatAccount } from '../../shared/platform/account.ts';
import { type CommandContext, createCommand, runAction, type Session } from '../command.ts';
import { createRunId } from '../environment.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { requireAccountId } from '../hub-options.ts';
import { formatCount } from '../output.ts';
import { openRecords, type RecordOptions } from '../records.ts';
import { printReadiness } from '../run-output.ts';
import { toReadyFields } from '../run-report.ts';
import { UsageError } from '../usage-error.ts';
import { type Waited, type WaitStatus, waitForAccount } from '../wait-for-account.ts';

interface WaitOptions extends RecordOptions {
  readonly account?: string;
  readonly ready?: boolean;
  readonly timeout: string;
}

const defaultMinutes = '60';

export const createWaitCommand = (context: CommandContext): Command =>
  createCommand('wait')
    .option('--account <id>', 'required: the account')
    .option('--ready', 'wait until every access is verified, also after a run that failed')
    .option('--timeout <minutes>', 'how long to wait', defaultMinutes)
    .option('--simulate', 'use a simulated organization with onboarded accounts; needs no AWS')
    .action(runAction<WaitOptions>(context, wait));

async function wait(options: WaitOptions, session: Session): Promise<ExitCode> {
  const { account: accountId, ready = false } = options;
  if (accountId === undefined) throw new UsageError('--account is missing. Use --account ID');
  requireAccountId('--account', accountId);
  const minutes = parseMinutes(options.timeout);
  const services = await openRecords(session, options);
  const { out } = session;
  const waited = await waitForAccount(services, {
    runId: createRunId('wait'),
    accountId,
    untilReady: ready,
    milliseconds: minutes * 60_000,
    onProgress: (text) => out.line(`  … ${text}`),
  });
  report(session, { accountId, minutes }, waited);
  return exitCodeByStatus[waited.status];
}

function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (text.trim() !== '' && minutes >= 0 && minutes <= 10_080) return minutes;
  throw new UsageError(`--timeout ${text}: must be a number of minutes, from 0 to 10080 (a week)`);
}

const exitCodeByStatus: Readonly<Record<WaitStatus, ExitCode>> = {
  ready: exitCodes.succeeded,
  'nothing-granted': exitCodes.succeeded,
  'not-ready': exitCodes.failed,
  unproven: exitCodes.changesPending,
  timeout: exitCodes.timeout,
};

interface Request {
  readonly accountId: string;
  readonly minutes: number;
}

function report(
  { out }: Session,
  { accountId, minutes }: Request,
  { status, account, readiness, failedRun, lastProgress, seconds }: Waited,
): void {
  out.result({
    status,
    accountId,
    seconds,
    ...toReadyFields(readiness),
    ...(failedRun === undefined ? {} : { failedRun: failedRun.runId, reason: failedRun.reason }),
    ...(status === 'timeout' ? { waitingFor: lastProgress } : {}),
  });
  out.line(out.colors.bold(account === undefined ? accountId : formatAccount(account)));
  printReadiness(out, toReadyFields(readiness));
  if (status === 'nothing-granted')
    out.line('  The configuration grants this account nothing that could be verified.');
  if (failedRun !== undefined) {
    out.line(out.colors.red(`  Run ${failedRun.runId} failed: ${failedRun.reason ?? 'it has no reason'}`));
    out.line(`  To see what it could not finish: onboarding status --run ${failedRun.runId}`);
  }
  if (status !== 'timeout') return;
  const time = formatCount(minutes, 'minute');
  out.line(out.colors.red(`  After ${time} the account is not ready: ${lastProgress}`));
  out.line(`  To start a run for it: onboarding start --account ${accountId} --wait`);
}
