import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * The client that the store reads with. A number of DynamoDB can be too large for JavaScript. By default the client
 * throws for it, and one such item would prevent the reading of all others. As a rounded number it fails the check of
 * its own field.
 */
export const createDocumentClient = (client: DynamoDBClient): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers: Number } });
