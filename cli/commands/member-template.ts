import { join } from 'node:path';
import type { Command } from 'commander';
import { renderStackSetScript } from '../../shared/cloudformation/member-stack-set-script.ts';
import { renderMemberTemplate } from '../../shared/cloudformation/member-template.ts';
import type { Template } from '../../shared/cloudformation/template.ts';
import { loadConfiguration } from '../../shared/configuration/load.ts';
import { listMemberStackSets, type MemberStackSet } from '../../shared/configuration/member-stack-sets.ts';
import { suggestWord } from '../../shared/configuration/messages.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { findNearestWord } from '../../shared/platform/nearest-name.ts';
import { getPartitionFacts } from '../../shared/platform/partitions.ts';
import {
  type CommandContext,
  type CommonOptions,
  createCommand,
  getConfigurationFile,
  runAction,
  type Session,
} from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { requireAccountId, requireOperators } from '../hub-options.ts';
import { printTable } from '../table.ts';
import { formatTemplate, outputTemplate } from '../template-output.ts';
import { UsageError } from '../usage-error.ts';
import { createFolder, writeTexts } from '../write-text.ts';

interface MemberOptions extends CommonOptions {
  readonly hub?: string;
  readonly operator: readonly string[];
  readonly plain?: boolean;
  readonly out?: string;
}

/** A StackSet, with its template. */
interface MadeStackSet {
  readonly stackSet: MemberStackSet;
  readonly template: Template;
}

export const createMemberTemplateCommand = (context: CommandContext): Command =>
  createCommand('member-template')
    .argument('[stack-set]', 'its name: print its template')
    .option('--plain', 'for the management account, and for organizations without StackSets: no StackSet')
    .option('--hub <id>', 'account where the project is deployed (default: the management account)')
    .option(
      '--operator <arn>',
      'role or user that may also read the member roles; may be repeated',
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option('--out <folder>', 'write each template, and the script that creates its StackSet, to a folder')
    .action((name: string | undefined, options: MemberOptions) =>
      runAction<MemberOptions>(context, (given, session) => act(name, given, session))(options),
    );

async function act(name: string | undefined, options: MemberOptions, session: Session): Promise<ExitCode> {
  requireOperators(options.operator);
  if (options.hub !== undefined) requireAccountId('--hub', options.hub);
  const file = getConfigurationFile(options, session.io);
  const configuration = await loadConfiguration(file);
  const made = makeAll(configuration, options);
  if (made.length === 0)
    throw new UsageError(`${file} has no memberRoles: describe the roles there, as examples/people does`);
  if (name !== undefined) return await print(chosen(name, made, file), options, session);
  if (options.out === undefined) list(made, session);
  else await writeAll(options.out, { made, configuration, isPlain: options.plain === true }, session);
  return exitCodes.succeeded;
}

const makeAll = (configuration: Configuration, { hub, operator }: MemberOptions): readonly MadeStackSet[] =>
  listMemberStackSets(configuration).map((stackSet) => ({
    stackSet,
    template: renderMemberTemplate({
      configuration,
      stackSet,
      hubAccountId: hub ?? configuration.organization.managementAccount,
      operators: operator,
    }),
  }));

function chosen(name: string, made: readonly MadeStackSet[], file: string): MadeStackSet {
  const named = made.find(({ stackSet }) => stackSet.name === name);
  if (named !== undefined) return named;
  const names = made.map(({ stackSet }) => stackSet.name);
  throw new UsageError(
    `${file} has no StackSet ${name}; it has ${names.join(', ')}${suggestWord(findNearestWord(name, names))}`,
  );
}

async function print(
  { stackSet, template }: MadeStackSet,
  { out }: MemberOptions,
  session: Session,
): Promise<ExitCode> {
  if (out !== undefined) throw new UsageError(`--out writes all templates: leave ${stackSet.name} out`);
  await outputTemplate(undefined, { template, facts: {}, where: '' }, session);
  return exitCodes.succeeded;
}

const formatOus = ({ ous }: MemberStackSet): string =>
  ous === undefined ? 'the whole organization' : ous.join(', ');

const roleNames = ({ roles }: MemberStackSet): readonly string[] => roles.map(({ name }) => name);

function list(made: readonly MadeStackSet[], { out }: Session): void {
  out.result({
    stackSets: made.map(({ stackSet, template }) => ({ ...describe(stackSet), template })),
  });
  printTable(
    out,
    made.map(({ stackSet }) => [
      stackSet.name,
      formatOus(stackSet),
      out.colors.dim(roleNames(stackSet).join(', ')),
    ]),
  );
  out.line();
  out.line('Write the templates and their commands with `onboarding member-template --out FOLDER`.');
}

const describe = (stackSet: MemberStackSet) => ({
  name: stackSet.name,
  ...(stackSet.ous === undefined ? {} : { ous: stackSet.ous }),
  roles: roleNames(stackSet),
});

interface Writing {
  readonly made: readonly MadeStackSet[];
  readonly configuration: Configuration;
  readonly isPlain: boolean;
}

/**
 * The files for one StackSet: its template, and the script that creates the StackSet. With `--plain`, there is no
 * script.
 */
interface StackSetFiles {
  readonly stackSet: MemberStackSet;
  readonly template: TextFile;
  readonly script?: TextFile;
}

interface TextFile {
  readonly file: string;
  readonly text: string;
}

function toFiles(
  folder: string,
  { stackSet, template }: MadeStackSet,
  { configuration: { partition }, isPlain }: Writing,
): StackSetFiles {
  const templateFile = `${stackSet.name}.yml`;
  const text = formatTemplate(template);
  const script = () =>
    renderStackSetScript({ stackSet, templateFile, templateBytes: Buffer.byteLength(text), partition });
  return {
    stackSet,
    template: { file: join(folder, templateFile), text },
    ...(isPlain ? {} : { script: { file: join(folder, `${stackSet.name}.sh`), text: script() } }),
  };
}

async function writeAll(folder: string, writing: Writing, { out, io }: Session): Promise<void> {
  const all = writing.made.map((made) => toFiles(folder, made, writing));
  const files = all.flatMap(({ template, script }) => [template, ...(script ? [script] : [])]);
  createFolder(folder, io.cwd);
  writeTexts(Object.fromEntries(files.map(({ file, text }) => [file, text])), io.cwd);
  out.result({
    stackSets: all.map(({ stackSet, template, script }) => ({
      ...describe(stackSet),
      template: template.file,
      ...(script === undefined ? {} : { script: script.file }),
    })),
  });
  for (const { stackSet, template, script } of all) {
    const { partition } = writing.configuration;
    out.line(`${out.colors.green('✓')} ${stackSet.name}: ${roleNames(stackSet).join(', ')}`);
    out.line(`  for ${formatOus(stackSet)}`);
    out.line(
      `  ${script === undefined ? plainCommand(stackSet, template.file, partition) : `bash ${script.file} create`}`,
    );
  }
}

const plainCommand = ({ name }: MemberStackSet, file: string, partition: string): string =>
  `aws cloudformation deploy --stack-name ${name} --template-file ${file} --region ${getPartitionFacts(partition).organizationsRegion} ` +
  '--capabilities CAPABILITY_NAMED_IAM';
