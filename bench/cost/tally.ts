import type { TableItem } from '../../simulator/dynamodb/expressions.ts';
import { computeItemSize } from '../../simulator/dynamodb/item-size.ts';
import type { Interceptor } from '../../simulator/plugin.ts';
import type { TableCall, TableInterceptor } from '../../simulator/simulated-store.ts';
import { computeWriteUnits } from '../price/use.ts';

/** What a table call reads or writes: `account`, `resource state`, … */
export interface CountedTableCall {
  readonly name: string;
  /** The token of the function that called. */
  readonly functionToken: string;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** When it ended, in milliseconds of simulated time. */
  readonly at: number;
  /** Whether it does not continue a query. */
  readonly isFirstPage: boolean;
}

export interface CountedAwsCall {
  /** `s3:GetBucketPolicy` */
  readonly name: string;
  readonly part: 'central' | 'member' | 'organization policies' | 'content keys';
}

/** Kinds of items by their keys. The first pattern that the key matches decides. */
const itemTypes: readonly (readonly [RegExp, string])[] = [
  [/^REGISTRY ACCOUNT#$/, 'whole registry'],
  [/^REGISTRY ACCOUNT#/, 'account'],
  [/^REGISTRY (READY|REVISION)/, 'registry head'],
  [/^REGISTRY OU#/, 'OU'],
  [/ LEASE$/, 'lease'],
  [/ STATE$/, 'resource state'],
  [/INVENTORY/, 'inventory'],
  [/^FOUND/, 'searches'],
  [/^CONFIGURATION/, 'configuration'],
  [/^OPEN_RUNS/, 'open runs'],
  [/ CHANGE#/, 'change'],
  [/ (RUN|APPROVAL|CHANGED_ACCOUNTS)/, 'run'],
];

const nameItem = (key: string): string => itemTypes.find(([pattern]) => pattern.test(key))?.[1] ?? key;

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function listKeys(input: Fields): readonly string[] {
  const { Key, Item, ExpressionAttributeValues: values, RequestItems, TransactItems } = input;
  const key = Key ?? Item;
  if (isFields(key)) return [`${key.pk} ${key.sk}`];
  if (isFields(values)) return [`${values[':pk']} ${values[':prefix'] ?? values[':first'] ?? ''}`];
  if (Array.isArray(TransactItems))
    return TransactItems.flatMap((part) =>
      Object.values(part as Fields)
        .filter(isFields)
        .flatMap(listKeys),
    );
  return isFields(RequestItems) ? Object.values(RequestItems).flatMap(listBatchKeys) : [];
}

/** The keys that a batch reads, or the keys of the items that it puts. */
const listBatchKeys = (request: unknown): readonly string[] =>
  Array.isArray(request)
    ? request.flatMap(({ PutRequest }: Fields) => (isFields(PutRequest) ? listKeys(PutRequest) : []))
    : isFields(request) && Array.isArray(request.Keys)
      ? request.Keys.filter(isFields).map(({ pk, sk }) => `${pk} ${sk}`)
      : [];

const nameCall = ({ operation, input }: TableCall): string =>
  `${operation} ${[...new Set(listKeys(input as Fields).map(nameItem))].join(' + ')}`;

const readUnit = 4_096;

/** A consistent read takes a unit for each 4 KB: a query of all its items together, other reads of each item. */
function computeReadUnits({ operation }: TableCall, output: object): number {
  const { Item, Items, Responses } = output as {
    readonly Item?: TableItem;
    readonly Items?: readonly TableItem[];
    readonly Responses?: Readonly<Record<string, readonly TableItem[]>>;
  };
  const units = (bytes: number): number => Math.max(1, Math.ceil(bytes / readUnit));
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
  if (operation === 'Query') return units(sum((Items ?? []).map(computeItemSize)));
  if (operation === 'GetItem') return units(Item === undefined ? 0 : computeItemSize(Item));
  return sum(
    Object.values(Responses ?? {})
      .flat()
      .map((item) => units(computeItemSize(item))),
  );
}

/** The calls of one run. */
export interface Tally {
  readonly table: readonly CountedTableCall[];
  readonly aws: readonly CountedAwsCall[];
  interceptTable(functionToken: string): TableInterceptor;
  readonly interceptAws: Interceptor;
}

export function createTally(memberId: string): Tally {
  const table: CountedTableCall[] = [];
  const aws: CountedAwsCall[] = [];
  return {
    table,
    aws,
    interceptTable: (functionToken) => async (call, proceed) => {
      const output = await proceed();
      table.push({
        name: nameCall(call),
        functionToken,
        readUnits: computeReadUnits(call, output),
        writeUnits: computeWriteUnits(call),
        at: Date.now(),
        isFirstPage: (call.input as Fields).ExclusiveStartKey === undefined,
      });
      return output;
    },
    interceptAws: (call, proceed) => {
      const { service, operation, accountId, input } = call;
      aws.push({
        name: `${service}:${operation}`,
        part: findPart({ service, operation, accountId, input }, memberId),
      });
      return proceed();
    },
  };
}

const contentKeyReads = /^(DescribeSecret|GetBucketEncryption|DescribeKey|ListGrants)$/;

function findPart(
  {
    service,
    operation,
    accountId,
    input,
  }: Pick<Parameters<Interceptor>[0], 'service' | 'operation' | 'accountId' | 'input'>,
  memberId: string,
): CountedAwsCall['part'] {
  if (service === 'organizations' && /Polic(y|ies)/.test(operation)) return 'organization policies';
  const { RoleArn } = input as Fields;
  if (accountId === memberId || service === 'cloudformation' || String(RoleArn).includes(`::${memberId}:`))
    return 'member';
  return contentKeyReads.test(operation) ? 'content keys' : 'central';
}
