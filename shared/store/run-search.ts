import type { ResourceChange, RunQuery, RunRecord, WholeRun } from './run-ports.ts';

interface StoredRuns {
  readonly runs: readonly RunRecord[];
  changesOf(runId: string): readonly ResourceChange[];
}

/** The runs that match a query, newest first. Each has only the changes that match. */
export const selectRuns = (query: RunQuery, { runs, changesOf }: StoredRuns): readonly WholeRun[] =>
  runs
    .map((run) => ({ run, changes: changesOf(run.runId).filter(createChangeFilter(query)).map(toSummary) }))
    .filter(({ run, changes }) => changes.length > 0 || isRunAbout(query, run))
    .sort((a, b) => compareStarts(b.run, a.run));

/** The runs that started last, newest first. */
export const selectNewest = (runs: readonly RunRecord[], limit: number): readonly RunRecord[] =>
  runs.toSorted((a, b) => compareStarts(b, a)).slice(0, limit);

const isRunAbout = (query: RunQuery, { accountIds }: RunRecord): boolean =>
  'accountId' in query && accountIds.includes(query.accountId);

const compareStarts = (a: RunRecord, b: RunRecord): number =>
  a.startedAt.localeCompare(b.startedAt) || a.runId.localeCompare(b.runId);

/** Tests whether a change is about the queried resource, or changes the access of the queried account. */
export function createChangeFilter(query: RunQuery): (change: ResourceChange) => boolean {
  if ('resource' in query) return ({ resource }) => isNamed(resource, query.resource);
  const { accountId } = query;
  return ({ added = [], removed = [], holds = [] }) =>
    [...added, ...removed, ...holds.map((hold) => hold.accountId)].includes(accountId);
}

/**
 * Whether `name` means the resource with the key `kind/account/region/id`. It may be the whole key or the id alone.
 * Only the id may contain slashes.
 */
const isNamed = (key: string, name: string): boolean =>
  key === name || key.split('/').slice(3).join('/') === name;

/** Removes the policy documents, because they are most of a change's size. */
function toSummary({ before: _, after: __, ...summary }: ResourceChange): ResourceChange {
  return summary;
}
