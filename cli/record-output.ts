import type { ResourceChange, RunRecord, RunStatus } from '../shared/store/ports.ts';
import { isOpenRun } from '../shared/store/run-status.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { type Colors, formatCount, type Output } from './output.ts';
import { printReadiness, printResources, printUnresolved } from './run-output.ts';
import { createResourceReport, toAccountFields, toReadyFields } from './run-report.ts';
import { printWarnings } from './warnings.ts';

export interface ShownRecord {
  readonly run: RunRecord;
  readonly changes: readonly ResourceChange[];
  /** The accounts of the run, with names. */
  readonly accounts: readonly string[];
}

/** What `--json` prints of a run: its record, and what it did to each resource. */
export function createRecordReport({ run, changes }: Omit<ShownRecord, 'accounts'>) {
  const { runId, status, startedAt, finishedAt, cause, reason, startedBy, error, waitingUntil } = run;
  return {
    status,
    runId,
    startedAt,
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(cause === undefined ? {} : { cause }),
    ...(startedBy === undefined ? {} : { startedBy }),
    ...toAccountFields(run.accountIds),
    ...(reason === undefined ? {} : { reason }),
    ...(waitingUntil === undefined ? {} : { waitingUntil }),
    resources: changes.filter((change) => isDone(run, change)).map(createResourceReport),
    pendingResources: changes.filter((change) => !isDone(run, change)).map(({ resource }) => resource),
    unresolved: run.unresolved ?? [],
    warnings: run.warnings ?? [],
    ...toReadyFields(run.readiness),
    ...(error === undefined ? {} : { error }),
  };
}

/**
 * Whether the run has finished the resource. While a run is open, a resource without an outcome still waits for its
 * update.
 */
const isDone = ({ status }: RunRecord, { outcome, error }: ResourceChange): boolean =>
  !isOpenRun(status) || outcome !== undefined || error !== undefined;

export function printRecord(out: Output, { run, changes, accounts }: ShownRecord): void {
  const done = changes.filter((change) => isDone(run, change));
  out.line(formatRun(run, out.colors));
  if (accounts.length > 0) out.line(`  Accounts: ${accounts.join(', ')}`);
  if (done.length < changes.length)
    out.line(`  ${done.length} of ${formatCount(changes.length, 'resource')} done`);
  const unresolved = run.unresolved ?? [];
  if (done.length > 0) {
    out.line();
    printResources(out, done, { withRegion: true, unresolved, differences: false, accounts: [] });
  }
  printUnresolved(out, { unresolved });
  printReadiness(out, toReadyFields(run.readiness));
  printWarnings(out, run.warnings ?? []);
}

/** `2026-03-02T10:15:00.000Z  succeeded  created  run-1: Nothing to do` */
export function formatRun(run: RunRecord, colors: Colors): string {
  const { runId, status, startedAt, cause, reason, error } = run;
  const why = reason ?? error?.message;
  const parts = [startedAt, getColor(status, colors)(status), ...(cause === undefined ? [] : [cause])];
  return `${parts.join('  ')}  ${colors.bold(runId)}${why === undefined ? '' : `: ${why}`}`;
}

function getColor(status: RunStatus, { green, red, yellow }: Colors) {
  if (status === 'succeeded') return green;
  return status === 'failed' ? red : yellow;
}

/** 0 for a run that succeeded or was ignored, 1 for one that failed, 2 for one that is under way or waits. */
export const getStatusExitCode = ({ status }: Pick<RunRecord, 'status'>): ExitCode =>
  isOpenRun(status) ? exitCodes.changesPending : status === 'failed' ? exitCodes.failed : exitCodes.succeeded;
