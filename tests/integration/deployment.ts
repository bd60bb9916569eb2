import { randomUUID } from 'node:crypto';
import { importOrganization } from '../../shared/accounts/registry.ts';
import { requireInForce } from '../../shared/configuration/active-configuration.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { awsAccess, hubClients } from '../../shared/platform/aws/access.ts';
import { perRun } from '../../shared/platform/aws/per-run.ts';
import { type CallCounts, countCalls } from '../../shared/platform/aws/plugins.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { driftOf } from '../../shared/reconcile/drift.ts';
import { planAll } from '../../shared/reconcile/plan-all.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import { dynamoStore } from '../../shared/store/dynamodb/store.ts';
import { memoryStore } from '../../shared/store/memory.ts';
import type { Store } from '../../shared/store/ports.ts';
import type { DriftStatus } from '../../shared/store/run-ports.ts';
import type { DeployedMachine } from '../../simulator/deployed-machines.ts';
import { runLocally } from '../../simulator/local-deployment.ts';
import type { StateMachineResult } from '../../simulator/run-state-machine.ts';
import { silentLogger } from '../../simulator/simulated-services.ts';
import { callerCredentials } from './accounts.ts';
import { createTable, tableClient } from './dynamodb-tables.ts';

const region = 'us-east-1';

/** One run of the deployed state machine, with everything that a test may want to know of it. */
export interface Run {
  readonly id: string;
  readonly result: StateMachineResult;
  /** AWS calls that it made, by service and operation. */
  readonly calls: CallCounts;
}

/** The hub on moto, with the configuration in force. */
export interface Deployment {
  readonly store: Store;
  /** Runs the state machine file with the handlers, with clients of its own, as another process would have. */
  run(input: unknown): Promise<Run>;
  /** The same with the state machine of the sweep. */
  sweep(): Promise<Run>;
  /** How each resource is, by its key, as `onboarding drift` tells it. */
  drift(configuration: string): Promise<Readonly<Record<string, DriftStatus>>>;
  activate(configuration: string): Promise<void>;
}

/** An empty store in a table of its own. Moto's conditions are not atomic, so concurrent runs need DynamoDB Local. */
export const tableStore = async (endpoint: string): Promise<Store> =>
  dynamoStore(await createTable(tableClient(endpoint)));

/**
 * With a complete registry.
 * @param store Default: in memory. A table on moto takes most of a run's time
 */
export async function deployOn(
  endpoint: string,
  configuration: string,
  store: Store = memoryStore(),
): Promise<Deployment> {
  const deployment = await newDeployment(endpoint, configuration, store);
  const { organizations } = servicesAt(endpoint, store, {}).hub;
  await importOrganization({ registry: store.registry, organizations, clock: systemClock });
  return deployment;
}

/** With an empty registry, which the first sweep fills. */
export async function newDeployment(
  endpoint: string,
  configuration: string,
  store: Store,
): Promise<Deployment> {
  await activate(store, configuration);
  const execute = async (machine: DeployedMachine, input: unknown): Promise<Run> => {
    const id = randomUUID();
    const calls: CallCounts = {};
    const services = servicesAt(endpoint, store, calls);
    return { id, calls, result: await runLocally({ machine, services, name: id, input }) };
  };
  return {
    store,
    activate: (text) => activate(store, text),
    run: (input) => execute('account-onboarding', input),
    sweep: () => execute('organization-sweep', {}),
    drift: (text) => driftAt(servicesAt(endpoint, store, {}), text),
  };
}

async function driftAt(services: Services, text: string): Promise<Readonly<Record<string, DriftStatus>>> {
  const configuration = parseConfiguration(text, 'onboarding.yml');
  const active = await requireInForce(services.store, configuration);
  const plan = await planAll(services, { runId: randomUUID(), active });
  return Object.fromEntries(driftOf(plan).map(({ resource, status }) => [resource, status]));
}

async function activate(store: Store, text: string): Promise<void> {
  const configuration = parseConfiguration(text, 'onboarding.yml');
  await activateConfiguration({ store, clock: systemClock }, configuration, 'integration test');
}

/** As a deployed function has them, but for the endpoint and the counted calls. */
function servicesAt(endpoint: string, store: Store, calls: CallCounts): Services {
  const settings = { endpoint, region, credentials: callerCredentials, plugins: [countCalls(calls)] };
  return {
    clock: systemClock,
    random: Math.random,
    logger: silentLogger,
    store,
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
  'kms:CreateGrant',
  'kms:RevokeGrant',
  'ec2:ModifyImageAttribute',
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
