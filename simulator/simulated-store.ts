import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { toOperationName } from '../shared/platform/aws/plugins.ts';
import { createDocumentClient } from '../shared/store/dynamodb/document-client.ts';
import { createDynamoStore } from '../shared/store/dynamodb/store.ts';
import type { Store } from '../shared/store/ports.ts';
import { parseSignature } from './authentication.ts';
import type { SimulatedOrganization } from './organization.ts';
import { dynamodb } from './services/dynamodb.ts';

/** A call to the table. Its values are JavaScript values, not DynamoDB's. */
export interface TableCall {
  /** `GetItem`, `Query`, … */
  readonly operation: string;
  readonly input: object;
}

/** Runs around each call to the table: for example, counts calls or lets time pass. */
export type TableInterceptor = (call: TableCall, proceed: () => Promise<object>) => Promise<object>;

/**
 * The store that production uses, on a simulated table in the hub's account. Each request is authorized.
 * @param intercept runs around each call. Default: nothing
 */
export const createSimulatedStore = (
  organization: SimulatedOrganization,
  tableName: string,
  intercept: TableInterceptor = (_, proceed) => proceed(),
): Store =>
  createDynamoStore(
    { client: createTableClient(organization, intercept), tableName },
    organization.world.settings.clock,
  );

/**
 * A client that is answered before the SDK converts values to DynamoDB's form. Its calls are not in the organization's
 * list of calls.
 */
function createTableClient(
  { world, hubCredentials }: SimulatedOrganization,
  intercept: TableInterceptor,
): DynamoDBDocumentClient {
  const region = world.settings.homeRegion;
  const { accessKeyId } = hubCredentials;
  const client = createDocumentClient(new DynamoDBClient({ region, credentials: hubCredentials }));
  client.middlewareStack.add(
    (_next, { commandName }) =>
      async ({ input }) => {
        const operation = toOperationName(commandName);
        const answer = dynamodb[operation];
        if (answer === undefined) throw new Error(`The simulator does not model dynamodb:${operation}`);
        const output = await intercept({ operation, input }, async () => {
          const signature = parseSignature(world, 'dynamodb', { accessKeyId, region });
          return answer({ world, ...signature, input });
        });
        return { response: {}, output: { ...output, $metadata: {} } };
      },
    { step: 'initialize', priority: 'high', name: 'simulatedTable' },
  );
  return client;
}
