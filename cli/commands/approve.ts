import type { Command } from 'commander';
import type { Services } from '../../shared/reconcile/services.ts';
import { formatUnreadable } from '../../shared/reconcile/unreadable-items.ts';
import {
  type ApprovalAnswer,
  type DecidedApproval,
  decideApproval,
  findRequest,
} from '../../shared/runs/approval/decide-approval.ts';
import type { ApprovalRequest } from '../../shared/store/ports.ts';
import { createApprovalReport, printRequest } from '../approval-output.ts';
import {
  type CommandContext,
  type CommonOptions,
  createCommand,
  runAction,
  type Session,
} from '../command.ts';
import { canAsk, confirm } from '../confirm.ts';
import { getCurrentUser } from '../current-user.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { connect } from '../services.ts';
import { UsageError } from '../usage-error.ts';
import { printWarnings } from '../warnings.ts';

export interface ApproveOptions extends CommonOptions {
  readonly run?: string;
  readonly plan?: string;
  readonly reject?: boolean;
  readonly reason?: string;
  readonly by?: string;
  readonly yes?: boolean;
}

export const createApproveCommand = (context: CommandContext): Command =>
  createCommand('approve')
    .option('--run <id>', 'run that waits (default: list all runs that wait)')
    .option('--plan <hash>', 'hash of the plan that you have seen; the message and the list show it')
    .option('--reject', 'reject; needs --reason')
    .option('--reason <text>', 'reason for the record')
    .option('--by <name>', 'your name for the record (default: the user of this machine)')
    .option('--yes', 'do not ask')
    .action(
      runAction<ApproveOptions>(context, (options, session) => {
        const answer = answerOf(options, session);
        return approve(answer, session, connect(session, { memoryAllowed: false }).services);
      }),
    );

type Answer = (ApprovalAnswer & { readonly yes: boolean }) | undefined;

/**
 * The decision in the options. `undefined` for a list.
 * @throws UsageError before anything is read
 */
export function answerOf(options: ApproveOptions, session: Session): Answer {
  const { run: runId, plan: planHash, reject = false, reason, yes = false } = options;
  if (runId === undefined && planHash === undefined && !reject) return undefined;
  if (runId === undefined || planHash === undefined)
    throw new UsageError(
      'Name the run and the plan that you have seen: --run ID --plan HASH. Without both, the command lists the runs that wait',
    );
  if (reject && reason === undefined) throw new UsageError('--reject needs a reason: --reason TEXT');
  if (!yes && !canAsk(session))
    throw new UsageError('The command cannot ask, because there is no terminal. Add --yes');
  const by = options.by ?? getCurrentUser(session.io);
  return { runId, planHash, verdict: reject ? 'rejected' : 'approved', by, reason, yes };
}

export async function approve(answer: Answer, session: Session, services: Services): Promise<ExitCode> {
  if (answer === undefined) return list(session, services);
  const { out } = session;
  const request = await findRequest(services, answer);
  printRequest(out, request);
  out.line();
  const question = answer.verdict === 'approved' ? 'Approve this?' : 'Reject this?';
  if (!answer.yes && request.decision === undefined && !(await confirm(session, question))) {
    out.line('Nothing was changed.');
    return exitCodes.changesPending;
  }
  const decided = await decideApproval(services, answer);
  out.result({ status: 'succeeded', ...createApprovalReport(request), ...decided });
  printDecided(session, request, decided);
  return exitCodes.succeeded;
}

function printDecided({ out }: Session, { runId }: ApprovalRequest, decided: DecidedApproval): void {
  const { verdict, by, at } = decided.decision;
  out.line(
    decided.alreadyDecided
      ? `Already ${verdict} by ${by} at ${at}`
      : `${out.colors.green('✓')} ${verdict} by ${by}`,
  );
  for (const id of decided.approved) out.line(`  account ${id} is approved`);
  for (const id of decided.changedSinceRequest)
    out.line(
      out.colors.yellow(`! account ${id} has moved since you saw the plan, and still waits for approval`),
    );
  const runs = [...(decided.resumed ? [runId] : []), ...decided.otherRunsResumed];
  for (const id of runs) out.line(`  run ${id} ${verdict === 'approved' ? 'continues' : 'ends as failed'}`);
  if (decided.approved.length > 0 && !decided.resumed)
    out.line(`  No execution waits for this approval. Start a run for the account: it grants the access`);
}

async function list({ out }: Session, { store, clock }: Services): Promise<ExitCode> {
  const { items, unreadable } = await store.approvals.listOpen();
  const open = items.filter(({ until }) => clock.now() < Date.parse(until));
  const warnings = unreadable.map(formatUnreadable);
  out.result({
    status: 'succeeded',
    open: open.map(createApprovalReport),
    ...(warnings.length === 0 ? {} : { warnings }),
  });
  printWarnings(out, warnings);
  if (open.length === 0) out.line('No run waits for approval.');
  for (const request of open) {
    printRequest(out, request);
    out.line();
    out.line(`  ${out.colors.bold(createApprovalReport(request).command)}`);
    out.line();
  }
  return exitCodes.succeeded;
}
