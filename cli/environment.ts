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
import { type CommonOptions, configurationFile, type Session } from './command.ts';
import { counted } from './output.ts';
import { type Connecting, connect, loggerOf } from './services.ts';
import { forgetCalls, newSimulation, onboardEveryone, prepareDeployment } from './simulation.ts';
import { UsageError } from './usage-error.ts';

/** Where a command compares or applies. */
export interface Stage {
  readonly services: Services;
  readonly calls: CallCounts;
  /** For people. */
  readonly where: string;
  /** The registry is in memory: what the installation knows is not known here. */
  readonly inMemory: boolean;
  readonly simulated: boolean;
}

export interface StageRequest extends Connecting {
  readonly configuration: Configuration;
  readonly simulate: boolean;
  /** Whether everybody in a simulated organization was onboarded before. Default: nobody. */
  readonly onboarded?: boolean;
}

/** A simulated organization, or AWS. A registry in memory is filled, and the configuration is in force there. */
export async function openStage(session: Session, request: StageRequest): Promise<Stage> {
  if (request.simulate) return simulatedStage(session, request);
  const connection = connect(session, request);
  if (connection.inMemory) {
    session.out.transient('  … Import organization');
    await prepareDeployment(connection.services, request.configuration);
    forgetCalls(connection.calls);
  }
  return { ...connection, simulated: false };
}

async function simulatedStage(
  session: Session,
  { configuration, onboarded = false }: StageRequest,
): Promise<Stage> {
  const simulation = newSimulation(configuration, { logger: loggerOf(session) });
  const { organization, services, calls } = simulation;
  session.io.prepareWorld?.(organization);
  await prepareDeployment(services, configuration);
  if (onboarded) await onboardEveryone(simulation);
  await session.io.outsiders?.(organization, services);
  forgetCalls(calls);
  const size = counted(organization.world.accounts.size, 'account');
  return { services, calls, where: `a simulated organization of ${size}`, inMemory: true, simulated: true };
}

/**
 * For a command that only reads: if no import has filled the table's registry yet, the accounts are read from Organizations,
 * for this command alone. Nothing is stored.
 */
export async function withAccounts(
  stage: Stage,
  { out }: Session,
): Promise<Stage & { readonly noImport: boolean }> {
  const { store, hub, clock, random } = stage.services;
  if ((await store.registry.readySince()) !== undefined) return { ...stage, noImport: false };
  out.transient('  … Read the accounts of the organization');
  const { registry } = createMemoryStore();
  await importOrganization({ registry, organizations: hub.organizations, clock, random });
  forgetCalls(stage.calls);
  return { ...stage, services: { ...stage.services, store: { ...store, registry } }, noImport: true };
}

/** For commands that look at how things are: the configuration in force, and every resource as it is now. */
export async function lookAt(
  session: Session,
  options: CommonOptions & { readonly simulate?: boolean },
): Promise<{ readonly configuration: Configuration; readonly stage: Stage; readonly plan: OverallPlan }> {
  const configuration = await loadConfiguration(configurationFile(options, session.io));
  const simulate = options.simulate === true;
  const stage = await openStage(session, { configuration, simulate, memoryAllowed: true, onboarded: true });
  const active = await requireActive(stage.services.store, configuration);
  return { configuration, stage, plan: await planOn(stage, session, { active, accountId: undefined }) };
}

/** Plans with the progress on a terminal. */
export const planOn = (
  { services }: Stage,
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
    runId: madeUpId('plan'),
    onProgress: ({ done, of }) => out.transient(`  … ${done} of ${counted(of, 'resource')} read`),
  });

/** `plan-20260302101500-1a2b3c`: also the name of role sessions. */
export const madeUpId = (prefix: string): string =>
  `${prefix}-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}-${randomBytes(3).toString('hex')}`;

export interface ScopeOptions {
  readonly account?: string;
  readonly all?: boolean;
}

/**
 * The account that a command is about; `undefined` for all of them, which is the default.
 * @throws UsageError
 */
export function scopeOf({ account, all }: ScopeOptions): string | undefined {
  if (account !== undefined && all === true) throw new UsageError('Say --account ID or --all, not both');
  if (account !== undefined && !accountIdPattern.test(account))
    throw new UsageError(`--account ${account}: an account id has twelve digits`);
  return account;
}
