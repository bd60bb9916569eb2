import type { CreateTableCommandInput, TimeToLiveSpecification } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** The table of an installation, and the client that sends requests to it. */
export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** Primary key of an item. `pk` names what the item belongs to, and `sk` the item itself. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/**
 * The table as the input of `CreateTable`. `infrastructure/table.yml` describes an equal table. It has no index,
 * because indexes have no consistent reads, and every read must be consistent.
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

/** Not part of the definition, because the API sets it by a call of its own (`UpdateTimeToLive`). */
export const timeToLive: TimeToLiveSpecification = { AttributeName: 'expiresAt', Enabled: true };
