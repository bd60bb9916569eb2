import { computeItemSize } from '../../simulator/dynamodb/item-size.ts';
import type { TableCall } from '../../simulator/simulated-store.ts';

/** What AWS charges for one execution. */
export interface Use {
  readonly transitions: number;
  readonly invocations: number;
  /** Of the functions, of 512 MB each. */
  readonly gigabyteSeconds: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly logBytes: number;
}

const writeUnit = 1_024;

type Fields = Readonly<Record<string, unknown>>;

/**
 * A write takes a unit for each KB of the item, and twice that in a transaction ("DynamoDB read and write operations", developer
 * guide). A deletion counts as one unit: the bench does not know the size of the deleted item.
 */
export function computeWriteUnits({ operation, input }: TableCall): number {
  const { Item, TransactItems, RequestItems } = input as {
    readonly Item?: Fields;
    readonly TransactItems?: readonly Fields[];
    readonly RequestItems?: Readonly<
      Record<string, readonly { readonly PutRequest: { readonly Item: Fields } }[]>
    >;
  };
  if (operation === 'PutItem') return unitsOf(Item);
  if (operation === 'DeleteItem' || operation === 'UpdateItem') return 1;
  if (operation === 'BatchWriteItem')
    return Object.values(RequestItems ?? {})
      .flat()
      .reduce((total, { PutRequest }) => total + unitsOf(PutRequest.Item), 0);
  if (operation !== 'TransactWriteItems') return 0;
  const parts = (TransactItems ?? []).flatMap((part) => Object.values(part) as readonly Fields[]);
  return parts.reduce((total, { Item: item }) => total + 2 * unitsOf(item as Fields | undefined), 0);
}

const unitsOf = (item: Fields | undefined): number =>
  item === undefined ? 1 : Math.max(1, Math.ceil(computeItemSize(item) / writeUnit));
