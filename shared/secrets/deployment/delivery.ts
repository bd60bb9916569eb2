import { type Delivery, type DeliveryKey, type DeploymentTarget, isUnfinished } from '../../store/ports.ts';

/** A request to deliver a version to one target. */
export interface DeliveryRequest {
  readonly source: string;
  readonly version: string;
  readonly accountId: string;
  readonly region: string;
  readonly target: DeploymentTarget;
  /** For a hosted configuration: the customer managed key of its stored version, if it has one. */
  readonly kmsKey?: string;
}

/**
 * How long a silent run keeps its deliveries, in milliseconds. It is longer than the state machine waits between two
 * steps (`longestWait`), plus a function's time-out and its retries.
 */
export const ownership = 20 * 60_000;

/**
 * How long the scheduled check resumes suspended deliveries, in milliseconds. It is as long as one deployment can take:
 * a day of growth and a day of bake time (AppConfig API reference, "CreateDeploymentStrategy").
 */
export const patience = 48 * 3_600_000;

/** The common prefix of the ids of all versions of a target. */
export const targetPrefix = ({ application, environment, profile }: DeploymentTarget): string =>
  `${application}/${environment}/${profile}/`;

export const toDeliveryKey = ({ source, version, target }: DeliveryRequest): DeliveryKey => ({
  source,
  id: `${targetPrefix(target)}${version}`,
});

/** A secret's ARN. Any other source is a hosted configuration. */
export const isSecretDelivery = ({ source }: Pick<DeliveryKey, 'source'>): boolean =>
  source.startsWith('arn:');

interface Moment {
  readonly runId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

type DeliveryOrder = Pick<Delivery, 'version' | 'requestedAt'>;

/**
 * Whether it was requested after the other. At equal times the higher version counts as later, so that the order is
 * total.
 */
export function isAskedAfter(one: DeliveryOrder, other: DeliveryOrder): boolean {
  if (one.requestedAt !== other.requestedAt) return one.requestedAt > other.requestedAt;
  const difference = Number(one.version) - Number(other.version);
  return Number.isNaN(difference) || difference === 0 ? one.version > other.version : difference > 0;
}

const iso = (now: number): string => new Date(now).toISOString();

interface ClaimMoment extends Moment {
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
}

export const createDelivery = (wanted: DeliveryRequest, { runId, now, askedAt }: ClaimMoment): Delivery => ({
  ...wanted,
  ...toDeliveryKey(wanted),
  status: 'claimed',
  runId,
  ownedUntil: now + ownership,
  requestedAt: iso(askedAt),
  updatedAt: iso(now),
  startAttempts: 0,
  retriedStarts: 0,
  startOutcomeUnknown: false,
  revision: 1,
});

/** The delivery in the care of another run. A suspended delivery resumes from its last step. */
export function takeOver(delivery: Delivery, { runId, now }: Moment): Delivery {
  const care = { runId, ownedUntil: now + ownership, updatedAt: iso(now), revision: delivery.revision + 1 };
  if (isUnfinished(delivery)) return { ...delivery, ...care };
  const { endedAt: _, reason: __, error: ___, waitingSince: ____, ...kept } = delivery;
  return { ...kept, ...care, status: delivery.deployment === undefined ? 'claimed' : 'started' };
}

/** An ended delivery, from its beginning. Its earlier deployment does not count as its own. */
export function restartDelivery(delivery: Delivery, wanted: DeliveryRequest, wish: ClaimMoment): Delivery {
  const { startAttempts, retriedStarts, revision } = delivery;
  const lastKnownDeployment = delivery.deployment ?? delivery.lastKnownDeployment;
  return {
    ...createDelivery(wanted, wish),
    startAttempts,
    retriedStarts,
    ...(lastKnownDeployment === undefined ? {} : { lastKnownDeployment }),
    revision: revision + 1,
  };
}

/**
 * Whether, after this delivery, another version of the target was deployed or requested, or its target was gone. Then
 * its version is deployed again when it is current, or served, again.
 */
export const isOvertaken = (delivery: Delivery, others: readonly Delivery[]): boolean =>
  delivery.status === 'superseded' ||
  delivery.status === 'withdrawn' ||
  others.some(({ version, deployment, requestedAt }) => {
    if (version === delivery.version) return false;
    return deployment === undefined || delivery.deployment === undefined
      ? requestedAt > delivery.requestedAt
      : deployment > delivery.deployment;
  });
