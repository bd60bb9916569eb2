import { describeWithDynamoDb } from '../fixtures/servers/dynamodb-local.ts';
import { dynamoStorage } from '../fixtures/servers/dynamodb-storage.ts';
import { useTables } from '../fixtures/servers/dynamodb-tables.ts';
import { concurrentFlows } from '../flows/concurrent/flows.ts';

describeWithDynamoDb('runs that meet', (dynamodb) => {
  const { newTable } = useTables(() => dynamodb().endpoint);

  concurrentFlows('with the store in DynamoDB', async () => dynamoStorage(await newTable()));
});
