import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  createHubClients,
  createRunAccess,
  requestHandler,
  translateHubErrors,
} from '../platform/aws/access.ts';
import { memoizeByRun } from '../platform/aws/per-run.ts';
import { withPlugins } from '../platform/aws/plugins.ts';
import { systemClock } from '../platform/clock.ts';
import type { Services } from '../reconcile/services.ts';
import { createDocumentClient } from '../store/dynamodb/document-client.ts';
import { createDynamoStore } from '../store/dynamodb/store.ts';

let made: Services | undefined;

/**
 * The services of a deployed function, made at its first call and kept for the life of the process. Reads the
 * environment: `ONBOARDING_TABLE` (the installation's table) and `AWS_REGION`.
 */
export function getLambdaServices(): Services {
  made ??= servicesFrom({ table: required('ONBOARDING_TABLE'), region: required('AWS_REGION') });
  return made;
}

function servicesFrom({ table, region }: { table: string; region: string }): Services {
  const dynamoDb = withPlugins(new DynamoDBClient({ region, requestHandler }), [translateHubErrors(region)]);
  const client = createDocumentClient(dynamoDb);
  const access = createRunAccess({ region, clock: systemClock });
  return {
    clock: systemClock,
    random: Math.random,
    logger: new Logger({ serviceName: 'account-onboarding' }) as Services['logger'],
    store: createDynamoStore({ client, tableName: table }),
    hub: createHubClients({ region }),
    aws: memoizeByRun((runId, { partition, spokeRole }) => access({ runId, partition, spokeRole })),
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is not set`);
  return value;
}
