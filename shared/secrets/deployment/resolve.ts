import {
  type ActiveConfiguration,
  getActiveConfiguration,
} from '../../configuration/active-configuration.ts';
import { parseSecretArn } from '../../platform/aws/secret-arn.ts';
import { getTimestamp } from '../../platform/clock.ts';
import { MalformedEventError } from '../../platform/errors.ts';
import type { Measured } from '../../platform/metrics.ts';
import { measurePendingWork } from '../../runs/record/pending-work.ts';
import { retryAnnouncements } from '../../runs/record/retry-announcements.ts';
import type { DeliveryKey } from '../../store/ports.ts';
import { claimHosted } from './claim-hosted.ts';
import { type ClaimResult, mergeClaimResults } from './claim-result.ts';
import { claimSecret } from './claim-secret.ts';
import { parseRotationEvent, type RotationRequest } from './event.ts';
import { runScheduledCheck } from './scheduled-check.ts';
import type { DeploymentServices } from './services.ts';
import { findNamedSecrets, type NamedSecret } from './targets.ts';

export interface ResolvedDeployments extends Measured {
  readonly runId: string;
  readonly status: 'accepted' | 'ignored';
  /** The deliveries on which this run works. */
  readonly deliveries: readonly DeliveryKey[];
  /** The problems that prevent deliveries, one line for each. */
  readonly problems: readonly string[];
  /** What operators should know although nothing failed, one line for each. */
  readonly warnings: readonly string[];
}

interface ResolveInput {
  readonly runId: string;
  readonly startedAt: string;
  readonly input: unknown;
}

/**
 * The first step of a run. It finds the versions to deploy and their targets, and stores each delivery. It also stores
 * the record of the run, unless this is a scheduled check with nothing to do. A scheduled check also repeats
 * announcements of other runs that failed.
 * @throws MalformedEventError, ConfigurationMismatchError, ConcurrentUpdateError and the retryable errors
 */
export async function resolveDeployments(
  services: DeploymentServices,
  step: ResolveInput,
): Promise<ResolvedDeployments> {
  const { runId, startedAt } = step;
  const { runs } = services.store;
  const request = await readRequest(services, step);
  if (request.type === 'ignored') {
    const finishedAt = getTimestamp(services.clock);
    const { reason } = request;
    await runs.put({ runId, status: 'ignored', startedAt, finishedAt, accountIds: [], reason });
    return { runId, status: 'ignored', deliveries: [], problems: [], warnings: [], metrics: [] };
  }
  // From now on the scheduled check reads this secret. So the secret is deployed even if this run dies in its next
  // step.
  const arn = request.type === 'secret' ? parseSecretArn(request.secretId)?.arn : undefined;
  if (arn !== undefined) await services.store.outbox.watch(arn);
  const { cause } = request;
  const opened = { runId, status: 'running' as const, startedAt, accountIds: [], cause };
  if (request.type !== 'look') await runs.open(opened);
  else await retryAnnouncements(services);
  const claimed = { warnings: [], ...(await claimAll(services, request, step)) };
  if (request.type !== 'look') return { runId, status: 'accepted', ...claimed, metrics: [] };
  const metrics = await measurePendingWork(services);
  if (claimed.deliveries.length + claimed.problems.length === 0)
    return { runId, status: 'ignored', ...claimed, metrics };
  await runs.open(opened);
  return { runId, status: 'accepted', ...claimed, metrics };
}

/**
 * Parses the request. The record of the run is stored before. So if the request cannot be parsed, that end is announced
 * as well.
 */
async function readRequest(
  { store }: DeploymentServices,
  { runId, startedAt, input }: ResolveInput,
): Promise<RotationRequest> {
  try {
    return parseRotationEvent(input);
  } catch (thrown) {
    await store.runs.open({ runId, status: 'running', startedAt, accountIds: [], cause: 'deployment' });
    throw thrown;
  }
}

type AcceptedRequest = Exclude<RotationRequest, { readonly type: 'ignored' }>;

async function claimAll(
  services: DeploymentServices,
  request: AcceptedRequest,
  { runId, startedAt }: ResolveInput,
): Promise<ClaimResult> {
  if (request.type === 'rotation-failed') return { deliveries: [], problems: [notRotated(request.secretId)] };
  const active = await getActiveConfiguration(services.store);
  if (request.type === 'hosted') return claimHosted(services, active, { request, runId, startedAt });
  if (request.type === 'look') return runScheduledCheck(services, active, runId);
  const secrets = findNamedSecrets(active.configuration, request.secretId);
  if (secrets.length === 0)
    throw new MalformedEventError('The input', [
      {
        path: 'secretId',
        message: 'must be the ARN of a secret, or a name that `rotation.targets` or `applications` has',
      },
    ]);
  if (request.cause === 'rotated' && !secrets.some((secret) => isCentral(secret, active)))
    return leaveAlone(services, request.secretId);
  const byHand = request.cause === 'deployment';
  const restart = byHand ? 'incomplete' : 'never';
  const { versionId } = request;
  const claim = {
    runId,
    restart,
    useCachedTargets: !byHand,
    // If an operator requests a suspended delivery, it begins again, so that its problem is reported again.
    resumesPostponed: !byHand,
    reportKnownErrors: true,
    ...(byHand && versionId !== undefined ? { versionId } : {}),
  } as const;
  return mergeClaimResults(secrets.map((secret) => claimSecret(services, active, { secret, ...claim })));
}

const isCentral = ({ accountId }: NamedSecret, { configuration }: ActiveConfiguration): boolean =>
  Object.values(configuration.centralAccounts).some(({ id }) => id === accountId);

/**
 * Ignores an event about a secret of the hub account, unless the hub is also a central account. EventBridge in the hub
 * receives the events of all secrets there.
 */
async function leaveAlone({ store }: DeploymentServices, arn: string): Promise<ClaimResult> {
  await store.outbox.unwatch(arn);
  return { deliveries: [], problems: [] };
}

const notRotated = (secretId: string): string =>
  `${secretId}: Secrets Manager could not rotate it; readers keep the version that they have. See the log of its rotation function`;
