import pMap from 'p-map';
import { AccountNotMemberError } from '../accounts/errors.ts';
import { requireReady } from '../accounts/registry.ts';
import type { ActiveConfiguration } from '../configuration/active-configuration.ts';
import { resolveSearches } from '../configuration/search-results.ts';
import type { StatementDifference } from '../iam/difference.ts';
import { formatDifference } from '../iam/difference-text.ts';
import type { RegisteredAccount } from '../platform/account.ts';
import { getTimestamp } from '../platform/clock.ts';
import { findAccountWarnings } from './account-warnings.ts';
import type { DesiredResource } from './desired-resource.ts';
import { listActiveResources } from './desired-resources.ts';
import { diffDocuments, mentions } from './differences.ts';
import { digestDocuments } from './digest.ts';
import { type DiscoveryResult, discoverResources } from './discover-resources.ts';
import { createPlanFile, type PlanFile, type PlanFileResource } from './plan-file.ts';
import {
  type ReadOptions,
  type ReadResource,
  readAndPlan,
  readState,
  toNextDocuments,
} from './read-and-plan.ts';
import type { Services } from './services.ts';
import { describeUnreadableAccounts } from './unreadable-items.ts';
import { formatUnresolvedPaths } from './unresolved-ous.ts';
import { findUnresolvedPaths } from './unresolved-paths.ts';

/** The present and the desired state of one resource, with the differences between them. */
export interface ResourceSnapshot extends ReadResource {
  readonly differences: readonly StatementDifference[];
}

/** The present and the desired state of all resources. Planning writes nothing to AWS. */
export interface OverallPlan {
  readonly active: ActiveConfiguration;
  readonly revision: number;
  /** All accounts of the registry. */
  readonly accounts: readonly RegisteredAccount[];
  /** When the plan was made, ISO 8601. Grace periods that end after this time still count as running. */
  readonly madeAt: string;
  /** The account that the plan is for. Absent for a plan of all accounts. */
  readonly accountId?: string;
  readonly resources: readonly ResourceSnapshot[];
  /**
   * Problems that belong to no single resource: failed searches, unreadable items of the table, selectors without a
   * match, and OU paths that changed their meaning.
   */
  readonly discovery: Pick<DiscoveryResult, 'failed' | 'unreadable' | 'warnings'>;
}

export interface PlanAllRequest {
  /** Becomes part of the session names of the assumed roles, so that CloudTrail shows which run read. */
  readonly runId: string;
  readonly active: ActiveConfiguration;
  readonly accountId?: string | undefined;
  /**
   * Keys of resources to plan in addition, even if the plan is for an account that they do not concern. Default: none.
   */
  readonly also?: ReadonlySet<string>;
  /** Whether to store the matches that searches find. A plan that will be applied stores them. Default: false. */
  readonly keep?: boolean;
  readonly onProgress?: (resources: { readonly done: number; readonly of: number }) => void;
}

/** How many resources are read at a time. */
const concurrency = 8;

/**
 * Searches for resources that match patterns, then reads and plans every resource. It also reads resources that the
 * table calls up to date, because somebody may have changed them in AWS.
 * @throws RegistryNotReadyError before the first import has finished
 * @throws AccountNotMemberError if the registry does not have the account of the request
 */
export async function planAll(services: Services, request: PlanAllRequest): Promise<OverallPlan> {
  const { accountId, also, onProgress } = request;
  const { registry } = services.store;
  const madeAt = getTimestamp(services.clock);
  await requireReady(registry);
  const { active, looked } = await looking(services, request);
  // Read before the accounts. If an account changes in between, the plan has the newer account with an older revision,
  // which is safe: a run repeats the work.
  const { revision } = await registry.getHead();
  const accounts = await registry.listAccounts();
  requireKnown(accounts, accountId);
  // The inventory is read after the searches, so that a resource which another run has just begun to manage is not
  // missed.
  const inventory = await services.store.resources.listManaged(active.centralAccountIds);
  const desired = listActiveResources(active, accounts, inventory);
  let done = 0;
  const resources = await pMap(
    desired,
    async (each) => {
      const snapshot = await readSnapshot(services, { ...request, active, accounts, madeAt }, each);
      done += 1;
      onProgress?.({ done, of: desired.length });
      return snapshot;
    },
    { concurrency },
  );
  const chosen = resources
    .filter((snapshot) => !isGone(snapshot))
    .filter(
      (snapshot) =>
        accountId === undefined || also?.has(snapshot.desired.key) || concerns(snapshot, accountId),
    );
  const scope = accountId === undefined ? {} : { accountId };
  const planned = resources.map((each) => ({ desired: each.desired, plan: { unresolved: each.unresolved } }));
  const unresolved = await findUnresolvedPaths(services, { active, accounts, planned });
  const unmatched = findAccountWarnings(active, accounts);
  const warnings = [...looked.warnings, ...unresolved.map(formatUnresolvedPaths), ...unmatched];
  const unreadable = [...looked.unreadable, ...describeUnreadableAccounts(accounts)];
  return {
    active,
    revision,
    accounts,
    madeAt,
    ...scope,
    resources: chosen,
    discovery: { ...looked, unreadable, warnings },
  };
}

/** Runs the searches. Returns the configuration with the new matches in place of the stored matches. */
async function looking(services: Services, { runId, active, keep = false }: PlanAllRequest) {
  const looked = await discoverResources(services, { runId, scope: active, where: 'everywhere', keep });
  return { active: { ...active, ...resolveSearches(active, looked.items) }, looked };
}

/** Whether the resource was deleted and the configuration does not name it. Then there is nothing to plan. */
const isGone = ({ desired, error }: ResourceSnapshot): boolean =>
  !desired.named && error?.name === 'ResourceMissingError';

function requireKnown(accounts: readonly RegisteredAccount[], accountId: string | undefined): void {
  if (accountId === undefined || accounts.some(({ id }) => id === accountId)) return;
  throw new AccountNotMemberError(
    `The registry does not have account ${accountId}. Check the id. If the account is new, run \`onboarding import\``,
    { accountId },
  );
}

/** Reads one resource, plans it, and compares both states. An error becomes a part of the result. */
export async function readSnapshot(
  services: Services,
  options: ReadOptions,
  desired: DesiredResource,
): Promise<ResourceSnapshot> {
  const { state, error } = await readState(services, desired);
  if (error !== undefined) return { desired, state, differences: [], error };
  const seen = await readAndPlan(services, options, desired, state);
  const { actual, plan } = seen;
  const compared = actual !== undefined && plan !== undefined;
  return { ...seen, differences: compared ? diffDocuments(actual, toNextDocuments(desired, plan)) : [] };
}

/**
 * Whether the plan of a resource changes the access of the account. Also true if that is unknown because of an error.
 */
const concerns = ({ plan, differences, error }: ResourceSnapshot, accountId: string): boolean =>
  error !== undefined ||
  plan?.added.includes(accountId) === true ||
  plan?.holds.some((hold) => hold.accountId === accountId) === true ||
  mentions(differences, accountId);

/** Converts the plan to a plan file, to store it or to compare it with another plan. */
export const toPlanFile = ({ active, revision, accountId, resources }: OverallPlan): PlanFile =>
  createPlanFile({
    formatVersion: 1,
    installation: active.configuration.installation,
    configurationHash: active.hash,
    registryRevision: revision,
    ...(accountId === undefined ? {} : { accountId }),
    resources: resources.map(fileResource),
  });

function fileResource({ desired, actual, plan, differences, error }: ResourceSnapshot): PlanFileResource {
  const text = formatDifference(differences);
  return {
    key: desired.key,
    change: plan?.changed === true,
    actual: actual === undefined ? null : digestDocuments(actual),
    desired: plan === undefined ? null : digestDocuments(toNextDocuments(desired, plan)),
    difference: text === '' ? [] : text.split('\n'),
    holds: (plan?.holds ?? []).map(({ accountId, change, reason }) => ({ accountId, change, reason })),
    ...(error === undefined ? {} : { error: { name: error.name, message: error.message } }),
  };
}
