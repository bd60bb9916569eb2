import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * The client that reads items. DynamoDB can store a number that JavaScript cannot. By default, the client throws for
 * such a number, and one item would prevent the reading of all items in its page. Here the number is rounded instead,
 * and the check of its field reports it.
 */
export const createDocumentClient = (client: DynamoDBClient): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers: Number } });
