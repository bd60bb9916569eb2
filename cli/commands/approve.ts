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
import { approvalReport, tellRequest } from '../approval-output.ts';
import { acting, type CommandContext, type CommonOptions, newCommand, type Session } from '../command.ts';
import { canAsk, confirmed } from '../confirm.ts';
import { personOf } from '../current-user.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { connect } from '../services.ts';
import { UsageError } from '../usage-error.ts';
import { tellWarnings } from '../warnings.ts';

export interface ApproveOptions extends CommonOptions {
  readonly run?: string;
  readonly plan?: string;
  readonly reject?: boolean;
  readonly reason?: string;
  readonly by?: string;
  readonly yes?: boolean;
}

export const approveCommand = (context: CommandContext): Command =>
  newCommand('approve', 'Approve what a run asks for, or list what is asked.')
    .option('--run <id>', 'the run that asks; without it, what is open is listed')
    .option('--plan <hash>', 'the hash of what you have seen, as the message and the list show it')
    .option('--reject', 'say no; needs --reason')
    .option('--reason <text>', 'why, for the record')
    .option('--by <name>', 'who decides, for the record (default: the user of this machine)')
    .option('--yes', 'do not ask')
    .action(
      acting<ApproveOptions>(context, (options, session) => {
        const answer = answerOf(options, session);
        return approve(answer, session, connect(session, { memoryAllowed: false }).services);
      }),
    );

type Answer = (ApprovalAnswer & { readonly yes: boolean }) | undefined;

/**
 * What the options say; `undefined` for a list.
 * @throws UsageError before anything is read
 */
export function answerOf(options: ApproveOptions, session: Session): Answer {
  const { run: runId, plan: planHash, reject = false, reason, yes = false } = options;
  if (runId === undefined && planHash === undefined && !reject) return undefined;
  if (runId === undefined || planHash === undefined)
    throw new UsageError(
      'Name both the run and what you have seen: --run ID --plan HASH. Without, open ones are listed',
    );
  if (reject && reason === undefined) throw new UsageError('Say why with --reason TEXT');
  if (!yes && !canAsk(session)) throw new UsageError('Nobody can be asked here: say --yes');
  const by = options.by ?? personOf(session.io);
  return { runId, planHash, verdict: reject ? 'rejected' : 'approved', by, reason, yes };
}

export async function approve(answer: Answer, session: Session, services: Services): Promise<ExitCode> {
  if (answer === undefined) return list(session, services);
  const { out } = session;
  const request = await findRequest(services, answer);
  tellRequest(out, request);
  out.line();
  const question = answer.verdict === 'approved' ? 'Approve this?' : 'Reject this?';
  if (!answer.yes && request.decision === undefined && !(await confirmed(session, question))) {
    out.line('Nothing was changed.');
    return exitCodes.changesPending;
  }
  const decided = await decideApproval(services, answer);
  out.result({ status: 'succeeded', ...approvalReport(request), ...decided });
  tellDecided(session, request, decided);
  return exitCodes.succeeded;
}

function tellDecided({ out }: Session, { runId }: ApprovalRequest, decided: DecidedApproval): void {
  const { verdict, by, at } = decided.decision;
  out.line(
    decided.already
      ? `Was ${verdict} already, by ${by} at ${at}`
      : `${out.colors.green('✓')} ${verdict} by ${by}`,
  );
  for (const id of decided.approved) out.line(`  account ${id} is approved`);
  for (const id of decided.moved)
    out.line(out.colors.yellow(`! account ${id} has moved since it was shown, and waits on`));
  const runs = [...(decided.released ? [runId] : []), ...decided.alsoReleased];
  for (const id of runs) out.line(`  run ${id} ${verdict === 'approved' ? 'goes on' : 'ends as failed'}`);
  if (decided.approved.length > 0 && !decided.released)
    out.line(`  No execution waits for it: what is approved is granted by the next run, so start one`);
}

async function list({ out }: Session, { store, clock }: Services): Promise<ExitCode> {
  const { items, unreadable } = await store.approvals.open();
  const open = items.filter(({ until }) => clock.now() < Date.parse(until));
  const warnings = unreadable.map(formatUnreadable);
  out.result({
    status: 'succeeded',
    open: open.map(approvalReport),
    ...(warnings.length === 0 ? {} : { warnings }),
  });
  tellWarnings(out, warnings);
  if (open.length === 0) out.line('Nobody waits for approval.');
  for (const request of open) {
    tellRequest(out, request);
    out.line();
    out.line(`  ${out.colors.bold(approvalReport(request).command)}`);
    out.line();
  }
  return exitCodes.succeeded;
}
