import type { Command } from 'commander';
import { getApplications, locateApplication } from '../../shared/configuration/applications.ts';
import { hashConfiguration } from '../../shared/configuration/context.ts';
import { ConfigurationError } from '../../shared/configuration/errors.ts';
import { loadWithSchemas } from '../../shared/configuration/load-schemas.ts';
import { listMatchNotes } from '../../shared/configuration/match-notes.ts';
import { listMemberStackSets } from '../../shared/configuration/member-stack-sets.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { listSearches } from '../../shared/configuration/searches.ts';
import { formatPattern } from '../../shared/grants/discovery.ts';
import { getGrantKind } from '../../shared/grants/kinds.ts';
import { formatAccountId } from '../../shared/platform/account.ts';
import type { Finding } from '../../shared/platform/errors.ts';
import { listDesiredResources } from '../../shared/reconcile/desired-resources.ts';
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
import { formatCount, type Output } from '../output.ts';
import { formatSelector } from '../selector-text.ts';
import { printTable } from '../table.ts';
import { printWarnings } from '../warnings.ts';

export const createValidateCommand = (context: CommandContext): Command =>
  createCommand('validate').action(runAction<CommonOptions>(context, validate));

async function validate(options: CommonOptions, session: Session): Promise<ExitCode> {
  const { out, io } = session;
  const file = getConfigurationFile(options, io);
  try {
    const { configuration, warnings } = await loadWithSchemas(file);
    out.result({
      valid: true,
      file,
      findings: [],
      warnings: warnings.map(placed),
      ...summary(configuration),
    });
    printConfiguration(out, file, configuration);
    printWarnings(
      out,
      warnings.map(({ path, message }) => `${path} ${message}`),
    );
    return exitCodes.succeeded;
  } catch (error) {
    if (!(error instanceof ConfigurationError) || !out.json) throw error;
    out.result({ valid: false, file, findings: error.findings.map(placed) });
    return exitCodes.configuration;
  }
}

/** Splits a finding into its path and its line, because the JSON output has a field for each. */
function placed({ path, message }: Finding): { path: string; line?: number; message: string } {
  const [, bare = path, line] = /^(.*?)\s*\(line (\d+)\)$/.exec(path) ?? [];
  return { path: bare, ...(line === undefined ? {} : { line: Number(line) }), message };
}

function summary(configuration: Configuration) {
  const { centralAccounts, installation, organization, grants, approval } = configuration;
  return {
    hash: hashConfiguration(configuration),
    installation,
    organization: organization.id,
    centralAccounts,
    grants: grants.map(({ name, kind, account }) => ({ name, kind, account })),
    resources: listDesiredResources(configuration, []).map(({ ref }) => ref),
    patterns: listSearches(configuration).map(({ key: _, ...search }) => search),
    matchNotes: listMatchNotes(configuration),
    ...(approval === undefined ? {} : { approval }),
    applications: getApplications(configuration).map(({ name, environments, profiles, ...application }) => ({
      name,
      ...locateApplication(application, configuration),
      environments: environments.map((each) => each.name),
      profiles: profiles.map((each) => each.name),
    })),
    memberRoles: listMemberStackSets(configuration).flatMap(({ name: stackSet, roles }) =>
      roles.map(({ name, kind, for: selector }) => ({ name, kind, for: selector, stackSet })),
    ),
  };
}

function printConfiguration(out: Output, file: string, configuration: Configuration): void {
  const { green, bold, dim } = out.colors;
  const { organization, installation, grants, centralAccounts } = configuration;
  out.line(`${green('✓')} ${file} is valid`);
  out.line();
  out.line(
    bold(`Installation ${installation} of organization ${organization.id}`) +
      dim(`  hash ${hashConfiguration(configuration).slice(0, 12)}`),
  );
  const resources = listDesiredResources(configuration, []);
  const central = Object.entries(centralAccounts).map(([name, { id, region }]) => [
    name,
    id,
    region,
    resourceCount(resources, id, name, configuration),
  ]);
  table(out, 'Central accounts', central);
  table(
    out,
    `Grants (${grants.length})`,
    grants.map((entry) => [
      entry.name,
      entry.account,
      getGrantKind(entry.kind).title,
      formatCount(
        resources.filter(({ shares }) => shares.some((share) => share.entry === entry)).length,
        'resource',
      ),
      dim(formatSelector(entry.for)),
    ]),
  );
  printPatterns(out, configuration);
  tellMatchNotes(out, configuration);
  printApproval(out, configuration);
  printApplications(out, configuration);
  printMemberRoles(out, configuration);
  out.line();
  const patterns = listSearches(configuration);
  const more = patterns.length === 0 ? '' : ', and so will every resource that a pattern matches';
  out.line(`${formatCount(resources.length, 'resource')} will have managed statements${more}.`);
}

function printPatterns(out: Output, configuration: Configuration): void {
  const patterns = listSearches(configuration);
  if (patterns.length === 0) return;
  table(
    out,
    `Patterns (${patterns.length})`,
    patterns.map(({ kind, accountId, region, pattern, grants }) => [
      formatPattern(pattern),
      getGrantKind(kind).title,
      formatAccountId(accountId, createCentralNames(configuration)),
      region,
      out.colors.dim(grants.join(', ')),
    ]),
  );
}

function tellMatchNotes(out: Output, configuration: Configuration): void {
  const notes = listMatchNotes(configuration);
  if (notes.length === 0) return;
  out.line();
  out.line(out.colors.bold('Grants that do not list accounts'));
  for (const { grant, note } of notes) out.line(`  ${out.colors.yellow(grant)} ${note}`);
}

function printApproval(out: Output, { approval }: Configuration): void {
  if (approval === undefined) return;
  out.line();
  const { for: selector, timeLimitHours } = approval;
  out.line(
    `${out.colors.bold('Approved by an operator')}, within ${formatCount(timeLimitHours, 'hour')}: ${formatSelector(selector)}`,
  );
}

function printApplications(out: Output, configuration: Configuration): void {
  const applications = getApplications(configuration);
  if (applications.length === 0) return;
  table(
    out,
    `Applications of AppConfig (${applications.length})`,
    applications.map(({ name, environments, profiles, ...application }) => {
      const { accountId = '', region = '' } = locateApplication(application, configuration) ?? {};
      const stages = environments.map((each) => each.name).join(', ');
      const account = formatAccountId(accountId, createCentralNames(configuration));
      return [name, account, region, stages, out.colors.dim(profiles.map((each) => each.name).join(', '))];
    }),
  );
}

function printMemberRoles(out: Output, { memberRoles = [] }: Configuration): void {
  if (memberRoles.length === 0) return;
  table(
    out,
    `Member roles (${memberRoles.length})`,
    memberRoles.map(({ name, kind, for: selector }) => [
      name,
      kind,
      out.colors.dim(formatSelector(selector)),
    ]),
  );
}

/**
 * Counts the resources of one central account. It compares names and not ids, because two central accounts may be the
 * same AWS account.
 */
const resourceCount = (
  resources: ReturnType<typeof listDesiredResources>,
  accountId: string,
  name: string,
  { grants }: Configuration,
): string => {
  const entries = new Set(grants.filter(({ account }) => account === name));
  const here = resources.filter(
    ({ ref, shares }) => ref.accountId === accountId && shares.some(({ entry }) => entries.has(entry)),
  );
  return formatCount(here.length, 'resource');
};

function table(out: Output, title: string, rows: readonly (readonly string[])[]): void {
  out.line();
  out.line(out.colors.bold(title));
  printTable(out, rows);
}
