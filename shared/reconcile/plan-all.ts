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

/** How one resource is, and how it should be. */
export interface ResourceSnapshot extends ReadResource {
  readonly differences: readonly StatementDifference[];
}

/** Every resource of the configuration as it is now: a value, made without writing. */
export interface OverallPlan {
  readonly active: ActiveConfiguration;
  readonly revision: number;
  /** All accounts of the registry. */
  readonly accounts: readonly RegisteredAccount[];
  /** When it was made, ISO 8601: by this time graces are judged. */
  readonly madeAt: string;
  /** Where only what concerns one account is planned. */
  readonly accountId?: string;
  readonly resources: readonly ResourceSnapshot[];
  /**
   * What is wrong with searches by pattern, with items of the table that cannot be understood, with selectors that match
   * nobody, and with paths of OUs that changed.
   */
  readonly discovery: Pick<DiscoveryResult, 'failed' | 'unreadable' | 'warnings'>;
}

export interface PlanAllRequest {
  /** Names the sessions of the roles that read. */
  readonly runId: string;
  readonly active: ActiveConfiguration;
  readonly accountId?: string | undefined;
  /** Keys of resources that are planned as well, whether they concern the account or not. Default: none. */
  readonly also?: ReadonlySet<string>;
  /** Whether what the patterns find now is stored, for a plan that will be applied. Default: it is not. */
  readonly keep?: boolean;
  readonly onProgress?: (resources: { readonly done: number; readonly of: number }) => void;
}

/** How many resources are read at a time. */
const concurrency = 8;

/**
 * Looks for what the patterns of the configuration match, reads every resource, whatever the table says of it, and
 * plans it.
 * @throws RegistryNotReadyError
 * @throws AccountNotMemberError for an account that the registry does not know
 */
export async function planAll(services: Services, request: PlanAllRequest): Promise<OverallPlan> {
  const { accountId, also, onProgress } = request;
  const { registry } = services.store;
  const madeAt = getTimestamp(services.clock);
  await requireReady(registry);
  const { active, looked } = await looking(services, request);
  // The revision before the accounts, so that it is never too new.
  const { revision } = await registry.getHead();
  const accounts = await registry.listAccounts();
  requireKnown(accounts, accountId);
  // After the results of the searches, so that it has every resource that a run has written by older ones.
  const inventory = await services.store.resources.listManaged();
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

/** What the patterns match now takes the place of what the table knows of them. */
async function looking(services: Services, { runId, active, keep = false }: PlanAllRequest) {
  const looked = await discoverResources(services, { runId, scope: active, where: 'everywhere', keep });
  return { active: { ...active, ...resolveSearches(active, looked.items) }, looked };
}

/** A resource that nobody names, and that was deleted: there is nothing to plan. */
const isGone = ({ desired, error }: ResourceSnapshot): boolean =>
  !desired.named && error?.name === 'ResourceMissingError';

function requireKnown(accounts: readonly RegisteredAccount[], accountId: string | undefined): void {
  if (accountId === undefined || accounts.some(({ id }) => id === accountId)) return;
  throw new AccountNotMemberError(
    `The registry does not have account ${accountId}. Check the id. If the account is new, run \`onboarding import\``,
    { accountId },
  );
}

/** Reads one resource, plans it, and compares the two; what kept it from that is in the result. */
export async function readSnapshot(
  services: Services,
  look: ReadOptions,
  desired: DesiredResource,
): Promise<ResourceSnapshot> {
  const { state, error } = await readState(services, desired);
  if (error !== undefined) return { desired, state, differences: [], error };
  const seen = await readAndPlan(services, look, desired, state);
  const { actual, plan } = seen;
  const compared = actual !== undefined && plan !== undefined;
  return { ...seen, differences: compared ? diffDocuments(actual, toNextDocuments(desired, plan)) : [] };
}

/** Whether the plan of a resource gives the account something, takes it, or cannot say. */
const concerns = ({ plan, differences, error }: ResourceSnapshot, accountId: string): boolean =>
  error !== undefined ||
  plan?.added.includes(accountId) === true ||
  plan?.holds.some((hold) => hold.accountId === accountId) === true ||
  mentions(differences, accountId);

/** The plan as it is kept in a file and compared. */
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
