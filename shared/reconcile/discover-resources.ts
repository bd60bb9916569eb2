import pMap from 'p-map';
import { hasCompleted, type SearchScope } from '../configuration/search-results.ts';
import { type ConfiguredSearch, listSearches } from '../configuration/searches.ts';
import { formatResourceKey } from '../grants/contract.ts';
import { formatPattern } from '../grants/discovery.ts';
import { getGrantKind } from '../grants/kinds.ts';
import { getTimestamp } from '../platform/clock.ts';
import { ConcurrentUpdateError, type ErrorRecord, toErrorRecord } from '../platform/errors.ts';
import type { SearchResult } from '../store/ports.ts';
import { formatGroupedCauses } from './grouped-causes.ts';
import { requireDeployedAccount } from './require-deployed-account.ts';
import type { Services } from './services.ts';
import { describeUnreadableSearches } from './unreadable-items.ts';

/** An account and region in which an event was recorded: resources there may match a pattern now, or not any more. */
export interface ResourcePlace {
  readonly accountId: string;
  readonly region: string;
  /** The service that sent the event, such as `aws.ecr`. */
  readonly source: string;
}

export interface DiscoveryRequest {
  /** Becomes part of the session names of the assumed roles, so that CloudTrail shows which run searched. */
  readonly runId: string;
  readonly scope: SearchScope;
  /**
   * Which searches run. `everywhere`: all. `new`: searches that have not completed since the activation. An account and
   * region: the searches there, and the new searches.
   */
  readonly where: 'everywhere' | 'new' | ResourcePlace;
  /** Whether to store the matches. A plan that only shows changes does not store them. */
  readonly keep: boolean;
}

export interface DiscoveryResult {
  /** The latest result of each search. */
  readonly items: readonly SearchResult[];
  /** Stored results that cannot be read, and that no new result has replaced. One line each. */
  readonly unreadable: readonly string[];
  /** Searches that failed. Until they succeed, their last stored matches stay valid. */
  readonly failed: readonly { readonly search: ConfiguredSearch; readonly error: ErrorRecord }[];
  /**
   * Patterns that match no resource, and stored results that were unreadable and are now replaced. One line for each.
   */
  readonly warnings: readonly string[];
}

/** How many searches run at a time. */
const concurrency = 4;

/**
 * Searches for the resources that match the patterns of the configuration. If one search fails, the other searches
 * still run.
 */
export async function discoverResources(
  services: Services,
  request: DiscoveryRequest,
): Promise<DiscoveryResult> {
  const searches = listSearches(request.scope.configuration);
  const storedResults = await services.store.searchResults.list();
  if (searches.length === 0 && storedResults.length === 0)
    return { items: [], unreadable: [], failed: [], warnings: [] };
  const due = searches.filter((search) => isDue(search, request, storedResults));
  const looks = await pMap(due, (search) => searchOnce(services, request, search, storedResults), {
    concurrency,
  });
  const fresh = new Map(looks.map((item) => [item.search, item]));
  const kept = storedResults.filter(({ search }) => !fresh.has(search));
  const isReplaced = ({ search }: SearchResult): boolean =>
    request.keep && hasCompleted(fresh.get(search), request.scope);
  return {
    unreadable: describeUnreadableSearches(storedResults.filter((item) => !isReplaced(item))),
    items: [...kept, ...fresh.values()],
    failed: due.flatMap((search) => {
      const error = fresh.get(search.key)?.error;
      return error === undefined ? [] : [{ search, error }];
    }),
    warnings: [
      ...describeUnreadableSearches(storedResults.filter(isReplaced)).map(
        (line) => `${line}. ${replacedText}`,
      ),
      ...due.filter(({ key }) => isEmpty(fresh.get(key))).map(nothingMatches),
    ],
  };
}

const replacedText =
  'This run has searched again and replaced the item. Resources that no longer match lose their managed statements';

/** Describes searches that failed and stored results that cannot be read, one line for each cause. */
export const formatSearchProblems = ({
  failed,
  unreadable,
}: Pick<DiscoveryResult, 'failed' | 'unreadable'>): readonly string[] => [
  ...unreadable,
  ...formatGroupedCauses(
    failed.map(({ search, error }) => ({
      resource: `Search for ${searchText(search)}`,
      text: `failed: ${error.name}: ${error.message}`,
    })),
    'searches',
  ),
];

/** Describes a search: `Team = a (KMS key policy in account 444455556666, eu-west-1; grant runner-key)`. */
const searchText = ({ kind, accountId, region, pattern, grants }: ConfiguredSearch): string =>
  `${formatPattern(pattern)} (${getGrantKind(kind).title} in account ${accountId}, ${region}; ` +
  `${grants.length === 1 ? 'grant' : 'grants'} ${grants.join(', ')})`;

const nothingMatches = (search: ConfiguredSearch): string =>
  `No resource matches ${searchText(search)}. Resources that match later are added then. If a resource should match now, correct the pattern`;

const isEmpty = (item: SearchResult | undefined): boolean =>
  item?.error === undefined && item?.matching.length === 0;

/** Whether an event in this account and region can change which resources the search finds. */
export const canAffectSearch = (
  { kind, accountId, region }: ConfiguredSearch,
  place: ResourcePlace,
): boolean => accountId === place.accountId && region === place.region && isEventOfKind(kind, place);

export const isEventOfKind = (kind: string, { source }: ResourcePlace): boolean =>
  getGrantKind(kind).discovery?.events.some((event) => event.source === source) === true;

function isDue(
  search: ConfiguredSearch,
  { where, scope }: DiscoveryRequest,
  storedResults: readonly SearchResult[],
): boolean {
  if (where === 'everywhere') return true;
  const stored = storedResults.find((item) => item.search === search.key);
  if (!hasCompleted(stored, scope)) return true;
  return where !== 'new' && canAffectSearch(search, where);
}

const maxAttempts = 5;

/**
 * Runs one search and stores its matches. If another run stored a result in the meantime, the search is repeated.
 * Otherwise this older result could remove a match that the other run has found.
 */
async function searchOnce(
  services: Services,
  request: DiscoveryRequest,
  search: ConfiguredSearch,
  storedResults: readonly SearchResult[],
): Promise<SearchResult> {
  let before = storedResults.find((item) => item.search === search.key);
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const item = nextItem(search, before, await ask(services, request, search));
    if (!request.keep || (await services.store.searchResults.put(item, before?.generation))) return item;
    before = (await services.store.searchResults.list()).find((each) => each.search === search.key);
  }
  const error = new ConcurrentUpdateError(
    `Other runs searched for ${searchText(search)} at the same time, ${maxAttempts} times. Their results are used`,
  );
  return { ...(before ?? nothingYet(search)), error: toErrorRecord(error) };
}

const nothingYet = ({ key }: ConfiguredSearch): SearchResult => ({
  search: key,
  matching: [],
  generation: 0,
});

type Answer = Required<Pick<SearchResult, 'matching' | 'completed'>> | { readonly error: ErrorRecord };

async function ask(
  services: Services,
  { runId, scope: { configuration, activationId } }: DiscoveryRequest,
  search: ConfiguredSearch,
): Promise<Answer> {
  try {
    requireDeployedAccount(services, configuration, search.accountId);
    const clients = services.aws(runId, configuration).getReader(search);
    const limit = configuration.limits.resourcesPerPattern;
    const ids = (await getGrantKind(search.kind).discovery?.find(clients, search, limit)) ?? [];
    const { kind, accountId, region } = search;
    const matching = ids.map((id) => formatResourceKey({ kind, accountId, region, id }));
    return { matching, completed: { at: getTimestamp(services.clock), activationId } };
  } catch (error) {
    return { error: toErrorRecord(error) };
  }
}

function nextItem(search: ConfiguredSearch, before: SearchResult | undefined, answer: Answer): SearchResult {
  const { error: _, unreadable: __, ...last } = before ?? nothingYet(search);
  const generation = last.generation + 1;
  if ('error' in answer) return { ...last, error: answer.error, generation };
  return { search: search.key, ...answer, generation };
}
