import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createHubClients, createRunAccess, translateHubErrors } from '../platform/aws/access.ts';
import { memoizeByRun } from '../platform/aws/per-run.ts';
import { withPlugins } from '../platform/aws/plugins.ts';
import { requestHandler } from '../platform/aws/request-handler.ts';
import { systemClock } from '../platform/clock.ts';
import type { MetricSink } from '../platform/metrics.ts';
import type { Services } from '../reconcile/services.ts';
import { createDocumentClient } from '../store/dynamodb/document-client.ts';
import { createDynamoStore } from '../store/dynamodb/store.ts';
import { createMetricSink } from './metrics.ts';
import { parseUpdateFunctions } from './update-functions.ts';

/** Only a deployed function publishes metrics, so its services have a sink for them. */
type LambdaServices = Services & { readonly metrics: MetricSink };

let made: LambdaServices | undefined;

/**
 * The services of a deployed function. They are created at the first call and kept as long as the process lives.
 * Environment variables: `ONBOARDING_TABLE` (the table of the installation), `AWS_REGION`, and only for plan-changes
 * `ONBOARDING_UPDATE_FUNCTIONS` (JSON: name of a central account → name of its update function).
 */
export function getLambdaServices(): LambdaServices {
  made ??= servicesFrom({
    table: required('ONBOARDING_TABLE'),
    region: required('AWS_REGION'),
    findUpdateFunction: parseUpdateFunctions(process.env.ONBOARDING_UPDATE_FUNCTIONS),
  });
  return made;
}

interface Environment {
  readonly table: string;
  readonly region: string;
  readonly findUpdateFunction: Services['findUpdateFunction'];
}

function servicesFrom({ table, region, findUpdateFunction }: Environment): LambdaServices {
  const dynamoDb = withPlugins(new DynamoDBClient({ region, requestHandler }), [translateHubErrors(region)]);
  const client = createDocumentClient(dynamoDb);
  const access = createRunAccess({ region, clock: systemClock });
  return {
    clock: systemClock,
    random: Math.random,
    logger: new Logger({ serviceName: 'account-onboarding' }) as Services['logger'],
    metrics: createMetricSink(),
    store: createDynamoStore({ client, tableName: table }),
    hub: createHubClients({ region }),
    aws: memoizeByRun((runId, { partition, spokeRole, centralAccounts, template }) =>
      access({ runId, partition, spokeRole, centralAccounts, template }),
    ),
    findUpdateFunction,
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is not set`);
  return value;
}
