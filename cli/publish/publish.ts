import { EnvironmentBusyError } from '../../shared/secrets/deployment/errors.ts';
import { deployVersion, isBusy, readLatest } from './deploy.ts';
import type { NamedEnvironment, PublishedDeployment, PublishTools } from './publish-types.ts';
import { createVersion, type NewVersion } from './version.ts';

export interface PublishRequest extends NewVersion {
  /** The environments, in the order in which they get the version. */
  readonly environments: readonly NamedEnvironment[];
  readonly strategy: string;
}

export interface Published {
  readonly status: 'complete' | 'failed' | 'interrupted';
  /** Absent if nothing was created. */
  readonly version?: string;
  readonly deployments: readonly PublishedDeployment[];
}

/**
 * Creates a version and deploys it to one environment after the other. Stops at the first deployment that does not
 * complete.
 * @throws EnvironmentBusyError, and the errors of `createVersion`; then nothing was created
 */
export async function publishVersion(tools: PublishTools, request: PublishRequest): Promise<Published> {
  for (const environment of request.environments) await requireFree(tools, request, environment);
  if (tools.signal.aborted) return { status: 'interrupted', deployments: [] };
  const created = await createVersion(tools, request);
  tools.onProgress(`version ${created.version} was created`);
  const deployments: PublishedDeployment[] = [];
  for (const environment of request.environments) {
    const isStopped = tools.signal.aborted || deployments.some(({ status }) => status !== 'complete');
    deployments.push(
      isStopped
        ? notStarted(environment)
        : await deployVersion(tools, { ...request, ...created, environment }),
    );
  }
  return { status: toStatus(deployments, tools.signal), version: created.version, deployments };
}

async function requireFree(
  tools: PublishTools,
  { application }: PublishRequest,
  { id, name }: NamedEnvironment,
): Promise<void> {
  const latest = await readLatest(tools, application, id);
  if (!isBusy(latest)) return;
  const { DeploymentNumber, ConfigurationName, ConfigurationVersion, State } = latest;
  throw new EnvironmentBusyError(
    `Environment ${name} is busy: its deployment ${DeploymentNumber}, of version ${ConfigurationVersion} of ` +
      `${ConfigurationName}, is ${State}. Nothing was created. Publish again when that deployment has ended`,
    { environment: name, deployment: DeploymentNumber },
  );
}

const notStarted = ({ name }: NamedEnvironment): PublishedDeployment => ({
  environment: name,
  status: 'not-started',
  reason: 'No deployment was started',
});

function toStatus(deployments: readonly PublishedDeployment[], signal: AbortSignal): Published['status'] {
  if (deployments.every(({ status }) => status === 'complete')) return 'complete';
  const failed = deployments.some(
    ({ status }) => !['complete', 'interrupted', 'not-started'].includes(status),
  );
  return signal.aborted && !failed ? 'interrupted' : 'failed';
}
