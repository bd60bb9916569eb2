import type { Command } from 'commander';
import { renderSpokeTemplate } from '../../shared/cloudformation/template.ts';
import { loadConfiguration } from '../../shared/configuration/load.ts';
import { suggestWord } from '../../shared/configuration/messages.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { formatAccountId } from '../../shared/platform/account.ts';
import { findNearestWord } from '../../shared/platform/nearest-name.ts';
import { createCentralNames } from '../central-names.ts';
import {
  type CommandContext,
  type CommonOptions,
  createCommand,
  getConfigurationFile,
  runAction,
  type Session,
} from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { getHubRegion, requireAccountId, requireOperators } from '../hub-options.ts';
import { outputTemplate } from '../template-output.ts';
import { UsageError } from '../usage-error.ts';

interface SpokeOptions extends CommonOptions {
  readonly hub?: string;
  readonly hubRegion?: string;
  readonly operator: readonly string[];
  readonly out?: string;
}

export const createSpokeTemplateCommand = (context: CommandContext): Command =>
  createCommand('spoke-template')
    .argument('<account>', 'its name in the configuration, such as log')
    .option('--hub <id>', 'account where the project is deployed (default: the management account)')
    .option(
      '--hub-region <region>',
      'region where the project is deployed (default: the region of Organizations)',
    )
    .option(
      '--operator <arn>',
      'role or user that may also assume the spoke role; may be repeated',
      collected,
      [],
    )
    .option('--out <file>', 'write it to a file; a name that ends in .json gives JSON')
    .action((name: string, options: SpokeOptions) =>
      runAction<SpokeOptions>(context, (given, session) => print(name, given, session))(options),
    );

const collected = (value: string, before: readonly string[]): readonly string[] => [...before, value];

async function print(name: string, options: SpokeOptions, session: Session): Promise<ExitCode> {
  requireValid(options);
  const file = getConfigurationFile(options, session.io);
  const configuration = await loadConfiguration(file);
  const accountId = centralAccountId(configuration, name, file);
  const { hub = configuration.organization.managementAccount, operator } = options;
  const region = getHubRegion(configuration, options.hubRegion);
  const spoke = renderSpokeTemplate({
    configuration,
    accountId,
    hub: { accountId: hub, region },
    operators: operator,
  });
  const { template, regions } = spoke;
  const account = formatAccountId(accountId, createCentralNames(configuration));
  const where = `Deploy it in account ${account}, in this order: ${regions.join(', ')}`;
  await outputTemplate(options.out, { template, facts: { accountId, regions }, where }, session);
  return exitCodes.succeeded;
}

function requireValid({ hub, operator }: SpokeOptions): void {
  if (hub !== undefined) requireAccountId('--hub', hub);
  requireOperators(operator);
}

function centralAccountId(configuration: Configuration, name: string, file: string): string {
  const { centralAccounts } = configuration;
  const [, account] = Object.entries(centralAccounts).find(([each]) => each === name) ?? [];
  if (account !== undefined) return account.id;
  const names = Object.keys(centralAccounts);
  throw new UsageError(
    `${file} has no central account ${name}; it has ${names.join(', ')}${suggestWord(findNearestWord(name, names))}`,
  );
}
