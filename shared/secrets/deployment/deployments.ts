import {
  type DeploymentSummary,
  GetDeploymentCommand,
  type GetDeploymentCommandOutput,
  ListDeploymentsCommand,
} from '@aws-sdk/client-appconfig';
import type { Delivery } from '../../store/ports.ts';
import type { DeploymentContext } from './deployment-context.ts';

export type ObservedDeployment = GetDeploymentCommandOutput;

/** What AppConfig says about the deployments of an environment. */
export interface EnvironmentDeployments {
  /** The number of the latest deployment. `undefined` if there was none yet. */
  readonly latest: number | undefined;
  /**
   * Whether a deployment of the environment is in progress. Until it has ended, AppConfig starts no other (AppConfig
   * user guide, "Deploying a configuration").
   */
  readonly busy: boolean;
  /** The deployment of exactly this version of this profile, in progress or ended. */
  readonly own: ObservedDeployment | undefined;
}

/**
 * Reads the latest deployments of an environment, at most 50. AppConfig lists the newest first, but this function does
 * not need that order.
 */
export async function readDeployments(
  context: DeploymentContext,
  delivery: Delivery,
): Promise<EnvironmentDeployments> {
  const { application: ApplicationId, environment: EnvironmentId } = delivery.target;
  const { Items: listed = [] } = await context.reader.appConfig.send(
    new ListDeploymentsCommand({ ApplicationId, EnvironmentId, MaxResults: 50 }),
  );
  const newestFirst = listed.toSorted((a, b) => numberOf(b) - numberOf(a));
  return {
    latest: newestFirst[0]?.DeploymentNumber,
    busy: newestFirst.some(isInProgress),
    own: await ownAmong(context, delivery, newestFirst),
  };
}

const numberOf = ({ DeploymentNumber = 0 }: DeploymentSummary): number => DeploymentNumber;

const inProgress: ReadonlySet<string> = new Set(['DEPLOYING', 'BAKING', 'VALIDATING', 'ROLLING_BACK']);
export const isInProgress = ({ State = '' }: { readonly State?: string | undefined }): boolean =>
  inProgress.has(State);
const undone: ReadonlySet<string> = new Set(['ROLLED_BACK', 'REVERTED']);

/**
 * Finds the deployment that belongs to this delivery. A listing may not have the profile's id, so GetDeployment is
 * asked.
 *
 * A deployment does not count if another version of the profile was deployed after it, because readers do not get its
 * version any more. It still counts if this attempt has started it and got no answer. A deployment from before this
 * attempt does not count if it was rolled back or reverted.
 */
async function ownAmong(
  context: DeploymentContext,
  delivery: Delivery,
  items: readonly DeploymentSummary[],
): Promise<ObservedDeployment | undefined> {
  const { version, lastKnownDeployment = 0, startOutcomeUnknown } = delivery;
  for (const [index, item] of items.entries()) {
    const { DeploymentNumber = 0, ConfigurationVersion, State = '' } = item;
    if (ConfigurationVersion !== version) continue;
    const isNew = DeploymentNumber > lastKnownDeployment;
    const isFollowed = items.slice(0, index).some((later) => replaces(later, item));
    if (isFollowed && !(isNew && startOutcomeUnknown)) continue;
    if (!isNew && undone.has(State)) continue;
    const deployment = await deploymentOf(context, delivery, DeploymentNumber);
    if (deployment.ConfigurationProfileId === delivery.target.profile) return deployment;
  }
  return undefined;
}

const replaces = (later: DeploymentSummary, item: DeploymentSummary): boolean =>
  later.ConfigurationName === item.ConfigurationName &&
  later.ConfigurationVersion !== item.ConfigurationVersion &&
  !undone.has(later.State ?? '');

export const deploymentOf = (
  { reader }: DeploymentContext,
  { target }: Delivery,
  DeploymentNumber: number,
): Promise<ObservedDeployment> =>
  reader.appConfig.send(
    new GetDeploymentCommand({
      ApplicationId: target.application,
      EnvironmentId: target.environment,
      DeploymentNumber,
    }),
  );
