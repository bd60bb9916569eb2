import type { Command } from 'commander';
import { renderApplicationTemplate } from '../../shared/cloudformation/application.ts';
import { type Application, getApplications } from '../../shared/configuration/applications.ts';
import { loadWithSchemas } from '../../shared/configuration/load-schemas.ts';
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
import { outputTemplate } from '../template-output.ts';
import { UsageError } from '../usage-error.ts';

interface ApplicationOptions extends CommonOptions {
  readonly out?: string;
}

export const createApplicationTemplateCommand = (context: CommandContext): Command =>
  createCommand('application-template')
    .argument('<application>', 'its name under `applications` in the configuration')
    .option('--out <file>', 'write it to a file; a name that ends in .json gives JSON')
    .action((name: string, options: ApplicationOptions) =>
      runAction<ApplicationOptions>(context, (given, session) => print(name, given, session))(options),
    );

async function print(
  name: string,
  { out, ...options }: ApplicationOptions,
  session: Session,
): Promise<ExitCode> {
  const file = getConfigurationFile(options, session.io);
  const { configuration, schemas } = await loadWithSchemas(file);
  const application = applicationNamed(name, configuration, file);
  const { template, accountId, region } = renderApplicationTemplate({ configuration, application, schemas });
  const account = formatAccountId(accountId, createCentralNames(configuration));
  const where = `Deploy it in account ${account}, ${region}`;
  await outputTemplate(out, { template, facts: { accountId, region }, where }, session);
  return exitCodes.succeeded;
}

function applicationNamed(name: string, configuration: Configuration, file: string): Application {
  const applications = getApplications(configuration);
  const application = applications.find((each) => each.name === name);
  if (application !== undefined) return application;
  const names = applications.map((each) => each.name);
  const nearest = suggestWord(findNearestWord(name, names));
  throw new UsageError(`${file} has no application ${name}; it has ${names.join(', ') || 'none'}${nearest}`);
}
