import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { requireActive } from '../shared/configuration/active-configuration.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import {
  createHubClients,
  createRunAccess,
  type HubSettings,
  translateHubErrors,
} from '../shared/platform/aws/access.ts';
import { memoizeByRun } from '../shared/platform/aws/per-run.ts';
import { type CallCounts, countCalls, withPlugins } from '../shared/platform/aws/plugins.ts';
import { requestHandler } from '../shared/platform/aws/request-handler.ts';
import { toUpdateFunctionName } from '../shared/platform/central-accounts.ts';
import { systemClock } from '../shared/platform/clock.ts';
import type { Logger } from '../shared/platform/logger.ts';
import type { Services } from '../shared/reconcile/services.ts';
import { createDocumentClient } from '../shared/store/dynamodb/document-client.ts';
import { createDynamoStore } from '../shared/store/dynamodb/store.ts';
import { createMemoryStore } from '../shared/store/memory.ts';
import type { Store } from '../shared/store/ports.ts';
import { silentLogger } from '../simulator/simulated-services.ts';
import type { Session } from './command.ts';
import { forgetCalls, prepareDeployment } from './simulation.ts';
import type { Io } from './terminal.ts';
import { SettingMissingError, UsageError } from './usage-error.ts';

export interface AwsConnection {
  readonly services: Services;
  /** How many calls were sent to AWS so far, without calls to the table. */
  readonly calls: CallCounts;
  /** Where the command reads, for the screen, such as `AWS, table onboarding-prod in us-east-1`. */
  readonly where: string;
  /** Whether the list of accounts is in memory only. Then nothing is stored after the command. */
  readonly inMemory: boolean;
}

/** Events of Organizations arrive in this region, so the hub is deployed there. */
const defaultRegion = 'us-east-1';

/** Whether the accounts may be kept in memory only: yes for a local endpoint, and for commands that only read. */
export interface Connecting {
  readonly memoryAllowed: boolean | 'anywhere';
}

/**
 * Connects to AWS, or to the local endpoint in `AWS_ENDPOINT_URL`, with the caller's own credentials.
 * `AWS_ENDPOINT_URL_DYNAMODB` is the endpoint of the table alone (AWS SDKs and Tools Reference Guide, "Service-specific
 * endpoints").
 * @throws SettingMissingError if no table is set, and the accounts may not be kept in memory
 */
export function connect(session: Session, { memoryAllowed }: Connecting): AwsConnection {
  const { env } = session.io;
  const region = readRegion(session.io);
  const endpoint = env.AWS_ENDPOINT_URL || undefined;
  const tableEndpoint = env.AWS_ENDPOINT_URL_DYNAMODB || endpoint;
  const table = env.ONBOARDING_TABLE || undefined;
  const allowed = memoryAllowed === 'anywhere' || (memoryAllowed && isLoopback(endpoint));
  const inMemory = table === undefined && allowed;
  if (table === undefined && !inMemory) throw createNoTableError(endpoint, memoryAllowed !== false);

  const calls: CallCounts = {};
  const settings: HubSettings = {
    region,
    plugins: [countCalls(calls)],
    ...(endpoint === undefined ? {} : { endpoint }),
  };
  const access = createRunAccess({ ...settings, clock: systemClock });
  const services: Services = {
    clock: systemClock,
    random: Math.random,
    logger: createLogger(session),
    store:
      table === undefined
        ? createMemoryStore()
        : createTableStore(table, { region, endpoint: tableEndpoint }),
    hub: createHubClients(settings),
    aws: memoizeByRun((runId, { partition, spokeRole, centralAccounts, template }) =>
      access({ runId, partition, spokeRole, centralAccounts, template }),
    ),
    findUpdateFunction: toUpdateFunctionName,
  };
  const storage = table === undefined ? 'registry in memory' : `table ${table} in ${region}`;
  return { services, calls, where: `${endpoint ?? 'AWS'}, ${storage}`, inMemory };
}

/**
 * The services for a run with this name. If the accounts are kept in memory, they are read now. Otherwise the table's
 * active configuration must be this one.
 * @throws ConfigurationMismatchError, UsageError if a run with this name exists
 */
export async function connectForRun(
  session: Session,
  configuration: Configuration,
  runId: string,
): Promise<AwsConnection> {
  const connection = connect(session, { memoryAllowed: true });
  const { services, calls, inMemory } = connection;
  if (inMemory) {
    session.out.transient('  … Import organization');
    await prepareDeployment(services, configuration);
  } else {
    await requireActive(services.store, configuration);
    if ((await services.store.runs.get(runId)) !== undefined)
      throw new UsageError(`Run ${runId} exists already. Choose another --name`);
  }
  forgetCalls(calls);
  return connection;
}

const readRegion = ({ env }: Io): string => env.AWS_REGION || env.AWS_DEFAULT_REGION || defaultRegion;

/** The name of the installation's table, and the region of the hub. @throws SettingMissingError */
export function readTableSettings(io: Io): { readonly table: string; readonly region: string } {
  const { ONBOARDING_TABLE: table, AWS_ENDPOINT_URL: endpoint } = io.env;
  if (!table) throw createNoTableError(endpoint || undefined, false);
  return { table, region: readRegion(io) };
}

interface TableSettings extends Pick<HubSettings, 'region'> {
  readonly endpoint: string | undefined;
}

function createTableStore(tableName: string, { region, endpoint }: TableSettings): Store {
  const settings = { region, requestHandler, ...(endpoint === undefined ? {} : { endpoint }) };
  const dynamoDb = withPlugins(new DynamoDBClient(settings), [translateHubErrors(region)]);
  return createDynamoStore({ client: createDocumentClient(dynamoDb), tableName });
}

/** Whether an endpoint is on this computer. Then it only imitates AWS, as moto does. */
function isLoopback(endpoint = ''): boolean {
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : '';
  return /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(host);
}

function createNoTableError(endpoint: string | undefined, memoryAllowed: boolean): SettingMissingError {
  const unlessHere = endpoint === undefined || !memoryAllowed ? '' : ` (only a local endpoint needs none)`;
  return new SettingMissingError(
    `ONBOARDING_TABLE is not set, and nothing is written without the installation's table${unlessHere}. Set it to the ` +
      'name of the table (the output TableName of the stack)' +
      (memoryAllowed ? ', or try without AWS: --simulate' : ''),
  );
}

/** A logger for the functions. With `--verbose` it writes each entry as a line on stderr, or else nothing. */
export function createLogger({ verbose, io }: Pick<Session, 'verbose' | 'io'>): Logger {
  return verbose ? stderrLogger(io) : silentLogger;
}

function stderrLogger({ stderr }: Io): Logger {
  const log =
    (level: string) =>
    (message: string, fields: object = {}) => {
      stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`);
    };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}
