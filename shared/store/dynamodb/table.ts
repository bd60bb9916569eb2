import type { CreateTableCommandInput, TimeToLiveSpecification } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** The table of an installation, and the client for its items. */
export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/**
 * The primary key of an item. `pk` (partition key) names what the item belongs to. `sk` (sort key) names the item
 * within it.
 */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/**
 * The table as the input of `CreateTable`. `infrastructure/table.yml` must describe an equal table. It has no global
 * index, because a global index has no consistent reads, and this project needs them.
 */
export const createTableDefinition = (tableName: string): CreateTableCommandInput => ({
  TableName: tableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
});

/**
 * Makes DynamoDB delete items after their `expiresAt`. No part of the table's definition, because the API sets it by a
 * separate call (`UpdateTimeToLive`).
 */
export const timeToLive: TimeToLiveSpecification = { AttributeName: 'expiresAt', Enabled: true };
