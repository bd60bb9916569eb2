import type { Command } from 'commander';
import { importOrganization } from '../../shared/accounts/registry.ts';
import { getActiveApproval } from '../../shared/runs/approval/active-approval.ts';
import {
  type CommandContext,
  type CommonOptions,
  createCommand,
  runAction,
  type Session,
} from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { formatCount } from '../output.ts';
import { connect } from '../services.ts';

export const createImportCommand = (context: CommandContext): Command =>
  createCommand('import').action(runAction<CommonOptions>(context, importAccounts));

async function importAccounts(_: CommonOptions, session: Session): Promise<ExitCode> {
  const { out } = session;
  const { services, where } = connect(session, { memoryAllowed: false });
  const { store, hub, clock, random } = services;
  out.line(out.colors.dim(`From Organizations into ${where}`));
  const before = await store.registry.getReadySince();
  const report = await importOrganization({
    registry: store.registry,
    organizations: hub.organizations,
    clock,
    random,
    needsApproval: () => getActiveApproval(store),
    onProgress: ({ accounts }) => out.transient(`  … ${formatCount(accounts, 'account')}`),
  });
  out.result({ status: 'succeeded', ...report });
  const { accounts, changed, departed } = report;
  out.line(
    `${out.colors.green('✓')} ${formatCount(accounts, 'account')}: ${changed} stored or changed, ${departed} left the organization`,
  );
  out.line(
    before === undefined
      ? '  The registry is complete now, so runs can write policies.'
      : '  The registry was complete before.',
  );
  return exitCodes.succeeded;
}
