import { hostname } from 'node:os';
import { requireActive } from '../../shared/configuration/active-configuration.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { labelStatement } from '../../shared/iam/statement-label.ts';
import {
  listSuperseded,
  removeSuperseded,
  type SupersededResource,
} from '../../shared/reconcile/adoption/remove-superseded.ts';
import type { OverallPlan } from '../../shared/reconcile/plan-all.ts';
import type { ResourceChange } from '../../shared/store/ports.ts';
import type { Session } from '../command.ts';
import { canAsk, confirm } from '../confirm.ts';
import { getCurrentUser } from '../current-user.ts';
import { createRunId, openEnvironment, planWithProgress } from '../environment.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { formatCount, type Output, wrapText } from '../output.ts';
import { UsageError } from '../usage-error.ts';
import { getReadableWidth } from '../warnings.ts';
import { formatProof } from './proof-text.ts';
import { addUnmanagedStatements } from './simulated-policies.ts';

interface RemovalOptions {
  readonly yes?: boolean;
  readonly simulate?: boolean;
}

/**
 * Shows the statements that managed statements make superfluous, asks the operator whether to remove them, and removes
 * them.
 */
export async function removeStatements(
  configuration: Configuration,
  { yes = false, simulate = false }: RemovalOptions,
  session: Session,
): Promise<ExitCode> {
  if (!yes && !canAsk(session))
    throw new UsageError(
      'The command cannot ask, because there is no terminal. Add --yes. Nothing was changed',
    );
  const io = { ...session.io, prepareWorld: session.io.prepareWorld ?? addUnmanagedStatements };
  const environment = await openEnvironment(
    { ...session, io },
    {
      configuration,
      simulate,
      memoryAllowed: true,
      onboarded: true,
    },
  );
  const active = await requireActive(environment.services.store, configuration);
  const plan = await planWithProgress(environment, session, { active, accountId: undefined });
  const resources = listSuperseded(plan);
  printPlan(session.out, resources, plan);
  if (resources.length === 0) return endWithNothing(session.out);
  if (!yes && !(await confirm(session, 'Remove these statements?'))) {
    session.out.line('Nothing was changed.');
    return exitCodes.changesPending;
  }
  const { happened, unwatch } = watchInterruption(session);
  const runId = createRunId('adopt');
  const startedBy = `${getCurrentUser(session.io)}@${hostname()}`;
  const changes = await removeSuperseded(environment.services, {
    runId,
    plan,
    resources,
    startedBy,
    isInterrupted: happened,
  }).finally(unwatch);
  printChanges(session.out, changes, { runId, resources });
  if (happened()) return exitCodes.interrupted;
  return changes.every(({ outcome }) => outcome === 'written') ? exitCodes.succeeded : exitCodes.failed;
}

function printPlan(out: Output, resources: readonly SupersededResource[], { accounts }: OverallPlan): void {
  for (const { desired, statements } of resources) {
    out.line(
      `${desired.kind.title} ${out.colors.bold(desired.ref.id)}  ${out.colors.dim(desired.ref.region)}`,
    );
    for (const { statement, proof } of statements) {
      out.line(`  ${out.colors.red('-')} ${labelStatement(statement)}`);
      for (const line of wrapText(
        formatProof(proof, accounts, { statement, ownerId: desired.ref.accountId }),
        getReadableWidth(out) - 4,
      ))
        out.line(`    ${out.colors.dim(line)}`);
    }
  }
}

function endWithNothing(out: Output): ExitCode {
  const reason =
    'Nothing to remove: no managed statement makes an unmanaged statement superfluous. ' +
    'Statements of resources with planned changes are not compared: run onboarding apply first';
  out.result({ status: 'succeeded', reason, resources: [] });
  out.line(reason);
  return exitCodes.succeeded;
}

function printChanges(
  out: Output,
  changes: readonly ResourceChange[],
  { runId, resources }: { readonly runId: string; readonly resources: readonly SupersededResource[] },
): void {
  const failed = changes.some(({ outcome }) => outcome !== 'written') || changes.length < resources.length;
  const removed = new Map(resources.map(({ desired, statements }) => [desired.key, statements]));
  out.result({
    status: failed ? 'failed' : 'succeeded',
    runId,
    resources: changes.map(({ resource, outcome, error }) => ({
      resource,
      outcome,
      ...(outcome === 'written'
        ? { removed: removed.get(resource)?.map(({ statement }) => labelStatement(statement)) }
        : {}),
      ...(error === undefined ? {} : { error }),
    })),
  });
  for (const { resource, outcome, error } of changes) {
    const count = formatCount(removed.get(resource)?.length ?? 0, 'statement');
    if (outcome === 'written') out.line(`${out.colors.green('✓')} ${resource}: ${count} removed`);
    else out.line(`${out.colors.red('✗')} ${error?.message ?? `${resource}: ${outcome}`}`);
  }
  const left = resources.length - changes.length;
  if (left > 0) out.line(`Interrupted: ${formatCount(left, 'resource')} not changed.`);
}

/** After an interrupt (Ctrl-C), the command finishes the write in progress and starts no other. */
function watchInterruption({ io, out }: Session) {
  let interrupted = false;
  const unwatch = io.onInterrupt?.(() => {
    interrupted = true;
    out.note('Interrupted: finishing the write that has begun. Press Ctrl-C again to end at once');
  });
  return { happened: () => interrupted, unwatch: () => unwatch?.() };
}
