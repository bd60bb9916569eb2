import type { Listed, ResourceChange, RunQuery, RunRecord, WholeRun } from '../ports.ts';
import { createChangeFilter, selectNewest, selectRuns } from '../run-search.ts';
import type { StoredItemError } from '../stored-item-error.ts';
import { type Item, parseItem, parseOr } from './items.ts';
import { compareText, scanItems, toListed } from './operations.ts';
import {
  changeFields,
  changeOf,
  changePrefix,
  partition,
  runFields,
  runKey,
  runOfChanges,
  runSchema,
} from './run-items.ts';
import type { Table } from './table.ts';

const recordKey = runKey('').sk;

/**
 * The attributes of runs and changes that a search needs. The documents before and after a change are not read, because
 * they are most of its size.
 */
const searchedAttributes = (): readonly string[] => [
  'pk',
  'sk',
  ...Object.keys(runFields),
  ...Object.keys(changeFields).filter((name) => !['before', 'after', 'readings'].includes(name)),
];

export async function searchRuns(table: Table, query: RunQuery): Promise<Listed<WholeRun>> {
  const runs: RunRecord[] = [];
  const unreadable: StoredItemError[] = [];
  const changes = new Map<string, ResourceChange[]>();
  const isWanted = createChangeFilter(query);
  const scan = {
    text: 'begins_with(pk, :pk) AND (sk = :run OR begins_with(sk, :change))',
    values: { ':pk': partition(''), ':run': recordKey, ':change': changePrefix },
    attributes: [...new Set(searchedAttributes())],
  };
  for await (const item of scanItems(table, scan))
    if (item.sk === recordKey)
      parseOr(
        () => void runs.push(parseItem(runSchema, item, table.tableName)),
        (error) => void unreadable.push(error),
      );
    else keepChange(changes, item, changeOf(table, item), isWanted);
  const changesOf = (runId: string) => sortChanges(changes.get(runId) ?? []);
  return toListed({ items: selectRuns(query, { runs, changesOf }), unreadable });
}

/** As `RunStore.listNewest`. The table has no index of runs by time, so every run is read. */
export async function listNewestRuns(table: Table, limit: number): Promise<Listed<RunRecord>> {
  const runs: RunRecord[] = [];
  const unreadable: StoredItemError[] = [];
  const scan = {
    text: 'begins_with(pk, :pk) AND sk = :run',
    values: { ':pk': partition(''), ':run': recordKey },
    attributes: ['pk', 'sk', ...Object.keys(runFields)],
  };
  for await (const item of scanItems(table, scan))
    parseOr(
      () => void runs.push(parseItem(runSchema, item, table.tableName)),
      (error) => void unreadable.push(error),
    );
  return toListed({ items: selectNewest(runs, limit), unreadable });
}

function keepChange(
  changes: Map<string, ResourceChange[]>,
  { pk }: Item,
  change: ResourceChange,
  isWanted: (change: ResourceChange) => boolean,
): void {
  if (!isWanted(change)) return;
  const runId = runOfChanges(pk);
  const ofRun = changes.get(runId) ?? [];
  changes.set(runId, [...ofRun, change]);
}

const sortChanges = (changes: readonly ResourceChange[]): readonly ResourceChange[] =>
  changes.toSorted((a, b) => compareText(a.resource, b.resource));
