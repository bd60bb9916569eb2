import type { CreateTableCommandInput, TimeToLiveSpecification } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** The one table of an installation, and the client that reaches it. */
export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** Primary key of an item: `pk` names the owner, `sk` the item. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/**
 * The table, as `CreateTable` input. `infrastructure/table.yml` describes an equal table. No index: every read is a
 * consistent one of the base table, and an index has no consistent reads.
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

/** Separate from the definition, because the API sets it in a call of its own (`UpdateTimeToLive`). */
export const timeToLive: TimeToLiveSpecification = { AttributeName: 'expiresAt', Enabled: true };
