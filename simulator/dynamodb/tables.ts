import {
  applyUpdate,
  compareTexts,
  meetsCondition,
  type Placeholders,
  type TableItem,
} from './expressions.ts';
import { computeItemSize } from './item-size.ts';

export interface TableKey {
  readonly pk: string;
  readonly sk: string;
}

/** The items of one table by partition key and sort key. */
export interface SimulatedTable {
  readonly partitions: Map<string, Map<string, TableItem>>;
  /** The customer managed key of the table. Absent: a key of AWS. */
  readonly keyArn?: string;
}

export const createTable = (keyArn?: string): SimulatedTable => ({
  partitions: new Map(),
  ...(keyArn === undefined ? {} : { keyArn }),
});

/** One write: a request, or a part of a transaction. */
export interface TableWrite extends Placeholders {
  readonly Item?: TableItem;
  readonly Key?: TableItem;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
}

export const readKey = ({ Item, Key = Item }: Pick<TableWrite, 'Item' | 'Key'>): TableKey => ({
  pk: String(Key?.pk),
  sk: String(Key?.sk),
});

export const findItem = ({ partitions }: SimulatedTable, { pk, sk }: TableKey): TableItem | undefined =>
  partitions.get(pk)?.get(sk);

export const isPossible = (table: SimulatedTable, write: TableWrite): boolean =>
  meetsCondition(write.ConditionExpression, findItem(table, readKey(write)), write);

/** Carries out a write: puts its item, updates the stored item, or deletes the stored item. */
export function applyWrite(table: SimulatedTable, write: TableWrite): void {
  const key = readKey(write);
  const { Item, UpdateExpression } = write;
  if (Item !== undefined) putItem(table, key, Item);
  else if (UpdateExpression === undefined) table.partitions.get(key.pk)?.delete(key.sk);
  else putItem(table, key, applyUpdate(UpdateExpression, findItem(table, key) ?? { ...key }, write));
}

/** Stores a copy, because the caller may change its own object later. */
function putItem({ partitions }: SimulatedTable, { pk, sk }: TableKey, item: TableItem): void {
  const partition = partitions.get(pk) ?? new Map<string, TableItem>();
  partitions.set(pk, partition.set(sk, structuredClone(item)));
}

/** Bytes of a page of Query ("Query", API reference: 1 MB). */
const pageBytes = 1_024 * 1_024;

interface PageRequest extends Placeholders {
  readonly pk: string;
  readonly condition: string;
  /** The key of the last item of the page before. Default: the first page. */
  readonly ExclusiveStartKey?: TableKey;
}

interface QueryPage {
  readonly Items: readonly TableItem[];
  /** Absent on the last page. */
  readonly LastEvaluatedKey?: TableKey;
}

/** Copies of the partition's items that meet the condition, ordered by sort key, up to the size of a page. */
export function queryPage(
  { partitions }: SimulatedTable,
  { pk, condition, ExclusiveStartKey: start, ...placeholders }: PageRequest,
): QueryPage {
  const items = [...(partitions.get(pk)?.values() ?? [])]
    .filter((item) => meetsCondition(condition, item, placeholders))
    .filter(({ sk }) => start === undefined || compareTexts(String(sk), start.sk) > 0)
    .toSorted((one, other) => compareTexts(String(one.sk), String(other.sk)));
  const end = findPageEnd(items);
  const last = items[end];
  return {
    Items: items.slice(0, end + 1).map((item) => structuredClone(item)),
    ...(last === undefined || end === items.length - 1
      ? {}
      : { LastEvaluatedKey: { pk: String(last.pk), sk: String(last.sk) } }),
  };
}

/** The index of the item with which the page reaches its size, or of the last item. */
function findPageEnd(items: readonly TableItem[]): number {
  let bytes = 0;
  const full = items.findIndex((item) => {
    bytes += computeItemSize(item);
    return bytes >= pageBytes;
  });
  return full === -1 ? items.length - 1 : full;
}

interface ScanRequest extends Placeholders {
  readonly FilterExpression?: string;
  /** Names or placeholders of attributes, with commas. Default: all attributes. */
  readonly ProjectionExpression?: string;
}

/** Copies of all items that match the filter, in one page. */
export function scanTable(
  { partitions }: SimulatedTable,
  { FilterExpression, ProjectionExpression, ...placeholders }: ScanRequest,
): readonly TableItem[] {
  const names = ProjectionExpression?.split(', ').map(
    (name) => placeholders.ExpressionAttributeNames?.[name] ?? name,
  );
  const project = (item: TableItem): TableItem =>
    names === undefined
      ? item
      : Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
  return [...partitions.values()]
    .flatMap((partition) => [...partition.values()])
    .filter((item) => meetsCondition(FilterExpression, item, placeholders))
    .map((item) => structuredClone(project(item)));
}
