import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { requireActive } from '../../shared/configuration/active-configuration.ts';
import { getGrantContext } from '../../shared/configuration/context.ts';
import {
  loadConfiguration,
  parseConfiguration,
  readConfigurationText,
} from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { formatResourceKey } from '../../shared/grants/contract.ts';
import { type AdoptedResource, adoptAll } from '../../shared/reconcile/adoption/adopt-all.ts';
import {
  adoptOther,
  findNamedResources,
  type NamedResource,
} from '../../shared/reconcile/adoption/adopt-others.ts';
import { mergeProposals } from '../../shared/reconcile/adoption/merge-proposals.ts';
import type { OverallPlan } from '../../shared/reconcile/plan-all.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import { addGrants, nameProposals } from '../adopt/document.ts';
import { createAdoptReport, printAdoption } from '../adopt/output.ts';
import { removeStatements } from '../adopt/removal.ts';
import { addUnmanagedStatements } from '../adopt/simulated-policies.ts';
import {
  type CommandContext,
  type CommonOptions,
  createCommand,
  getConfigurationFile,
  runAction,
  type Session,
} from '../command.ts';
import { createRunId, openEnvironment, planWithProgress } from '../environment.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { UsageError } from '../usage-error.ts';
import { writeWhole } from '../write-text.ts';

interface AdoptOptions extends CommonOptions {
  readonly out?: string;
  readonly force?: boolean;
  readonly resource: readonly string[];
  readonly role?: string;
  readonly removeSuperseded?: boolean;
  readonly yes?: boolean;
  readonly simulate?: boolean;
}

export const createAdoptCommand = (context: CommandContext): Command =>
  createCommand('adopt')
    .option(
      '--resource <arn>',
      'also a resource that the configuration does not name; may be repeated',
      (arn: string, before: readonly string[]) => [...before, arn],
      [],
    )
    .option('--out <file>', 'write the configuration with the proposed grants to this file')
    .option('--force', 'replace the file if it exists')
    .option('--role <name>', 'role that reads the central accounts (default: the spoke role)')
    .option('--remove-superseded', 'remove the statements that managed statements make superfluous')
    .option('--yes', 'with --remove-superseded: do not ask')
    .option('--simulate', 'use a simulated organization; needs no AWS')
    .action(runAction<AdoptOptions>(context, adopt));

async function adopt(options: AdoptOptions, session: Session): Promise<ExitCode> {
  const file = getConfigurationFile(options, session.io);
  const text = await readConfigurationText(file);
  const configuration = await loadConfiguration(file);
  if (options.removeSuperseded === true) {
    requireNoProposal(options);
    return removeStatements(configuration, options, session);
  }
  if (options.out !== undefined && options.force !== true) await requireAbsent(options.out, session);
  const named = options.resource.map((arn) => findOthers(arn, configuration));
  const { plan, services } = await readPolicies(options, session);
  const resources = [...adoptAll(plan), ...(await adoptOthers(services, plan, named))];
  const proposals = nameProposals(
    mergeProposals(resources),
    configuration.grants.map(({ name }) => name),
  );
  if (options.out !== undefined) write(options.out, addGrants(text, proposals), options, session);
  session.out.result(createAdoptReport(resources, proposals, { plan, file: options.out }));
  printAdoption(session.out, resources, proposals, { plan, file: options.out });
  return exitCodes.succeeded;
}

/** The proposals and the removal are two steps, with an `apply` between them. */
function requireNoProposal({ out, role, resource }: AdoptOptions): void {
  const other =
    out !== undefined
      ? '--out'
      : role !== undefined
        ? '--role'
        : resource.length > 0
          ? '--resource'
          : undefined;
  if (other !== undefined)
    throw new UsageError(`--remove-superseded and ${other} exclude each other. Nothing was changed`);
}

/** @throws UsageError if no grant can be on the resource */
function findOthers(arn: string, configuration: Configuration): readonly NamedResource[] {
  const found = findNamedResources(arn, getGrantContext(configuration));
  if (found.length > 0) return found;
  throw new UsageError(
    `--resource ${arn}: must be the ARN of a bucket, key, repository, secret or role of a central account`,
  );
}

/** A resource that the configuration names as well is listed once. */
async function adoptOthers(
  services: Services,
  plan: OverallPlan,
  named: readonly (readonly NamedResource[])[],
): Promise<readonly AdoptedResource[]> {
  const known = new Set(plan.resources.map(({ desired }) => desired.key));
  const others = named.filter((resources) => !resources.some(({ ref }) => known.has(formatResourceKey(ref))));
  const runId = createRunId('adopt');
  const adopted = await Promise.all(
    others.map((resources) => adoptOther(services, { runId, plan, resources })),
  );
  return adopted.flat();
}

/**
 * Without a table, the accounts are read from Organizations. The role to read with may be another one than the spoke
 * role, which may not exist yet.
 */
async function readPolicies(
  options: AdoptOptions,
  session: Session,
): Promise<{ readonly plan: OverallPlan; readonly services: Services }> {
  const written = await loadConfiguration(getConfigurationFile(options, session.io));
  const { role: spokeRole = written.spokeRole } = options;
  const configuration = { ...written, spokeRole };
  const io = { ...session.io, prepareWorld: session.io.prepareWorld ?? addUnmanagedStatements };
  const environment = await openEnvironment(
    { ...session, io },
    {
      configuration,
      simulate: options.simulate === true,
      memoryAllowed: 'anywhere',
    },
  );
  const active = await requireActive(environment.services.store, configuration);
  const plan = await planWithProgress(environment, session, { active, accountId: undefined });
  return { plan, services: environment.services };
}

async function requireAbsent(file: string, { io }: Session): Promise<void> {
  const exists = await access(resolve(io.cwd, file)).then(
    () => true,
    () => false,
  );
  if (exists) throw createExistsError(file);
}

const createExistsError = (file: string): UsageError =>
  new UsageError(
    `${file} exists already, and was not changed. Name another file with --out, or replace it with --force`,
  );

/**
 * Writes the configuration with the proposed grants. @throws ConfigurationError if it would be invalid. Then nothing
 * was written
 */
function write(file: string, text: string, { force = false }: AdoptOptions, { io }: Session): void {
  parseConfiguration(text, file);
  if (!writeWhole(resolve(io.cwd, file), text, { replace: force })) throw createExistsError(file);
}
