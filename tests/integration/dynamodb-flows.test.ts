import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll } from '@jest/globals';
import { concurrentFlows } from '../flows/concurrent/flows.ts';
import { describeWithDynamoDb } from './dynamodb-local.ts';
import { dynamoStorage } from './dynamodb-storage.ts';
import { createTable, tableClient } from './dynamodb-tables.ts';

describeWithDynamoDb('runs that meet', (dynamodb) => {
  let client: DynamoDBDocumentClient;
  beforeAll(() => {
    client = tableClient(dynamodb().endpoint);
  });
  afterAll(() => client.destroy());

  concurrentFlows('with the store in DynamoDB', async () => dynamoStorage(await createTable(client)));
});
