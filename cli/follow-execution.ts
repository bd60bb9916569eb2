import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import type { WholeRun } from '../shared/store/ports.ts';
import { isOpenRun } from '../shared/store/run-status.ts';
import type { Session } from './command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Installation } from './installation.ts';
import { formatCount } from './output.ts';
import { createRecordReport, getStatusExitCode, printRecord } from './record-output.ts';
import { nameAccounts } from './records.ts';

export interface StartedExecution {
  readonly arn: string;
  readonly runId: string;
}

/** Shows how far the run is, until it has ended or waits for an operator. Then prints its record. */
export async function followExecution(
  installation: Installation,
  session: Session,
  execution: StartedExecution,
): Promise<ExitCode> {
  const { out } = session;
  const { store } = installation.services;
  let shown = '';
  for (;;) {
    await installation.pause();
    const whole = await store.runs.getWhole(execution.runId);
    const status = await readStatus(installation, execution);
    const { run, changes } = whole;
    if (run !== undefined && (run.status === 'waiting-for-approval' || !isOpenRun(run.status))) {
      out.result(createRecordReport({ run, changes }));
      printRecord(out, { run, changes, accounts: await nameAccounts(store, run.accountIds) });
      if (run.status === 'waiting-for-approval') out.line(`  To answer: onboarding approve`);
      return getStatusExitCode(run);
    }
    if (status !== 'RUNNING') return reportMissingRecord(session, execution, status);
    const progress = formatProgress(whole);
    if (progress !== shown) out.line(`  … ${progress}`);
    shown = progress;
  }
}

const readStatus = async ({ services }: Installation, { arn }: StartedExecution): Promise<string> => {
  const { status } = await services.hub.sfn.send(new DescribeExecutionCommand({ executionArn: arn }));
  return `${status}`;
};

function formatProgress({ run, changes }: WholeRun): string {
  if (run === undefined) return 'started';
  if (changes.length === 0) return 'reading the accounts';
  const done = changes.filter(({ outcome }) => outcome !== undefined).length;
  return `${done} of ${formatCount(changes.length, 'resource')} done`;
}

/**
 * The function that records failed executions may need some seconds more. So the missing record is no failure of the
 * command.
 */
function reportMissingRecord({ out }: Session, { runId, arn }: StartedExecution, status: string): ExitCode {
  const next = `Look again in a minute: onboarding status --run ${runId}. The execution is ${arn}`;
  out.result({
    status: 'failed',
    runId,
    reason: `The execution ended as ${status} and has no record yet`,
    next,
  });
  out.line(out.colors.red(`The execution ended as ${status}, and its record is not written yet. ${next}`));
  return exitCodes.failed;
}
