import {
  applyUpdate,
  compareTexts,
  meetsCondition,
  type Placeholders,
  type TableItem,
} from './expressions.ts';

export interface TableKey {
  readonly pk: string;
  readonly sk: string;
}

/** The items of one table by partition key and sort key. */
export interface SimulatedTable {
  readonly partitions: Map<string, Map<string, TableItem>>;
}

export const createTable = (): SimulatedTable => ({ partitions: new Map() });

/** One write: a request of its own, or a part of a transaction. */
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

/** Puts an item that the write brings, changes one that it updates, and deletes any other. */
export function applyWrite(table: SimulatedTable, write: TableWrite): void {
  const key = readKey(write);
  const { Item, UpdateExpression } = write;
  if (Item !== undefined) putItem(table, key, Item);
  else if (UpdateExpression === undefined) table.partitions.get(key.pk)?.delete(key.sk);
  else putItem(table, key, applyUpdate(UpdateExpression, findItem(table, key) ?? { ...key }, write));
}

/** A copy: who has put it may change it. */
function putItem({ partitions }: SimulatedTable, { pk, sk }: TableKey, item: TableItem): void {
  const partition = partitions.get(pk) ?? new Map<string, TableItem>();
  partitions.set(pk, partition.set(sk, structuredClone(item)));
}

/** The items of a partition in the order of their sort keys, each a copy. */
export const queryItems = (
  { partitions }: SimulatedTable,
  pk: string,
  condition: string,
  placeholders: Placeholders,
): readonly TableItem[] =>
  [...(partitions.get(pk)?.values() ?? [])]
    .filter((item) => meetsCondition(condition, item, placeholders))
    .toSorted((one, other) => compareTexts(String(one.sk), String(other.sk)))
    .map((item) => structuredClone(item));
