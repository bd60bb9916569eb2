import { StartDeploymentCommand } from '@aws-sdk/client-appconfig';
import { OnboardingError, toErrorRecord } from '../../platform/errors.ts';
import type { Delivery } from '../../store/ports.ts';
import { type CurrentSecret, readCurrentSecret } from './current-version.ts';
import { isAskedAfter, isSecretDelivery, targetPrefix } from './delivery.ts';
import {
  type DeliveryProgress,
  type DeploymentContext,
  endDelivery,
  longestWait,
  postpone,
  saveProgress,
} from './deployment-context.ts';
import { toDeploymentRefusal } from './deployment-refusal.ts';
import { type EnvironmentDeployments, type ObservedDeployment, readDeployments } from './deployments.ts';
import { EnvironmentBusyError } from './errors.ts';
import { failDelivery } from './fail.ts';
import { followDeployment } from './follow.ts';

/**
 * Starts the deployment of a delivery. It reads the environment first and the secret or hosted configuration second.
 * Then it sends the number that the next deployment of the environment must have. If another deployment begins after
 * the first read, it takes that number, and AppConfig rejects this start. So an old version never replaces a newer one.
 * If the start gets no answer, the next step finds the deployment by its number, so that it is not started twice.
 */
export async function startDeployment(
  context: DeploymentContext,
  delivery: Delivery,
): Promise<DeliveryProgress> {
  const deadline = context.services.clock.now() + sendWithin;
  const seen = await readDeployments(context, delivery);
  const later = isSecretDelivery(delivery) ? undefined : await askedAfter(context, delivery);
  if (later !== undefined)
    return endDelivery(context, delivery, {
      status: 'superseded',
      reason: `Version ${later.version} was requested after it`,
    });
  if (seen.own !== undefined) return adopt(context, delivery, seen.own);
  const secret = isSecretDelivery(delivery)
    ? await readCurrentSecret(context.reader.secretsManager, delivery.source)
    : undefined;
  if (secret !== undefined && secret.version !== delivery.version)
    return endDelivery(context, delivery, {
      status: 'superseded',
      reason: `Version ${secret.version} has become AWSCURRENT`,
    });
  if (seen.busy) return wait(context, delivery);
  return send(context, delivery, { seen, secret, deadline });
}

/** Another version was requested for this target later. Its delivery counts whatever its status is. */
async function askedAfter(
  { services }: DeploymentContext,
  delivery: Delivery,
): Promise<Delivery | undefined> {
  const all = await services.store.outbox.listBySource(delivery.source, targetPrefix(delivery.target));
  return all.find((other) => other.version !== delivery.version && isAskedAfter(other, delivery));
}

async function adopt(
  context: DeploymentContext,
  delivery: Delivery,
  observed: ObservedDeployment,
): Promise<DeliveryProgress> {
  const startedAt = (observed.StartedAt ?? new Date(context.services.clock.now())).toISOString();
  const { DeploymentNumber: deployment = 0 } = observed;
  const change = { status: 'started' as const, deployment, startedAt, startOutcomeUnknown: false };
  return followDeployment(context, await saveProgress(context.services, delivery, change), observed);
}

/** Waits until the environment is free, with growing random pauses, up to the configured time. */
async function wait(context: DeploymentContext, delivery: Delivery): Promise<DeliveryProgress> {
  const { services, secretDeployment } = context;
  const now = services.clock.now();
  const { waitingSince = new Date(now).toISOString() } = delivery;
  const waited = (now - Date.parse(waitingSince)) / 1_000;
  if (waited >= secretDeployment.startTimeoutMinutes * 60) {
    const { application, environment } = delivery.target;
    const error = new EnvironmentBusyError(
      `Environment ${environment} of application ${application} was busy with other deployments for ` +
        `${secretDeployment.startTimeoutMinutes} minutes`,
    );
    return postpone(context, delivery, {
      status: 'failed',
      reason: error.message,
      error: toErrorRecord(error),
    });
  }
  const seconds = Math.min(longestWait, Math.max(15, waited / 2)) * (0.75 + services.random() / 4);
  return { delivery: await saveProgress(services, delivery, { waitingSince }), seconds: Math.round(seconds) };
}

/** How long after the read of the environment a start may still be sent, in milliseconds. */
const sendWithin = 30_000;

interface Send {
  readonly seen: EnvironmentDeployments;
  readonly secret: CurrentSecret | undefined;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}

/**
 * Sends the start. The first deployment of an environment has no number that AppConfig could compare. So a late start
 * is prevented by a deadline.
 */
async function send(
  context: DeploymentContext,
  delivery: Delivery,
  { seen, secret, deadline }: Send,
): Promise<DeliveryProgress> {
  const sent = await saveProgress(context.services, delivery, {
    startOutcomeUnknown: true,
    startAttempts: delivery.startAttempts + 1,
    retriedStarts: delivery.retriedStarts + (delivery.startOutcomeUnknown ? 1 : 0),
  });
  const { appConfig } = context.getWriter(deadline);
  const answer = await appConfig
    .send(startCommand(delivery, seen, secret))
    .then((started) => ({ started }))
    .catch((thrown: unknown) => ({ thrown }));
  // AppConfig has accepted the start. If the table fails now, the deployment must still be known.
  if ('started' in answer) return adopt(context, sent, answer.started);
  return refused(context, { delivery, sent, seen, thrown: answer.thrown });
}

/**
 * The StartDeployment request. For a secret with a customer managed key, the key's id is required (AppConfig user
 * guide, "Deploying a configuration"). For a hosted version it is optional, but without it, the deployed copy would not
 * be encrypted with the key ("Data encryption at rest for AWS AppConfig").
 */
const startCommand = (
  delivery: Delivery,
  { latest }: EnvironmentDeployments,
  secret: CurrentSecret | undefined,
) =>
  new StartDeploymentCommand({
    ApplicationId: delivery.target.application,
    EnvironmentId: delivery.target.environment,
    ConfigurationProfileId: delivery.target.profile,
    DeploymentStrategyId: delivery.target.strategy,
    ConfigurationVersion: delivery.version,
    Description: `Version ${delivery.version}, by account-onboarding, run ${delivery.runId}`.slice(0, 1024),
    Tags: { 'managed-by': 'account-onboarding', 'account-onboarding:run': delivery.runId.slice(0, 256) },
    ...encryption(secret ?? delivery),
    ...(latest === undefined ? {} : { LatestDeploymentNumber: latest }),
  });

const encryption = ({ kmsKey }: Pick<Delivery, 'kmsKey'>) =>
  kmsKey === undefined ? {} : { KmsKeyIdentifier: kmsKey };

interface Refusal {
  readonly delivery: Delivery;
  readonly sent: Delivery;
  readonly seen: EnvironmentDeployments;
  readonly thrown: unknown;
}

/**
 * Handles a start that failed. If AppConfig rejected it, nothing was started. After any other error the deployment may
 * have started. The next step finds out.
 */
async function refused(
  context: DeploymentContext,
  { delivery, sent, seen, thrown }: Refusal,
): Promise<DeliveryProgress> {
  const name = thrown instanceof Error ? thrown.name : '';
  const final = toDeploymentRefusal(delivery, thrown);
  if (final === undefined && name !== 'ConflictException' && !notTaken.has(name)) throw thrown;
  const { startOutcomeUnknown, startAttempts, retriedStarts } = delivery;
  const back = await saveProgress(context.services, sent, {
    startOutcomeUnknown,
    startAttempts,
    retriedStarts,
  });
  if (final !== undefined && !(name === 'BadRequestException' && (await hasMoved(context, back, seen))))
    return failDelivery(context.services, back, final);
  if (notTaken.has(name)) throw thrown;
  return wait(context, back);
}

/**
 * Whether other deployments of the environment have begun since this start was sent. Needed because AppConfig's
 * reference explains ConflictException only as "conflict in the current state of the resource" (StartDeployment). It is
 * not confirmed that a busy environment and a wrong number always give this error, and never BadRequestException.
 */
async function hasMoved(
  context: DeploymentContext,
  delivery: Delivery,
  before: EnvironmentDeployments,
): Promise<boolean> {
  try {
    const { latest, busy } = await readDeployments(context, delivery);
    return busy || latest !== before.latest;
  } catch (thrown) {
    if (thrown instanceof OnboardingError && !thrown.retryable) return false;
    throw thrown;
  }
}

/**
 * Errors after which AppConfig has certainly not started anything: it throttled the request, or it was too late to send
 * one.
 */
const notTaken: ReadonlySet<string> = new Set(['ThrottledError', 'ConcurrentUpdateError']);
