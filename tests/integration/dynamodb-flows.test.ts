import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll } from '@jest/globals';
import { describeWithDynamoDb } from '../fixtures/servers/dynamodb-local.ts';
import { dynamoStorage } from '../fixtures/servers/dynamodb-storage.ts';
import { createTable, tableClient } from '../fixtures/servers/dynamodb-tables.ts';
import { concurrentFlows } from '../flows/concurrent/flows.ts';

describeWithDynamoDb('runs that meet', (dynamodb) => {
  let client: DynamoDBDocumentClient;
  beforeAll(() => {
    client = tableClient(dynamodb().endpoint);
  });
  afterAll(() => client.destroy());

  concurrentFlows('with the store in DynamoDB', async () => dynamoStorage(await createTable(client)));
});
