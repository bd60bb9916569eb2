import { remembered } from '../apply/reconcile.ts';
import { grantContext } from '../configuration/context.ts';
import { type ErrorRecord, errorRecord } from '../errors.ts';
import type { Account } from '../organization/account.ts';
import type { DesiredResource } from '../plan/desired.ts';
import type { NamedDocuments } from '../plan/differences.ts';
import { planResource, type ResourcePlan } from '../plan/plan.ts';
import type { ActiveConfiguration, Services } from '../services.ts';
import type { ResourceState } from '../store/ports.ts';

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
    const { configuration, hash } = active;
    const memory = { ...remembered(state, hash), now: madeAt };
    const plan = planResource({ desired, actual, configuration, accounts, ...memory });
    return { ...read, plan, ...(plan.refused === undefined ? {} : { error: errorRecord(plan.refused) }) };
  } catch (error) {
    return { ...read, error: errorRecord(error) };
  }
}

export const nextDocuments = ({ kind }: DesiredResource, { next, owned }: ResourcePlan) =>
  kind.documents(next, owned);

/** Documents as a record keeps them: absent ones are null. */
export const recorded = (documents: NamedDocuments): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(documents).map(([name, document]) => [name, document ?? null]));
