import pMap from 'p-map';
import { remembered } from '../apply/reconcile.ts';
import { grantContext } from '../configuration/context.ts';
import { AccountNotMemberError, type ErrorRecord, errorRecord } from '../errors.ts';
import type { Account, RegisteredAccount } from '../organization/account.ts';
import { requireReady } from '../organization/registry.ts';
import { type DesiredResource, resourcesInForce } from '../plan/desired.ts';
import { concerning, documentsDifference, type NamedDocuments } from '../plan/differences.ts';
import { documentsDigest } from '../plan/digest.ts';
import { planResource, type ResourcePlan } from '../plan/plan.ts';
import { newPlanFile, type PlanFile, type PlanFileResource } from '../plan/plan-file.ts';
import { formatDifference, type StatementDifference } from '../policy/difference.ts';
import type { ActiveConfiguration, Services } from '../services.ts';
import type { ResourceState } from '../store/ports.ts';

/** How one resource is, and how it should be. */
export interface Standing {
  readonly desired: DesiredResource;
  /** What the table remembers of it. */
  readonly state: ResourceState | undefined;
  /** What is there; absent where it could not be read. */
  readonly actual?: ReturnType<DesiredResource['kind']['documents']>;
  /** Absent where there is an error. */
  readonly plan?: ResourcePlan;
  readonly differences: readonly StatementDifference[];
  readonly error?: ErrorRecord;
}

/** Every resource of the configuration as it is now: a value, made without writing. */
export interface OverallPlan {
  readonly active: ActiveConfiguration;
  readonly revision: number;
  /** Where only what concerns one account is planned. */
  readonly accountId?: string;
  readonly resources: readonly Standing[];
}

export interface PlanAllRequest {
  /** Names the sessions of the roles that read. */
  readonly runId: string;
  readonly active: ActiveConfiguration;
  readonly accountId?: string | undefined;
  readonly onProgress?: (resources: { readonly done: number; readonly of: number }) => void;
}

/** How many resources are read at a time. */
const concurrency = 8;

/**
 * Reads every resource that the configuration names, whatever the table says of it, and plans it.
 * @throws RegistryNotReadyError
 * @throws AccountNotMemberError for an account that the registry does not know
 */
export async function planAll(services: Services, request: PlanAllRequest): Promise<OverallPlan> {
  const { active, accountId, onProgress } = request;
  const { registry } = services.store;
  await requireReady(registry);
  // The revision before the accounts, so that it is never too new.
  const revision = await registry.revision();
  const accounts = await registry.accounts();
  requireKnown(accounts, accountId);
  const desired = resourcesInForce(active, accounts);
  let done = 0;
  const resources = await pMap(
    desired,
    async (each) => {
      const standing = await standingOf(services, { ...request, accounts }, each);
      done += 1;
      onProgress?.({ done, of: desired.length });
      return standing;
    },
    { concurrency },
  );
  const chosen = resources.filter((standing) => accountId === undefined || concerns(standing, accountId));
  return { active, revision, ...(accountId === undefined ? {} : { accountId }), resources: chosen };
}

function requireKnown(accounts: readonly RegisteredAccount[], accountId: string | undefined): void {
  if (accountId === undefined || accounts.some(({ id }) => id === accountId)) return;
  throw new AccountNotMemberError(
    `The registry does not know account ${accountId}. Check the id; if it is new, run \`onboarding import\``,
    { accountId },
  );
}

export interface Look extends Pick<PlanAllRequest, 'runId' | 'active'> {
  readonly accounts: readonly Account[];
}

/** Reads one resource and plans it; what kept it from that is in the result. */
export async function standingOf(
  services: Services,
  look: Look,
  desired: DesiredResource,
): Promise<Standing> {
  const state = await services.store.resources.get(desired.key);
  const context = grantContext(look.active.configuration);
  try {
    const clients = services.aws(look.runId, look.active.configuration).reader(desired.ref);
    const actual = await desired.kind.read(clients, desired.ref, context);
    return planned(look, { desired, state, actual });
  } catch (error) {
    return { desired, state, differences: [], error: errorRecord(error) };
  }
}

function planned(
  { active, accounts }: Look,
  { desired, state, actual }: Pick<Standing, 'desired' | 'state'> & { readonly actual: unknown },
): Standing {
  const documents = desired.kind.documents(actual, state?.owned);
  const read = { desired, state, actual: documents };
  try {
    const { configuration, hash } = active;
    const plan = planResource({ desired, actual, configuration, accounts, ...remembered(state, hash) });
    const differences = documentsDifference(documents, nextDocuments(desired, plan));
    return { ...read, plan, differences };
  } catch (error) {
    return { ...read, differences: [], error: errorRecord(error) };
  }
}

export const nextDocuments = ({ kind }: DesiredResource, { next, owned }: ResourcePlan) =>
  kind.documents(next, owned);

/** Whether the plan of a resource gives the account something, takes it, or cannot say. */
const concerns = ({ plan, differences, error }: Standing, accountId: string): boolean =>
  error !== undefined ||
  plan?.added.includes(accountId) === true ||
  plan?.withheld.includes(accountId) === true ||
  concerning(differences, accountId).length > 0;

/** The plan as it is kept in a file and compared. */
export const planFileOf = ({ active, revision, accountId, resources }: OverallPlan): PlanFile =>
  newPlanFile({
    formatVersion: 1,
    deployment: active.configuration.deployment,
    configurationHash: active.hash,
    registryRevision: revision,
    ...(accountId === undefined ? {} : { accountId }),
    resources: resources.map(fileResource),
  });

function fileResource({ desired, actual, plan, differences, error }: Standing): PlanFileResource {
  const text = formatDifference(differences);
  return {
    key: desired.key,
    change: plan?.changed === true,
    actual: actual === undefined ? null : documentsDigest(actual),
    desired: plan === undefined ? null : documentsDigest(nextDocuments(desired, plan)),
    difference: text === '' ? [] : text.split('\n'),
    withheld: [...(plan?.withheld ?? [])],
    ...(error === undefined ? {} : { error: { name: error.name, message: error.message } }),
  };
}

/** Documents as a record keeps them: absent ones are null. */
export const recorded = (documents: NamedDocuments): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(documents).map(([name, document]) => [name, document ?? null]));
