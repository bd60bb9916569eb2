import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { KMSClient } from '@aws-sdk/client-kms';
import { SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { installationName } from '../shared/configuration/installation-names.ts';
import { loadConfiguration } from '../shared/configuration/load.ts';
import { translateHubErrors } from '../shared/platform/aws/access.ts';
import { createClient, withPlugins } from '../shared/platform/aws/plugins.ts';
import { requestHandler } from '../shared/platform/aws/request-handler.ts';
import { getPartition } from '../shared/platform/partitions.ts';
import type { Services } from '../shared/reconcile/services.ts';
import { type DeployedMachine, machineSuffixes } from '../simulator/deployed-machines.ts';
import { runStartedExecutions } from '../simulator/executions.ts';
import { getConfigurationFile, type Session } from './command.ts';
import { openEnvironment } from './environment.ts';
import type { RecordOptions } from './records.ts';
import { connect, readTableSettings } from './services.ts';
import { passTime } from './simulated-time.ts';

/** A deployed installation of this project, with the clients that commands of an operator need. */
export interface Installation {
  readonly services: Services;
  readonly sqs: SQSClient;
  readonly cloudTrail: CloudTrailClient;
  readonly kms: KMSClient;
  /** `account-onboarding-prod`: the name of the stack, of the table, and the start of the names of state machines. */
  readonly name: string;
  readonly region: string;
  /** Where the installation is, for the screen. */
  readonly where: string;
  /** Waits before the next read of the execution. */
  pause(): Promise<void>;
  /** The account of the hub, by its credentials. */
  getAccountId(): Promise<string>;
}

/** Milliseconds between two reads of an execution. */
const pollPause = 3_000;

/** The installation of the table, or one in a simulated organization with onboarded accounts. */
export async function openInstallation(session: Session, options: RecordOptions): Promise<Installation> {
  if (options.simulate === true) return openSimulatedInstallation(session, options);
  const { services, where } = connect(session, { memoryAllowed: false });
  const { table, region } = readTableSettings(session.io);
  const endpoint = session.io.env.AWS_ENDPOINT_URL;
  const config = { region, requestHandler, ...(endpoint ? { endpoint } : {}) };
  const plugins = [translateHubErrors(region)];
  return {
    services,
    sqs: withPlugins(new SQSClient(config), plugins),
    cloudTrail: withPlugins(new CloudTrailClient(config), plugins),
    kms: withPlugins(new KMSClient(config), plugins),
    name: table,
    region,
    where,
    getAccountId: () => getAccountId(services),
    pause: () => services.clock.sleep(pollPause),
  };
}

async function openSimulatedInstallation(session: Session, options: RecordOptions): Promise<Installation> {
  const configuration = await loadConfiguration(getConfigurationFile(options, session.io));
  const request = { configuration, simulate: true, memoryAllowed: true, onboarded: true };
  const { services, where, organization } = await openEnvironment(session, request);
  if (organization === undefined) throw new Error('A simulated environment has an organization');
  const { world } = organization;
  const { homeRegion: region } = world.settings;
  const config = { region, credentials: organization.hubCredentials };
  const plugins = [translateHubErrors(region), organization.plugin({})];
  return {
    services,
    sqs: createClient(SQSClient, config, plugins),
    cloudTrail: createClient(CloudTrailClient, config, plugins),
    kms: createClient(KMSClient, config, plugins),
    name: installationName(configuration),
    region,
    where,
    getAccountId: () => getAccountId(services),
    pause: () => runStartedExecutions({ world, services, around: passTime(services) }),
  };
}

/** The ARN of a state machine of the installation. The credentials say which account it is in. */
export async function findStateMachine(
  { getAccountId, name, region }: Pick<Installation, 'getAccountId' | 'name' | 'region'>,
  machine: DeployedMachine,
): Promise<string> {
  const accountId = await getAccountId();
  const partition = getPartition(region);
  return `arn:${partition}:states:${region}:${accountId}:stateMachine:${name}${machineSuffixes[machine]}`;
}

async function getAccountId({ hub }: Services): Promise<string> {
  const { Account: accountId = '' } = await hub.sts.send(new GetCallerIdentityCommand({}));
  return accountId;
}
