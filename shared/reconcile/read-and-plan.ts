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

/** The present state of one resource, and its plan. */
export interface ReadResource {
  readonly desired: DesiredResource;
  /** What the table has about the resource. */
  readonly state: ResourceState | undefined;
  /** The present policy documents. Absent if the resource could not be read. */
  readonly actual?: ReturnType<DesiredResource['kind']['toDocuments']>;
  /** The present state in the form of its grant kind. Other code passes it on unchanged. */
  readonly read?: unknown;
  /** Absent if planning failed. */
  readonly plan?: ResourcePlan;
  /**
   * Why the resource could not be read or planned. If there is also a plan, the error says why not all accounts fit.
   */
  readonly error?: ErrorRecord;
  /** Accounts for which it is unknown whether a grant selects them. Present even if planning failed. */
  readonly unresolved?: UnresolvedAccounts;
}

/** What reading and planning a resource needs besides its stored state. */
export interface ReadOptions {
  /** Becomes part of the session names of the assumed roles, so that CloudTrail shows which run read. */
  readonly runId: string;
  readonly active: ActiveConfiguration;
  readonly accounts: readonly Account[];
  /** When the plan is made, ISO 8601. Grace periods that end after this time still count as running. */
  readonly madeAt: string;
}

/** Reads the stored state of a resource. The result has an error if the item in the table is malformed. */
export async function readState({ store }: Services, { key }: DesiredResource): Promise<StateReading> {
  try {
    const state = await store.resources.get(key);
    return state === undefined ? {} : { state };
  } catch (error) {
    if (error instanceof OnboardingError && !error.retryable) return { error: toErrorRecord(error) };
    throw error;
  }
}

/** Reads one resource and plans it. An error becomes a part of the result. */
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

/** Warnings about the state of the resource in AWS, in the form of a run record. Absent if there are none. */
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
