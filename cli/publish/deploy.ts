import {
  type DeploymentSummary,
  ListDeploymentsCommand,
  StartDeploymentCommand,
} from '@aws-sdk/client-appconfig';
import { isInProgress } from '../../shared/secrets/deployment/deployments.ts';
import { adviseOnDenied, isDenied } from './denied.ts';
import { followToEnd } from './follow.ts';
import type { NamedEnvironment, ProfilePlace, PublishedDeployment, PublishTools } from './publish-types.ts';
import type { CreatedVersion } from './version.ts';

export interface EnvironmentDeployment extends ProfilePlace, CreatedVersion {
  readonly environment: NamedEnvironment;
  readonly strategy: string;
}

/** The latest deployment of an environment. `undefined` if there is none. */
export async function readLatest(
  { client }: Pick<PublishTools, 'client'>,
  application: string,
  environment: string,
): Promise<DeploymentSummary | undefined> {
  const { Items = [] } = await client.send(
    new ListDeploymentsCommand({ ApplicationId: application, EnvironmentId: environment, MaxResults: 50 }),
  );
  return Items.toSorted((a, b) => (b.DeploymentNumber ?? 0) - (a.DeploymentNumber ?? 0))[0];
}

export const isBusy = (latest: DeploymentSummary | undefined): latest is DeploymentSummary =>
  latest !== undefined && isInProgress(latest);

/** Deploys a version to one environment, and waits for the deployment's end. */
export async function deployVersion(
  tools: PublishTools,
  wanted: EnvironmentDeployment,
): Promise<PublishedDeployment> {
  const { application, environment } = wanted;
  const started = await start(tools, wanted).catch((thrown: unknown) => ({ thrown }));
  if (typeof started === 'number')
    return followToEnd(tools, { application, environment, deployment: started });
  return { environment: environment.name, status: 'refused', reason: explain(started.thrown, wanted) };
}

/**
 * StartDeployment has no client token: after a lost answer, the environment shows whether it was started.
 * @returns the number of the deployment
 */
async function start(tools: PublishTools, wanted: EnvironmentDeployment): Promise<number> {
  const before = await readLatest(tools, wanted.application, wanted.environment.id);
  try {
    return await sendStart(tools, wanted, before);
  } catch (thrown) {
    const own = await findOwn(tools, wanted, before?.DeploymentNumber ?? 0);
    if (own === undefined) throw thrown;
    return own;
  }
}

/**
 * The request names the number that the deployment must get. So AppConfig rejects it if another deployment has begun in
 * the meantime.
 */
async function sendStart(
  { client }: PublishTools,
  wanted: EnvironmentDeployment,
  before: DeploymentSummary | undefined,
): Promise<number> {
  const latest = before?.DeploymentNumber;
  const { DeploymentNumber = 0 } = await client.send(
    new StartDeploymentCommand({
      ApplicationId: wanted.application,
      EnvironmentId: wanted.environment.id,
      ConfigurationProfileId: wanted.profile,
      DeploymentStrategyId: wanted.strategy,
      ConfigurationVersion: wanted.version,
      Description: `Version ${wanted.version}, published by account-onboarding`,
      ...(wanted.kmsKey === undefined ? {} : { KmsKeyIdentifier: wanted.kmsKey }),
      ...(latest === undefined ? {} : { LatestDeploymentNumber: latest }),
    }),
  );
  return DeploymentNumber;
}

async function findOwn(
  tools: PublishTools,
  { application, environment, version }: EnvironmentDeployment,
  before: number,
): Promise<number | undefined> {
  const latest = await readLatest(tools, application, environment.id).catch(() => undefined);
  const { DeploymentNumber = 0, ConfigurationVersion } = latest ?? {};
  return DeploymentNumber > before && ConfigurationVersion === version ? DeploymentNumber : undefined;
}

function explain(thrown: unknown, { version, kmsKey }: EnvironmentDeployment): string {
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
  return `AppConfig did not start the deployment of version ${version} (${name}: ${message}). ${advise(thrown, kmsKey)}`;
}

function advise(thrown: unknown, key: string | undefined): string {
  if (!(thrown instanceof Error)) return 'Check the environment in AppConfig before you publish again';
  if (isDenied(thrown))
    return adviseOnDenied(thrown, {
      actions: ['appconfig:StartDeployment'],
      keyActions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      key,
    });
  switch (thrown.name) {
    case 'ConflictException':
      return 'Another deployment of the environment has begun. Publish again when it has ended';
    case 'BadRequestException':
      return "Compare the content with the profile's validators, and deploy the application's template again if its schema has changed";
    case 'ResourceNotFoundException':
      return 'Check --strategy: it is the id of a deployment strategy of this account and region';
    default:
      return 'Check the environment in AppConfig before you publish again';
  }
}
