import type { ActiveConfiguration } from '../shared/configuration/active-configuration.ts';
import type { Services } from '../shared/reconcile/services.ts';
import {
  createConsoleLink,
  formatApproveCommand,
  formatWaitingAccount,
} from '../shared/runs/approval/approval-message.ts';
import { planApproval } from '../shared/runs/approval/approval-plan.ts';
import { formatApprovalDifference } from '../shared/runs/approval/approvals.ts';
import { LOCAL_RUN_TOKEN } from '../shared/runs/approval/request-approval.ts';
import type { ApprovalDecision, ApprovalRequest } from '../shared/store/ports.ts';
import { getColorOfSign } from './differences.ts';
import { createRunId } from './environment.ts';
import type { Output } from './output.ts';

/**
 * The fields of an approval request that are printed. The token is never printed, because anybody who has it can resume
 * the run.
 */
export interface ApprovalReport {
  readonly runId: string;
  readonly accountIds: readonly string[];
  readonly planHash: string;
  readonly requestedAt: string;
  readonly until: string;
  /** The ARN of the execution. Absent if the run is on an operator's own computer. */
  readonly link?: string;
  readonly command: string;
  readonly difference: string;
  readonly decision?: ApprovalDecision;
}

export const createApprovalReport = (request: ApprovalRequest): ApprovalReport => ({
  runId: request.runId,
  accountIds: request.accounts.map(({ id }) => id),
  planHash: request.planHash,
  requestedAt: request.requestedAt,
  until: request.until,
  ...(request.token === LOCAL_RUN_TOKEN ? {} : { link: createConsoleLink(request.execution) }),
  command: formatApproveCommand(request),
  difference: request.difference,
  ...(request.decision === undefined ? {} : { decision: request.decision }),
});

/** Prints the waiting account, the deadline, and the access that an approval would grant. */
export function printRequest(out: Output, request: ApprovalRequest): void {
  out.line(
    out.colors.bold(`Run ${request.runId}`) + out.colors.dim(`, plan ${request.planHash.slice(0, 12)}`),
  );
  for (const account of request.accounts) out.line(`  ${formatWaitingAccount(account)}`);
  out.line(`  Requested at ${request.requestedAt}, open until ${request.until}`);
  if (request.token !== LOCAL_RUN_TOKEN)
    out.line(out.colors.dim(`  ${createConsoleLink(request.execution)}`));
  printGain(out, request.difference);
}

export function printGain(out: Output, difference: string): void {
  out.line();
  out.line(out.colors.bold('Approval would change'));
  if (difference === '') out.line('  no policy that lists accounts');
  for (const line of difference === '' ? [] : difference.split('\n'))
    out.line(`  ${getColorOfSign(out.colors, line.trimStart().charAt(0))(line)}`);
}

/** What `plan --account` prints for an account that waits for approval. */
export interface PendingReport {
  readonly since: string;
  readonly waits: string;
  /** The hash of an approval request that contains this account only. */
  readonly planHash: string;
  readonly difference: string;
}

/** Reports what an account waits for. `undefined` if it does not wait. */
export async function createPendingReport(
  services: Services,
  active: ActiveConfiguration,
  accountId: string,
): Promise<PendingReport | undefined> {
  const accounts = await services.store.registry.listAccounts();
  const question = { active, accounts, accountIds: [accountId], runId: createRunId('plan') };
  const plan = planApproval(question);
  const [waiting] = plan.content.accounts;
  const since = plan.waiting[0]?.approval?.since;
  if (waiting === undefined || since === undefined) return undefined;
  const difference = await formatApprovalDifference(services, question, plan);
  return { since, waits: formatWaitingAccount(waiting), planHash: plan.planHash, difference };
}

export function printPending(out: Output, { since, waits, difference }: PendingReport): void {
  out.line();
  out.line(`${out.colors.yellow('!')} Waits for approval since ${since}: ${waits}`);
  printGain(out, difference);
}
