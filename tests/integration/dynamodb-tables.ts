import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { documentClient } from '../../shared/store/dynamodb/document-client.ts';
import { type Table, tableDefinition } from '../../shared/store/dynamodb/table.ts';
import { callerCredentials } from './accounts.ts';

export const tableClient = (endpoint: string): DynamoDBDocumentClient =>
  documentClient(new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: callerCredentials }));

/** Makes a new, empty table. */
export async function createTable(client: DynamoDBDocumentClient): Promise<Table> {
  const tableName = `onboarding-${randomUUID()}`;
  await client.send(new CreateTableCommand(tableDefinition(tableName)));
  return { client, tableName };
}
