import type { Account, RegisteredAccount } from '../platform/account.ts';
import { deepFreeze } from '../platform/deep-freeze.ts';
import { memoryOutbox } from './memory-outbox.ts';
import { all, soon, sortedBy } from './memory-steps.ts';
import type {
  ApprovalRequest,
  ApprovalStore,
  ConfigurationStore,
  LeaseStore,
  MemberCheck,
  MemberCheckStore,
  RegistryStore,
  RememberedOu,
  ResourceChange,
  ResourceState,
  ResourceStore,
  RunRecord,
  RunStore,
  SearchResult,
  SearchResultStore,
  Store,
  StoredConfiguration,
} from './ports.ts';
import { getResourceAccount } from './resource-account.ts';
import { selectNewest, selectRuns } from './run-search.ts';
import { isOpenRun, isUnannounced } from './run-status.ts';

/**
 * A store in memory, for the simulation, for `plan`, and for local endpoints. It behaves like the table. Values are
 * copied when they are stored, and frozen when they are returned. Each method first lets other callers run, and then
 * does its work in one step. As with the table, a change of the registry fails if another change happens between its
 * read and its write.
 */
export function createMemoryStore(): Store {
  const changes: Changes = new Map();
  const leases: Leases = new Map();
  const runs = memoryRuns(changes);
  const found = new Map<string, SearchResult>();
  return {
    registry: memoryRegistry(),
    resources: memoryResources(leases, changes),
    searchResults: memoryFound(found),
    leases: memoryLeases(leases),
    runs,
    approvals: memoryApprovals(runs),
    configuration: memoryConfiguration(found),
    outbox: memoryOutbox(),
    memberChecks: memoryMemberChecks(),
  };
}

function memoryRegistry(): RegistryStore {
  const stored = new Map<string, RegisteredAccount>();
  let changedAt: string | undefined;
  let lastTurn: number | undefined;
  let revision = 0;
  let ready: string | undefined;
  const ous = new Map<string, RememberedOu>();
  let listed: readonly RegisteredAccount[] | undefined;
  return {
    getAccount: (id) => soon(() => stored.get(id)),
    getAccounts: (ids) => soon(() => [...new Set(ids)].flatMap((id) => stored.get(id) ?? [])),
    listAccounts: () =>
      soon(() => {
        listed ??= Object.freeze(sortedBy([...stored.values()], ({ id }) => id));
        return listed;
      }),
    getHead: () =>
      soon(() => ({
        revision,
        ...(ready === undefined ? {} : { readySince: ready }),
        ...(changedAt === undefined ? {} : { changedAt }),
      })),
    async put(account: Account, expected, at) {
      const previous = await soon(() => revision);
      return soon(() => {
        if (revision !== previous || stored.get(account.id)?.revision !== expected) return undefined;
        revision += 1;
        changedAt = at;
        const registered = deepFreeze<RegisteredAccount>({ ...account, revision, updatedAt: at });
        stored.set(account.id, registered);
        listed = undefined;
        return registered;
      });
    },
    getReadySince: () => soon(() => ready),
    markReady: (at) =>
      soon(() => {
        ready ??= at;
      }),
    getOu: (id) => soon(() => ous.get(id)),
    putOu: (ou) => soon(() => void ous.set(ou.id, deepFreeze(ou))),
    getLastTurn: () => soon(() => lastTurn),
    putLastTurn: (turn, expected) =>
      soon(() => {
        if (lastTurn !== expected) return false;
        lastTurn = turn;
        return true;
      }),
  };
}

function memoryMemberChecks(): MemberCheckStore {
  let last: MemberCheck | undefined;
  return {
    get: () => soon(() => last),
    put: (check) =>
      soon(() => {
        last = deepFreeze(check);
      }),
  };
}

type Leases = Map<string, { readonly owner: string; readonly until: number }>;

/** By run, then by resource. */
type Changes = Map<string, Map<string, ResourceChange>>;

const putChange = (changes: Changes, runId: string, change: ResourceChange): void => {
  const ofRun = changes.get(runId) ?? new Map<string, ResourceChange>();
  changes.set(runId, ofRun.set(change.resource, deepFreeze(change)));
};

function memoryResources(leases: Leases, changes: Changes): ResourceStore {
  const states = new Map<string, ResourceState>();
  const write = (resource: string, state: ResourceState): number | undefined => {
    if (states.get(resource)?.version !== state.version) return undefined;
    const version = (state.version ?? 0) + 1;
    states.set(resource, deepFreeze({ ...state, version }));
    return version;
  };
  return {
    get: (resource) => soon(() => states.get(resource)),
    getMany: (resources) =>
      soon(
        () =>
          new Map(
            resources.map((resource) => {
              const state = states.get(resource);
              return [resource, state === undefined ? {} : { state }];
            }),
          ),
      ),
    put: (resource, state) => soon(() => write(resource, state)),
    finish: (resource, state, { runId, change, owner }) =>
      soon(() => {
        if (owner !== undefined && leases.get(resource)?.owner !== owner) return undefined;
        const version = write(resource, state);
        if (version === undefined) return undefined;
        putChange(changes, runId, change);
        if (owner !== undefined) leases.delete(resource);
        return version;
      }),
    listManaged: (accountIds) =>
      soon(() => {
        const managed = [...states].filter(([, { managed }]) => managed.sids.length > 0).map(([key]) => key);
        const wanted = managed.filter((key) => accountIds.includes(getResourceAccount(key)));
        return sortedBy(wanted, (key) => key);
      }),
  };
}

type FoundItems = Map<string, SearchResult>;

const allFound = (items: FoundItems): readonly SearchResult[] =>
  sortedBy([...items.values()], ({ search }) => search);

function memoryFound(items: FoundItems): SearchResultStore {
  return {
    list: () => soon(() => allFound(items)),
    put: (found, expected) =>
      soon(() => {
        if (items.get(found.search)?.generation !== expected) return false;
        items.set(found.search, deepFreeze(found));
        return true;
      }),
  };
}

function memoryLeases(held: Leases): LeaseStore {
  return {
    acquire: (resource, owner, now, until) =>
      soon(() => {
        const lease = held.get(resource);
        if (lease !== undefined && lease.until > now) return { taken: false, ...lease };
        held.set(resource, { owner, until });
        return { taken: true, until };
      }),
    release: (resource, owner) =>
      soon(() => {
        if (held.get(resource)?.owner === owner) held.delete(resource);
      }),
    listHeld: (now) =>
      soon(() => {
        const leases = [...held].map(([resource, lease]) => ({ resource, ...lease }));
        return all(
          sortedBy(
            leases.filter(({ until }) => until > now),
            ({ resource }) => resource,
          ),
        );
      }),
  };
}

function memoryRuns(changes: Changes): RunStore {
  const runs = new Map<string, RunRecord>();
  const changesOf = (runId: string): readonly ResourceChange[] =>
    sortedBy([...(changes.get(runId)?.values() ?? [])], ({ resource }) => resource);
  return {
    get: (runId) => soon(() => runs.get(runId)),
    put: (run) => soon(() => void runs.set(run.runId, deepFreeze(run))),
    open: (run) =>
      soon(() => {
        const { status = 'running' } = runs.get(run.runId) ?? {};
        if (isOpenRun(status)) runs.set(run.runId, deepFreeze(run));
      }),
    listUnfinished: (before) =>
      soon(() => {
        const open = [...runs.values()].filter(
          ({ status, startedAt }) => isOpenRun(status) && startedAt < before,
        );
        return all(sortedBy(open, ({ runId }) => runId));
      }),
    listUnannounced: () =>
      soon(() =>
        all(
          sortedBy(
            [...runs.values()].filter((run) => !isOpenRun(run.status) && isUnannounced(run)),
            ({ runId }) => runId,
          ),
        ),
      ),
    // A store in memory finds the changes of a run without a list of their accounts.
    putChangedAccounts: () => soon(() => undefined),
    putChange: (runId, change) => soon(() => putChange(changes, runId, change)),
    putChanges: (runId, planned) =>
      soon(() => {
        for (const change of planned) putChange(changes, runId, change);
      }),
    getChange: (runId, resource) => soon(() => changes.get(runId)?.get(resource)),
    getWhole: (runId) => soon(() => ({ run: runs.get(runId), changes: changesOf(runId) })),
    getPart: (runId, accountId) =>
      soon(() => ({
        run: runs.get(runId),
        changes: changesOf(runId).filter(({ resource }) => getResourceAccount(resource) === accountId),
      })),
    search: (query) =>
      soon(() => all(selectRuns(query, { runs: [...runs.values()], changesOf: (id) => changesOf(id) }))),
    listNewest: (limit) => soon(() => all(selectNewest([...runs.values()], limit))),
  };
}

function memoryApprovals(runs: RunStore): ApprovalStore {
  const requests = new Map<string, ApprovalRequest>();
  return {
    get: (runId) => soon(() => requests.get(runId)),
    put: (request) =>
      soon(() => {
        const storedRequest = requests.get(request.runId);
        if (storedRequest?.token === request.token && storedRequest.decision !== undefined) return false;
        const { decision: _, ...open } = request;
        requests.set(request.runId, deepFreeze(open));
        return true;
      }),
    decide: (runId, token, decision) =>
      soon(() => {
        const storedRequest = requests.get(runId);
        if (storedRequest?.token !== token || storedRequest.decision !== undefined) return false;
        requests.set(runId, deepFreeze({ ...storedRequest, decision }));
        return true;
      }),
    async listOpen() {
      const asked = await soon(() => sortedBy([...requests.values()], ({ runId }) => runId));
      const states = await Promise.all(asked.map(async ({ runId }) => (await runs.get(runId))?.status));
      return all(asked.filter(({ decision }, index) => decision === undefined && isOpenRun(states[index])));
    },
  };
}

function memoryConfiguration(found: FoundItems): ConfigurationStore {
  let active: StoredConfiguration | undefined;
  return {
    getActive: () => soon(() => active),
    getActiveWithSearchResults: () => soon(() => ({ active, searchResults: allFound(found) })),
    activate: (configuration) =>
      soon(() => {
        active = deepFreeze(configuration);
      }),
    putOus: (ous, { hash, activatedAt }) =>
      soon(() => {
        if (active?.hash !== hash || active.activatedAt !== activatedAt) return false;
        active = deepFreeze({ ...active, ous });
        return true;
      }),
  };
}
