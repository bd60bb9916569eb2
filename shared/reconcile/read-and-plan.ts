import { type ActiveConfiguration, getActivationId } from '../configuration/active-configuration.ts';
import { getGrantContext } from '../configuration/context.ts';
import type { Account } from '../platform/account.ts';
import { type ErrorRecord, OnboardingError, toErrorRecord } from '../platform/errors.ts';
import type { ResourceChange, ResourceState, StateReading } from '../store/ports.ts';
import { toRememberedState } from './context.ts';
import type { DesiredResource } from './desired-resource.ts';
import type { NamedDocuments } from './differences.ts';
import { findUnresolvedAccounts, planResource } from './plan.ts';
import type { PlanRequest, ResourcePlan, UnresolvedAccounts } from './plan-types.ts';
import type { Services } from './services.ts';
import { warnOfDeletedPrincipals } from './suspect-statements.ts';

/** One resource in its present state, and its plan. */
export interface ReadResource {
  readonly desired: DesiredResource;
  /** The table's state of it. */
  readonly state: ResourceState | undefined;
  /** The present documents. Absent if the resource could not be read. */
  readonly actual?: ReturnType<DesiredResource['kind']['toDocuments']>;
  /** The present state in a form that only the grant kind understands. */
  readonly read?: unknown;
  /** Absent if planning failed. */
  readonly plan?: ResourcePlan;
  /** Why the resource could not be read or planned. With a plan: why not all accounts fit. */
  readonly error?: ErrorRecord;
  /** Accounts for which it is unknown whether a grant selects them. Also known if planning failed. */
  readonly unresolved?: UnresolvedAccounts;
}

/** What a plan of a resource needs besides its state. */
export interface ReadOptions {
  /** Part of the session names of the roles that read. */
  readonly runId: string;
  readonly active: ActiveConfiguration;
  readonly accounts: readonly Account[];
  /** When the plan is made, ISO 8601. A grace period that ends later still counts. */
  readonly madeAt: string;
}

/** The table's item of a resource. An error if the item cannot be understood. */
export async function readState({ store }: Services, { key }: DesiredResource): Promise<StateReading> {
  try {
    const state = await store.resources.get(key);
    return state === undefined ? {} : { state };
  } catch (error) {
    if (error instanceof OnboardingError && !error.retryable) return { error: toErrorRecord(error) };
    throw error;
  }
}

/** Reads one resource and plans it. An error becomes part of the result. */
export async function readAndPlan(
  services: Services,
  options: ReadOptions,
  desired: DesiredResource,
  state: ResourceState | undefined,
): Promise<ReadResource> {
  const { configuration } = options.active;
  try {
    const clients = services.aws(options.runId, configuration).getReader(desired.ref);
    const actual = await desired.kind.read(clients, desired.ref, getGrantContext(configuration));
    return planned(options, { desired, state, actual });
  } catch (error) {
    return { desired, state, error: toErrorRecord(error) };
  }
}

function planned(
  { active, accounts, madeAt }: ReadOptions,
  { desired, state, actual }: Pick<ReadResource, 'desired' | 'state'> & { readonly actual: unknown },
): ReadResource {
  const read = {
    desired,
    state,
    actual: desired.kind.toDocuments(actual, state?.managed.sids),
    read: actual,
  };
  try {
    const { configuration } = active;
    const memory = { ...toRememberedState(state, getActivationId(active)), now: madeAt };
    return { ...read, ...planOrError({ desired, actual, configuration, accounts, ...memory }) };
  } catch (error) {
    return { ...read, error: toErrorRecord(error) };
  }
}

function planOrError(request: PlanRequest): Pick<ReadResource, 'plan' | 'error' | 'unresolved'> {
  try {
    const plan = planResource(request);
    const refused = plan.refused === undefined ? {} : { error: toErrorRecord(plan.refused) };
    return { plan, ...refused, ...(plan.unresolved && { unresolved: plan.unresolved }) };
  } catch (error) {
    return { error: toErrorRecord(error), ...findUnresolvedAccounts(request) };
  }
}

export const toNextDocuments = ({ kind }: DesiredResource, { next, owned }: ResourcePlan) =>
  kind.toDocuments(next, owned);

/** Warnings for operators about the read state, in the form of a run record. Absent if there is none. */
export function listReadWarnings(
  {
    desired,
    actual = {},
  }: { readonly desired: DesiredResource; readonly actual?: ReadResource['actual'] | undefined },
  { configuration }: Pick<ActiveConfiguration, 'configuration'>,
): Pick<ResourceChange, 'warnings'> {
  const warnings = warnOfDeletedPrincipals(desired.key, actual, configuration.installation);
  return warnings.length === 0 ? {} : { warnings };
}

/** Documents in the form of a run record, in which a missing document is null. */
export const toJsonDocuments = (documents: NamedDocuments): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(documents).map(([name, document]) => [name, document ?? null]));
