import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { awsAccess, hubClients } from '../../shared/aws/access.ts';
import { perRun } from '../../shared/aws/per-run.ts';
import { type CallCounts, countCalls } from '../../shared/aws/plugins.ts';
import { systemClock } from '../../shared/clock.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { importOrganization } from '../../shared/organization/registry.ts';
import { activateConfiguration } from '../../shared/run/activate.ts';
import type { Services } from '../../shared/services.ts';
import { dynamoStore } from '../../shared/store/dynamodb/store.ts';
import { tableDefinition } from '../../shared/store/dynamodb/table.ts';
import type { Store } from '../../shared/store/ports.ts';
import { runLocally } from '../../simulator/local-deployment.ts';
import type { StateMachineResult } from '../../simulator/run-state-machine.ts';
import { silentLogger } from '../../simulator/simulated-services.ts';
import { callerCredentials } from './accounts.ts';

const region = 'us-east-1';

/** One run of the deployed state machine, with everything that a test may want to know of it. */
export interface Run {
  readonly id: string;
  readonly result: StateMachineResult;
  /** AWS calls that it made, by service and operation. */
  readonly calls: CallCounts;
}

/** The hub on moto: a table with the configuration in force and a complete registry. */
export interface Deployment {
  readonly store: Store;
  /** Runs the state machine file with the handlers, with clients of its own, as another process would have. */
  run(input: unknown): Promise<Run>;
  activate(configuration: string): Promise<void>;
}

export async function deployOn(endpoint: string, configuration: string): Promise<Deployment> {
  const tableName = await createTable(endpoint);
  const services = (calls: CallCounts): Services => servicesAt(endpoint, tableName, calls);
  const { store, hub } = services({});
  const access = { registry: store.registry, organizations: hub.organizations, clock: systemClock };
  await activate(store, configuration);
  await importOrganization(access);
  return {
    store,
    activate: (text) => activate(store, text),
    async run(input) {
      const id = randomUUID();
      const calls: CallCounts = {};
      return { id, calls, result: await runLocally({ services: services(calls), name: id, input }) };
    },
  };
}

export async function createTable(endpoint: string): Promise<string> {
  const tableName = `onboarding-${randomUUID()}`;
  await tableClient(endpoint).send(new CreateTableCommand(tableDefinition(tableName)));
  return tableName;
}

async function activate(store: Store, text: string): Promise<void> {
  const configuration = parseConfiguration(text, 'onboarding.yml');
  await activateConfiguration({ store, clock: systemClock }, configuration, 'integration test');
}

export const tableClient = (endpoint: string): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials: callerCredentials }));

/** As a deployed function has them, but for the endpoint and the counted calls. */
function servicesAt(endpoint: string, tableName: string, calls: CallCounts): Services {
  const settings = { endpoint, region, credentials: callerCredentials, plugins: [countCalls(calls)] };
  return {
    clock: systemClock,
    random: Math.random,
    logger: silentLogger,
    store: dynamoStore({ client: tableClient(endpoint), tableName }),
    hub: hubClients(settings),
    aws: perRun((runId, { partition, spokeRole }) =>
      awsAccess({ ...settings, runId, partition, spokeRole, clock: systemClock }),
    ),
  };
}

const policyWrites = new Set([
  's3:PutBucketPolicy',
  's3:DeleteBucketPolicy',
  'kms:PutKeyPolicy',
  'ecr:SetRepositoryPolicy',
  'ecr:DeleteRepositoryPolicy',
  'secretsmanager:PutResourcePolicy',
  'secretsmanager:DeleteResourcePolicy',
  'iam:CreatePolicy',
  'iam:CreatePolicyVersion',
  'iam:DeletePolicyVersion',
  'iam:DeletePolicy',
  'iam:AttachGroupPolicy',
  'iam:AttachRolePolicy',
  'iam:DetachGroupPolicy',
  'iam:DetachRolePolicy',
]);

/** The calls of a run that change what stands in AWS. */
export const writesOf = ({ calls }: Run): CallCounts =>
  Object.fromEntries(Object.entries(calls).filter(([call]) => policyWrites.has(call)));
