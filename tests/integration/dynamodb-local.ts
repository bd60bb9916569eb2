import { missingDynamoDbLocal, startDynamoDbLocal } from './dynamodb-local-server.ts';
import { describeWith } from './with-server.ts';

/** `describe` with AWS's own DynamoDB Local. */
export const describeWithDynamoDb = describeWith({
  name: 'DynamoDB Local',
  missing: missingDynamoDbLocal,
  start: startDynamoDbLocal,
});
