import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { toOperationName } from '../shared/platform/aws/plugins.ts';
import { createDocumentClient } from '../shared/store/dynamodb/document-client.ts';
import { createDynamoStore } from '../shared/store/dynamodb/store.ts';
import type { Store } from '../shared/store/ports.ts';
import { parseSignature } from './authentication.ts';
import type { SimulatedOrganization } from './organization.ts';
import { dynamodb } from './services/dynamodb.ts';

/** The deployed store, on a table of the hub's account that the organization answers for. Each request is authorized. */
export const createSimulatedStore = (organization: SimulatedOrganization, tableName: string): Store =>
  createDynamoStore(
    { client: createTableClient(organization), tableName },
    organization.world.settings.clock,
  );

/** Answers before values are marshalled. Its calls are not in the organization's log, and no interceptor is told. */
function createTableClient({ world, hubCredentials }: SimulatedOrganization): DynamoDBDocumentClient {
  const region = world.settings.homeRegion;
  const { accessKeyId } = hubCredentials;
  const client = createDocumentClient(new DynamoDBClient({ region, credentials: hubCredentials }));
  client.middlewareStack.add(
    (_next, { commandName }) =>
      async ({ input }) => {
        const operation = toOperationName(commandName);
        const answer = dynamodb[operation];
        if (answer === undefined) throw new Error(`The simulator does not model dynamodb:${operation}`);
        const signature = parseSignature(world, 'dynamodb', { accessKeyId, region });
        return { response: {}, output: { ...answer({ world, ...signature, input }), $metadata: {} } };
      },
    { step: 'initialize', priority: 'high', name: 'simulatedTable' },
  );
  return client;
}
