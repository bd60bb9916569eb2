import type { Command } from 'commander';
import { importOrganization } from '../../shared/accounts/registry.ts';
import {
  getActivationId,
  getStoredOus,
  type ResolvedConfiguration,
} from '../../shared/configuration/active-configuration.ts';
import { loadConfiguration } from '../../shared/configuration/load.ts';
import { findAccountWarnings } from '../../shared/reconcile/account-warnings.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import { formatUnresolvedPaths } from '../../shared/reconcile/unresolved-ous.ts';
import { findUnresolvedPaths } from '../../shared/reconcile/unresolved-paths.ts';
import { activateConfiguration, type UnnamedResources } from '../../shared/runs/activate.ts';
import { getActiveApproval } from '../../shared/runs/approval/active-approval.ts';
import {
  type CommandContext,
  type CommonOptions,
  createCommand,
  getConfigurationFile,
  runAction,
  type Session,
} from '../command.ts';
import { getCurrentUser } from '../current-user.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { connect } from '../services.ts';
import { printTable } from '../table.ts';
import { printWarnings } from '../warnings.ts';

interface ActivateOptions extends CommonOptions {
  readonly by?: string;
  readonly import: boolean;
}

export const createActivateCommand = (context: CommandContext): Command =>
  createCommand('activate')
    .option('--no-import', 'do not import the organization first')
    .option('--by <name>', 'your name for the record (default: the user of this machine)')
    .action(runAction<ActivateOptions>(context, activate));

async function activate(options: ActivateOptions, session: Session): Promise<ExitCode> {
  const { out } = session;
  const file = getConfigurationFile(options, session.io);
  const configuration = await loadConfiguration(file);
  const { services, where } = connect(session, { memoryAllowed: false });
  const by = options.by ?? getCurrentUser(session.io);
  // OUs and tags may have changed since the registry was last updated. The selectors of the new configuration need the
  // present ones, so the organization is imported first.
  const imported = options.import
    ? await importOrganization({
        ...services,
        ...organization(services),
        needsApproval: () => getActiveApproval(services.store),
      })
    : undefined;
  const { active, previous, ...unnamed } = await activateConfiguration(services, configuration, by);
  const changed = previous === undefined || getActivationId(active) !== getActivationId(previous);
  const warnings = await selectorFindings(services, { configuration, ous: getStoredOus(active) });
  const report = {
    active: toReported(active),
    previous: toReported(previous),
    ...unnamed,
    warnings,
  };
  out.result({ status: 'succeeded', changed, ...report, accounts: imported?.accounts ?? null });
  out.line(out.colors.dim(`In ${where}`));
  out.line(`${out.colors.green('✓')} ${file} ${changed ? 'is now' : 'was already'} the active configuration`);
  const rows = [...(changed ? [row('before', previous)] : []), row('active', active)];
  printTable(out, rows);
  printUnnamed(out, unnamed);
  if (changed && configuration.approval !== undefined)
    out.line(
      '  Accounts in the registry count as approved. From now on, new and moved accounts wait for approval',
    );
  printWarnings(out, warnings);
  if (changed)
    out.line(
      '  No policy was changed. To change the policies now: onboarding apply. Otherwise the next run or sweep changes them',
    );
  return exitCodes.succeeded;
}

/** Prints the resources with managed statements that the configuration does not name. */
function printUnnamed(
  out: Session['out'],
  { removedResources, undecidedResources, unreachableResources }: UnnamedResources,
): void {
  for (const key of removedResources)
    out.line(`  not in the configuration any more; the next run removes the managed statements: ${key}`);
  for (const key of undecidedResources)
    out.line(
      `  not named any more; the next run searches, and removes the managed statements unless a pattern matches: ${key}`,
    );
  for (const key of unreachableResources)
    out.line(
      out.colors.yellow(`! not changed, because its account is not a central account any more: ${key}`),
    );
  if (unreachableResources.length > 0)
    out.line(
      '  These resources keep their managed statements. To remove them, put the account back into centralAccounts without its grants, ' +
        'deploy its role (onboarding spoke-template), activate and run a sweep. Then remove the account again',
    );
}

const organization = ({ store, hub }: Services) => ({
  registry: store.registry,
  organizations: hub.organizations,
});

/**
 * Warnings about selectors that match no account. None before the first import has completed, because the registry then
 * lacks accounts.
 */
async function selectorFindings(
  { store }: Services,
  active: Pick<ResolvedConfiguration, 'configuration' | 'ous'>,
): Promise<readonly string[]> {
  if ((await store.registry.getReadySince()) === undefined) return [];
  const accounts = await store.registry.listAccounts();
  const unresolved = await findUnresolvedPaths({ store }, { active, accounts, planned: [] });
  return [...unresolved.map(formatUnresolvedPaths), ...findAccountWarnings(active, accounts)];
}

type Told = { readonly hash: string; readonly activatedAt: string; readonly activatedBy: string };

/** The configuration in the form of `--json`: its hash and its time, without its text. */
const toReported = (configuration: Told | undefined): Told | null =>
  configuration === undefined
    ? null
    : {
        hash: configuration.hash,
        activatedAt: configuration.activatedAt,
        activatedBy: configuration.activatedBy,
      };

const row = (label: string, configuration: Told | undefined): readonly string[] =>
  configuration === undefined
    ? [label, 'none']
    : [
        label,
        configuration.hash.slice(0, 12),
        `since ${configuration.activatedAt}`,
        `by ${configuration.activatedBy}`,
      ];
