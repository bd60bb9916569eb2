import type { Command } from 'commander';
import { renderManagementTemplate } from '../../shared/cloudformation/management-template.ts';
import { loadConfiguration } from '../../shared/configuration/load.ts';
import {
  type CommandContext,
  type CommonOptions,
  createCommand,
  getConfigurationFile,
  runAction,
  type Session,
} from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { getHubRegion, requireAccountId, requireOperators, requireRegion } from '../hub-options.ts';
import { outputTemplate } from '../template-output.ts';
import { UsageError } from '../usage-error.ts';

interface ManagementOptions extends CommonOptions {
  readonly hub?: string;
  readonly hubRegion?: string;
  readonly controlTowerRegion?: string;
  readonly operator: readonly string[];
  readonly delegation: boolean;
  readonly out?: string;
}

export const createManagementTemplateCommand = (context: CommandContext): Command =>
  createCommand('management-template')
    .option('--hub <id>', 'account where the project is deployed (default: the management account)')
    .option(
      '--hub-region <region>',
      'region where the project is deployed (default: the region of Organizations)',
    )
    .option(
      '--control-tower-region <region>',
      'home region of Control Tower (default: the region of Organizations)',
    )
    .option(
      '--operator <arn>',
      'role or user that may also read the organization; may be repeated',
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option('--no-delegation', 'without the delegation policy, if the organization has one already')
    .option('--out <file>', 'write it to a file; a name that ends in .json gives JSON')
    .action((options: ManagementOptions) => runAction<ManagementOptions>(context, print)(options));

async function print(options: ManagementOptions, session: Session): Promise<ExitCode> {
  const { hub, operator, controlTowerRegion, delegation } = options;
  if (hub !== undefined) requireAccountId('--hub', hub);
  requireOperators(operator);
  const configuration = await loadConfiguration(getConfigurationFile(options, session.io));
  if (controlTowerRegion !== undefined)
    requireRegion('--control-tower-region', controlTowerRegion, configuration);
  const { managementAccount } = configuration.organization;
  const location = {
    accountId: hub ?? managementAccount,
    region: getHubRegion(configuration, options.hubRegion),
  };
  const made = renderManagementTemplate({
    configuration,
    hub: location,
    controlTowerRegion,
    operators: operator,
    delegates: delegation,
  });
  if (made === undefined)
    throw new UsageError(
      `The hub is in the management account ${managementAccount}, ${location.region}, where the events arrive. It needs no ` +
        'template. If the hub is elsewhere, name its account with --hub or its region with --hub-region',
    );
  const { template, regions } = made;
  const where = `Deploy it in the management account ${managementAccount}, in this order: ${regions.join(', ')}`;
  const facts = { accountId: managementAccount, regions };
  await outputTemplate(options.out, { template, facts, where }, session);
  return exitCodes.succeeded;
}
