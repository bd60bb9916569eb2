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
  /** The deliveries of this run. */
  readonly deliveries: readonly DeliveryKey[];
  /** The problems that prevent deliveries, a line each. */
  readonly problems: readonly string[];
  /** What an operator should know although nothing failed, a line each. */
  readonly warnings: readonly string[];
}

interface ResolveInput {
  readonly runId: string;
  readonly startedAt: string;
  readonly input: unknown;
}

/**
 * The first step: finds the versions to deploy and their targets, and claims each in the outbox. Opens the run's
 * record, unless a scheduled check finds nothing to do. The scheduled check also retries the pending announcements of
 * all runs.
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
  // First of all, so that the scheduled check can find a run that dies here.
  const arn = request.type === 'secret' ? parseSecretArn(request.secretId)?.arn : undefined;
  if (arn !== undefined) await services.store.outbox.watch(arn);
  const { cause } = request;
  const opened = { runId, status: 'running' as const, startedAt, accountIds: [], cause };
  if (request.type !== 'look') await runs.open(opened);
  else await retryAnnouncements(services);
  const found = { warnings: [], ...(await claimAll(services, request, step)) };
  if (request.type !== 'look') return { runId, status: 'accepted', ...found, metrics: [] };
  const metrics = await measurePendingWork(services);
  if (found.deliveries.length + found.problems.length === 0)
    return { runId, status: 'ignored', ...found, metrics };
  await runs.open(opened);
  return { runId, status: 'accepted', ...found, metrics };
}

/** An unreadable request leaves an open record, so that its end is announced as a deployment's. */
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
    // A restart by an operator is reported again.
    resumesPostponed: !byHand,
    reportKnownErrors: true,
    ...(byHand && versionId !== undefined ? { versionId } : {}),
  } as const;
  return mergeClaimResults(secrets.map((secret) => claimSecret(services, active, { secret, ...claim })));
}

const isCentral = ({ accountId }: NamedSecret, { configuration }: ActiveConfiguration): boolean =>
  Object.values(configuration.centralAccounts).some(({ id }) => id === accountId);

/** The hub account emits events for all its secrets. Ignore them unless the hub is also a central account. */
async function leaveAlone({ store }: DeploymentServices, arn: string): Promise<ClaimResult> {
  await store.outbox.unwatch(arn);
  return { deliveries: [], problems: [] };
}

const notRotated = (secretId: string): string =>
  `${secretId}: Secrets Manager could not rotate it; readers keep the version that they have. See the log of its rotation function`;
