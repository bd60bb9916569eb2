import type { Command } from 'commander';
import { getRunId } from '../../shared/reconcile/lease.ts';
import { formatUnreadable } from '../../shared/reconcile/unreadable-items.ts';
import type { HeldLease } from '../../shared/store/ports.ts';
import { type CommandContext, createCommand, runAction, type Session } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { openRecords, type RecordOptions } from '../records.ts';
import { printTable } from '../table.ts';
import { printWarnings } from '../warnings.ts';

export const createLocksCommand = (context: CommandContext): Command =>
  createCommand('locks')
    .option('--simulate', 'use a simulated organization with onboarded accounts; needs no AWS')
    .action(runAction<RecordOptions>(context, locks));

async function locks(options: RecordOptions, session: Session): Promise<ExitCode> {
  const { store, clock } = await openRecords(session, options);
  const { items, unreadable } = await store.leases.listHeld(clock.now());
  const held = items.map(toReport);
  const warnings = unreadable.map(formatUnreadable);
  const { out } = session;
  out.result({ status: 'succeeded', locks: held, warnings });
  if (held.length === 0) out.line('No run holds a resource.');
  const rows = held.map(({ resource, runId, until }) => [out.colors.bold(resource), runId, `until ${until}`]);
  printTable(out, rows);
  if (held.length > 0)
    out.line(`A lock ends by itself. To look at its run: onboarding status --run ${held[0]?.runId}`);
  printWarnings(out, warnings);
  return exitCodes.succeeded;
}

const toReport = ({ resource, owner, until }: HeldLease) => ({
  resource,
  runId: getRunId(owner),
  until: new Date(until).toISOString(),
});
