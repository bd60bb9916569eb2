import { type ActiveConfiguration, activationOf } from '../configuration/active-configuration.ts';
import { grantContext } from '../configuration/context.ts';
import type { Account } from '../platform/account.ts';
import { type ErrorRecord, errorRecord, OnboardingError } from '../platform/errors.ts';
import type { ResourceChange, ResourceState } from '../store/ports.ts';
import type { DesiredResource } from './desired-resource.ts';
import type { NamedDocuments } from './differences.ts';
import { planResource, unresolvedAccounts } from './plan.ts';
import type { PlanRequest, ResourcePlan, UnresolvedAccounts } from './plan-types.ts';
import { remembered } from './reconcile.ts';
import type { Services } from './services.ts';
import { deletedPrincipalWarnings } from './suspect-statements.ts';

/** One resource as it was read, and its plan. */
export interface SeenResource {
  readonly desired: DesiredResource;
  /** What the table remembers of it. */
  readonly state: ResourceState | undefined;
  /** What is there; absent where it could not be read. */
  readonly actual?: ReturnType<DesiredResource['kind']['documents']>;
  /** The same as the kind reads it; opaque. */
  readonly read?: unknown;
  /** Absent where there can be none. */
  readonly plan?: ResourcePlan;
  /** Why there is no plan; beside one, why it only takes back. */
  readonly error?: ErrorRecord;
  /** As the plan states them; known also if there is no plan of what was read. */
  readonly unresolved?: UnresolvedAccounts;
}

/** For whom a resource is planned, and as of when. */
export interface Look {
  /** Names the sessions of the roles that read. */
  readonly runId: string;
  readonly active: ActiveConfiguration;
  readonly accounts: readonly Account[];
  /** The time that graces are judged by, ISO 8601. */
  readonly madeAt: string;
}

/** What the table remembers of a resource; an error where the item cannot be understood. */
export async function stateOf(
  { store }: Services,
  { key }: DesiredResource,
): Promise<{ readonly state?: ResourceState | undefined; readonly error?: ErrorRecord }> {
  try {
    return { state: await store.resources.get(key) };
  } catch (error) {
    if (error instanceof OnboardingError && !error.retryable) return { error: errorRecord(error) };
    throw error;
  }
}

/** Reads one resource and plans it; what kept it from that is in the result. */
export async function readAndPlan(
  services: Services,
  look: Look,
  desired: DesiredResource,
  state: ResourceState | undefined,
): Promise<SeenResource> {
  const { configuration } = look.active;
  try {
    const clients = services.aws(look.runId, configuration).reader(desired.ref);
    const actual = await desired.kind.read(clients, desired.ref, grantContext(configuration));
    return planned(look, { desired, state, actual });
  } catch (error) {
    return { desired, state, error: errorRecord(error) };
  }
}

function planned(
  { active, accounts, madeAt }: Look,
  { desired, state, actual }: Pick<SeenResource, 'desired' | 'state'> & { readonly actual: unknown },
): SeenResource {
  const read = { desired, state, actual: desired.kind.documents(actual, state?.owned), read: actual };
  try {
    const { configuration } = active;
    const memory = { ...remembered(state, activationOf(active)), now: madeAt };
    return { ...read, ...planOrError({ desired, actual, configuration, accounts, ...memory }) };
  } catch (error) {
    return { ...read, error: errorRecord(error) };
  }
}

function planOrError(request: PlanRequest): Pick<SeenResource, 'plan' | 'error' | 'unresolved'> {
  try {
    const plan = planResource(request);
    const refused = plan.refused === undefined ? {} : { error: errorRecord(plan.refused) };
    return { plan, ...refused, ...(plan.unresolved && { unresolved: plan.unresolved }) };
  } catch (error) {
    return { error: errorRecord(error), ...unresolvedAccounts(request) };
  }
}

export const nextDocuments = ({ kind }: DesiredResource, { next, owned }: ResourcePlan) =>
  kind.documents(next, owned);

/** What a person should know of what was read, as a record keeps it; nothing where there is nothing. */
export function noticed(
  {
    desired,
    actual = {},
  }: { readonly desired: DesiredResource; readonly actual?: SeenResource['actual'] | undefined },
  { configuration }: Pick<ActiveConfiguration, 'configuration'>,
): Pick<ResourceChange, 'warnings'> {
  const warnings = deletedPrincipalWarnings(desired.key, actual, configuration.installation);
  return warnings.length === 0 ? {} : { warnings };
}

/** Documents as a record keeps them: absent ones are null. */
export const recorded = (documents: NamedDocuments): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(documents).map(([name, document]) => [name, document ?? null]));
