import type { ResourceChange, RunQuery, RunRecord, WholeRun } from './run-ports.ts';

interface StoredRuns {
  readonly runs: readonly RunRecord[];
  changesOf(runId: string): readonly ResourceChange[];
}

/** The runs that a query asks for, newest first, each with the changes that match. */
export const selectRuns = (query: RunQuery, { runs, changesOf }: StoredRuns): readonly WholeRun[] =>
  runs
    .map((run) => ({ run, changes: changesOf(run.runId).filter(createChangeFilter(query)).map(toSummary) }))
    .filter(({ run, changes }) => changes.length > 0 || isRunAbout(query, run))
    .sort((a, b) => compareStarts(b.run, a.run));

const isRunAbout = (query: RunQuery, { accountIds }: RunRecord): boolean =>
  'accountId' in query && accountIds.includes(query.accountId);

const compareStarts = (a: RunRecord, b: RunRecord): number =>
  a.startedAt.localeCompare(b.startedAt) || a.runId.localeCompare(b.runId);

/** Whether a change is on the resource, or changes, blocks or rejects access of the account. */
export function createChangeFilter(query: RunQuery): (change: ResourceChange) => boolean {
  if ('resource' in query) return ({ resource }) => isNamed(resource, query.resource);
  const { accountId } = query;
  return ({ added = [], removed = [], holds = [] }) =>
    [...added, ...removed, ...holds.map((hold) => hold.accountId)].includes(accountId);
}

/** `kind/account/region/id`: only the id may have slashes, and it may stand for the key. */
const isNamed = (key: string, name: string): boolean =>
  key === name || key.split('/').slice(3).join('/') === name;

/** Without the documents, which are most of a change. */
function toSummary({ before: _, after: __, ...summary }: ResourceChange): ResourceChange {
  return summary;
}
