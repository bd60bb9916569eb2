import { AppConfigClient } from '@aws-sdk/client-appconfig';
import type { Command } from 'commander';
import {
  type Application,
  type ApplicationProfile,
  getApplications,
  locateApplication,
  resolveKeyArn,
} from '../../shared/configuration/applications.ts';
import { type ConfigurationAndSchemas, loadWithSchemas } from '../../shared/configuration/load-schemas.ts';
import { secretDeploymentOf } from '../../shared/configuration/secret-deployment.ts';
import { systemClock } from '../../shared/platform/clock.ts';
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
import { readContent } from '../publish/content.ts';
import {
  type ApplicationAccount,
  explainReading,
  type NamedProfile,
  resolvePlace,
} from '../publish/place.ts';
import { type Published, type PublishRequest, publishVersion } from '../publish/publish.ts';
import { printPublished } from '../publish/publish-output.ts';
import type { PublishTools } from '../publish/publish-types.ts';
import { addConfiguredApplication, createAuthorClient } from '../publish/simulated-application.ts';
import { createLogger } from '../services.ts';
import { createSimulation } from '../simulation.ts';
import { askWord, UsageError } from '../usage-error.ts';

interface PublishOptions extends CommonOptions {
  readonly application?: string;
  readonly profile?: string;
  readonly environment?: readonly string[];
  readonly strategy?: string;
  readonly label?: string;
  readonly simulate?: boolean;
}

export const createPublishCommand = (context: CommandContext): Command =>
  createCommand('publish')
    .argument('<file>', 'the content of the version')
    .option('--application <name>', 'required: its name under `applications` in the configuration')
    .option('--profile <name>', 'required: a profile of the application that AppConfig hosts')
    .option(
      '--environment <name...>',
      'only these environments, in this order (default: all, one after the other)',
    )
    .option('--strategy <id>', 'deployment strategy (default: `secretDeployment.strategy`)')
    .option('--label <text>', 'label of the version')
    .option('--simulate', 'publish in a simulated organization; needs no AWS')
    .action((file: string, options: PublishOptions) =>
      runAction<PublishOptions>(context, (given, session) => publish(file, given, session))(options),
    );

async function publish(file: string, options: PublishOptions, session: Session): Promise<ExitCode> {
  const loaded = await loadWithSchemas(getConfigurationFile(options, session.io));
  const application = pick(getApplications(loaded.configuration), 'application', options.application);
  const profile = pick(application.profiles, 'profile', options.profile);
  requireHosted(profile);
  checkLabel(options.label);
  const names = options.environment ?? application.environments.map(({ name }) => name);
  const environments = names.map((name) => pick(application.environments, 'environment', name).name);
  const schema = loaded.schemas.get(profile.schema ?? '');
  const content = await readContent(file, { cwd: session.io.cwd, schema });
  const where = locateApplication(application, loaded.configuration) ?? { accountId: '', region: '' };
  const interruption = watchInterruption(session);
  try {
    const tools = { ...connect(options, { session, loaded, application }), ...interruption.tools };
    const named = { application: application.name, profile: profile.name, environments };
    const published = await publishTo(tools, named, where, {
      content,
      label: options.label,
      key: toKeyArn(profile.key, loaded, application),
      strategy: options.strategy ?? secretDeploymentOf(loaded.configuration).strategy,
    });
    const names = createCentralNames(loaded.configuration);
    printPublished(session.out, { ...where, ...named, label: options.label, ...published }, names);
    return exitCodeByStatus[published.status];
  } finally {
    interruption.unwatch();
  }
}

const toKeyArn = (
  key: string | undefined,
  { configuration }: ConfigurationAndSchemas,
  application: Application,
): string | undefined =>
  key === undefined
    ? undefined
    : resolveKeyArn(key, { configuration, application, partition: configuration.partition });

const exitCodeByStatus = {
  complete: exitCodes.succeeded,
  failed: exitCodes.failed,
  interrupted: exitCodes.interrupted,
} as const satisfies Record<Published['status'], ExitCode>;

type Wanted = Pick<PublishRequest, 'content' | 'label' | 'key' | 'strategy'>;

async function publishTo(
  tools: PublishTools,
  named: NamedProfile,
  where: ApplicationAccount,
  wanted: Wanted,
): Promise<Published> {
  try {
    const target = await resolvePlace(tools, named, where);
    return await publishVersion(tools, { ...target, ...wanted });
  } catch (thrown) {
    throw explainReading(thrown);
  }
}

interface Connecting {
  readonly session: Session;
  readonly loaded: ConfigurationAndSchemas;
  readonly application: Application;
}

/** Connects to AWS with the caller's own credentials, or to a simulated organization in which no pause takes time. */
function connect(
  { simulate = false }: PublishOptions,
  { session, loaded, application }: Connecting,
): Pick<PublishTools, 'client' | 'clock'> {
  const { configuration } = loaded;
  const { accountId = '', region = '' } = locateApplication(application, configuration) ?? {};
  if (!simulate) return { client: new AppConfigClient({ region }), clock: systemClock };
  const { organization, services } = createSimulation(configuration, { logger: createLogger(session) });
  addConfiguredApplication(organization, loaded, application);
  session.io.prepareWorld?.(organization);
  return { client: createAuthorClient(organization, { accountId, region }), clock: services.clock };
}

/** At the first Ctrl-C, the command ends before its next step. At the second, the process ends at once. */
function watchInterruption({ io, out }: Session) {
  const controller = new AbortController();
  const unwatch = io.onInterrupt?.(() => {
    controller.abort();
    out.note('Interrupted: no further deployment is started. Press Ctrl-C again to end at once');
  });
  const onProgress = (text: string) => out.transient(`  … ${text}`);
  return { tools: { signal: controller.signal, onProgress }, unwatch: () => unwatch?.() };
}

function pick<T extends { readonly name: string }>(
  configured: readonly T[],
  what: string,
  name: string | undefined,
): T {
  const names = configured.length === 0 ? 'none' : configured.map((each) => each.name).join(', ');
  if (name === undefined) throw new UsageError(`--${what} is missing. The configuration has ${names}`);
  const match = configured.find((each) => each.name === name);
  if (match !== undefined) return match;
  const nearest = findNearestWord(
    name,
    configured.map((each) => each.name),
  );
  throw new UsageError(
    `--${what} ${name}: the configuration has ${names}. ${askWord(nearest)}Nothing was created`,
  );
}

function requireHosted({ name, secret }: ApplicationProfile): void {
  if (secret === undefined) return;
  throw new UsageError(
    `--profile ${name}: its content is the secret ${secret}, which is deployed when it is rotated. Nothing was created`,
  );
}

/**
 * Checks the label of a version as AppConfig does (AppConfig API reference, "CreateHostedConfigurationVersion",
 * `VersionLabel`).
 */
function checkLabel(label: string | undefined): void {
  if (label !== undefined && !/^(?=.*\D).{1,64}$/.test(label))
    throw new UsageError(`--label ${label}: must have 1 to 64 characters, and one that is no digit`);
}
