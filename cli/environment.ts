import { randomBytes } from 'node:crypto';
import { importOrganization } from '../shared/accounts/registry.ts';
import { type ActiveConfiguration, requireActive } from '../shared/configuration/active-configuration.ts';
import { loadConfiguration } from '../shared/configuration/load.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import { accountIdPattern } from '../shared/platform/account.ts';
import type { CallCounts } from '../shared/platform/aws/plugins.ts';
import { type OverallPlan, planAll } from '../shared/reconcile/plan-all.ts';
import type { Services } from '../shared/reconcile/services.ts';
import { createMemoryStore } from '../shared/store/memory.ts';
import type { SimulatedOrganization } from '../simulator/organization.ts';
import { type CommonOptions, getConfigurationFile, type Session } from './command.ts';
import { formatCount } from './output.ts';
import { type Connecting, connect, createLogger } from './services.ts';
import { createSimulation, forgetCalls, onboardEveryone, prepareDeployment } from './simulation.ts';
import { UsageError } from './usage-error.ts';

/** What a command reads and writes: AWS or a simulation. */
export interface CliEnvironment {
  readonly services: Services;
  readonly calls: CallCounts;
  /** Where the command reads and writes, for its output. */
  readonly where: string;
  /**
   * Whether the accounts are in memory only. Then the command does not know what the installation's table has stored.
   */
  readonly inMemory: boolean;
  readonly simulated: boolean;
  /** Present only in a simulation. */
  readonly organization?: SimulatedOrganization;
}

export interface CliEnvironmentRequest extends Connecting {
  readonly configuration: Configuration;
  readonly simulate: boolean;
  /** Whether every account of a simulated organization was onboarded before. Default: none was. */
  readonly onboarded?: boolean;
}

/** A simulated organization, or AWS. Its registry is in memory and filled, and the configuration is the active one. */
export async function openEnvironment(
  session: Session,
  request: CliEnvironmentRequest,
): Promise<CliEnvironment> {
  if (request.simulate) return openSimulatedEnvironment(session, request);
  const connection = connect(session, request);
  if (connection.inMemory) {
    session.out.transient('  … Import organization');
    await prepareDeployment(connection.services, request.configuration);
    forgetCalls(connection.calls);
  }
  return { ...connection, simulated: false };
}

async function openSimulatedEnvironment(
  session: Session,
  { configuration, onboarded = false }: CliEnvironmentRequest,
): Promise<CliEnvironment> {
  const { createStore } = session.io;
  const simulation = createSimulation(configuration, {
    logger: createLogger(session),
    ...(createStore === undefined ? {} : { createStore }),
  });
  const { organization, services, calls } = simulation;
  session.io.prepareWorld?.(organization);
  await prepareDeployment(services, configuration);
  if (onboarded) await onboardEveryone(simulation);
  await session.io.outsiders?.(organization, services);
  forgetCalls(calls);
  const size = formatCount(organization.world.accounts.size, 'account');
  return {
    services,
    calls,
    where: `a simulated organization of ${size}`,
    inMemory: true,
    simulated: true,
    organization,
  };
}

/**
 * For read-only commands. If no import has filled the table's registry yet, the command reads the accounts from
 * Organizations into memory. Nothing is stored.
 */
export async function readAccountsIfNeeded(
  environment: CliEnvironment,
  { out }: Session,
): Promise<CliEnvironment & { readonly noImport: boolean }> {
  const { store, hub, clock, random } = environment.services;
  if ((await store.registry.getReadySince()) !== undefined) return { ...environment, noImport: false };
  out.transient('  … Read the accounts of the organization');
  const { registry } = createMemoryStore();
  await importOrganization({ registry, organizations: hub.organizations, clock, random });
  forgetCalls(environment.calls);
  return {
    ...environment,
    services: { ...environment.services, store: { ...store, registry } },
    noImport: true,
  };
}

/** For read-only commands: the active configuration, and the present state of every resource. */
export async function readEverything(
  session: Session,
  options: CommonOptions & { readonly simulate?: boolean },
): Promise<{
  readonly configuration: Configuration;
  readonly environment: CliEnvironment;
  readonly plan: OverallPlan;
}> {
  const configuration = await loadConfiguration(getConfigurationFile(options, session.io));
  const simulate = options.simulate === true;
  const environment = await openEnvironment(session, {
    configuration,
    simulate,
    memoryAllowed: true,
    onboarded: true,
  });
  const active = await requireActive(environment.services.store, configuration);
  return {
    configuration,
    environment,
    plan: await planWithProgress(environment, session, { active, accountId: undefined }),
  };
}

/** Plans, with progress on a terminal. */
export const planWithProgress = (
  { services }: CliEnvironment,
  { out }: Session,
  request: {
    readonly active: ActiveConfiguration;
    readonly accountId: string | undefined;
    readonly also?: ReadonlySet<string>;
    readonly keep?: boolean;
  },
): Promise<OverallPlan> =>
  planAll(services, {
    ...request,
    runId: createRunId('plan'),
    onProgress: ({ done, of }) => out.transient(`  … ${done} of ${formatCount(of, 'resource')} read`),
  });

/** An id such as `plan-20260302101500-1a2b3c`. It is also the name of the role sessions. */
export const createRunId = (prefix: string): string =>
  `${prefix}-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}-${randomBytes(3).toString('hex')}`;

export interface ScopeOptions {
  readonly account?: string;
  readonly all?: boolean;
}

/**
 * The account of a command. `undefined` for all accounts, the default.
 * @throws UsageError
 */
export function parseScope({ account, all }: ScopeOptions): string | undefined {
  if (account !== undefined && all === true) throw new UsageError('Say --account ID or --all, not both');
  if (account !== undefined && !accountIdPattern.test(account))
    throw new UsageError(`--account ${account}: an account id has twelve digits`);
  return account;
}
