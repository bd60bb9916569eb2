import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { operationName } from '../../shared/platform/aws/plugins.ts';
import { dynamoStore } from '../../shared/store/dynamodb/store.ts';
import type { Store } from '../../shared/store/ports.ts';

/** An IAM action on items of the table, by their partition keys: `dynamodb:PutItem on RUN#*`. */
export type TableUse = string;

type Port = Readonly<Record<string, (...parameters: unknown[]) => Promise<unknown>>>;
type Ports = Readonly<Record<string, Port>>;

/**
 * A store that works as before, and tells what each call would ask of DynamoDB: the same call is made to the
 * DynamoDB store of an empty table, and its requests are looked at.
 */
export function watched(store: Store, tell: (use: TableUse) => void): Store {
  const shadows = dynamoStore({ client: emptyTable(tell), tableName: 'table' }) as unknown as Ports;
  const ports = Object.entries(store as unknown as Ports).map(([name, port]) => [
    name,
    watchedPort(port, shadows[name] ?? {}),
  ]);
  return Object.fromEntries(ports);
}

const watchedPort = (port: Port, shadow: Port): Port =>
  Object.fromEntries(
    Object.entries(port).map(([name, method]) => [
      name,
      async (...parameters: unknown[]) => {
        await shadow[name]?.(...parameters);
        return method(...parameters);
      },
    ]),
  );

/** A client that answers as an empty table does, and sends nothing. */
function emptyTable(tell: (use: TableUse) => void): DynamoDBDocumentClient {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
  client.middlewareStack.add(
    (_next, { commandName }) =>
      async ({ input }) => {
        for (const use of usesOf(operationName(commandName), input)) tell(use);
        return { response: {}, output: { $metadata: {} } };
      },
    { step: 'initialize', priority: 'high', name: 'emptyTable' },
  );
  return client;
}

const actions: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/**
 * A transaction needs what its parts need ("Using IAM with DynamoDB transactions", DynamoDB developer guide). Each part is
 * told with the keys of the whole transaction, because a statement may have to cover all of them.
 */
function usesOf(operation: string, input: object): readonly TableUse[] {
  if ('RequestItems' in input) throw new Error(`${operation} is not judged yet: tell its keys here`);
  const parts =
    'TransactItems' in input
      ? (input.TransactItems as readonly object[]).flatMap((item) => Object.entries(item))
      : [[operation, input] as const];
  const keys = keyList(parts.map(([, on]) => keyOf(on)));
  return parts.map(([part]) => `dynamodb:${actions[part] ?? part} on ${keys}`);
}

/** Several keys as one text: `OPEN_OUTBOX|OUTBOX#*`. */
export const keyList = (keys: readonly string[]): string => [...new Set(keys)].sort().join('|');

/** `RUN#*` for the partition key `RUN#run-1`. */
function keyOf(input: unknown): string {
  const [, kind, more] = /":?pk":(?:\{"S":)?"([^"#]*)(#?)/.exec(JSON.stringify(input)) ?? [];
  if (kind === undefined) throw new Error(`A request without a key: ${JSON.stringify(input)}`);
  return more === '#' ? `${kind}#*` : kind;
}
