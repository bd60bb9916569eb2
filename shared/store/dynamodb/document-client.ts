import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * The client that reads items. DynamoDB can store numbers that JavaScript cannot hold. By default, the client throws
 * for such a number, and then none of the items in the same page can be read. Here the number is rounded, and the check
 * of its field reports it.
 */
export const createDocumentClient = (client: DynamoDBClient): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers: Number } });
