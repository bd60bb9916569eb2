import { type Delivery, type DeliveryKey, type DeploymentTarget, isUnfinished } from '../../store/ports.ts';

/** What a run has to deliver: one version to one target. */
export interface DeliveryRequest {
  readonly source: string;
  readonly version: string;
  readonly accountId: string;
  readonly region: string;
  readonly target: DeploymentTarget;
  /** The customer managed key that encrypts the stored version. Only for a hosted configuration. */
  readonly kmsKey?: string;
}

/**
 * How long a delivery belongs to a run that stores no progress, in milliseconds. After that, other runs may take it
 * over. It is longer than the state machine waits between two steps (`longestWait`), plus the time-out and the retries
 * of a function.
 */
export const ownership = 20 * 60_000;

/**
 * For how long the scheduled check continues a suspended delivery, in milliseconds. One deployment can take as long: a
 * day of growth and a day of bake time (AppConfig API reference, "CreateDeploymentStrategy").
 */
export const patience = 48 * 3_600_000;

/** The ids of all deliveries to one target begin with this text, whatever their version. */
export const targetPrefix = ({ application, environment, profile }: DeploymentTarget): string =>
  `${application}/${environment}/${profile}/`;

export const toDeliveryKey = ({ source, version, target }: DeliveryRequest): DeliveryKey => ({
  source,
  id: `${targetPrefix(target)}${version}`,
});

/** Whether a secret is delivered. Everything else is a hosted configuration. */
export const isSecretDelivery = ({ source }: Pick<DeliveryKey, 'source'>): boolean =>
  source.startsWith('arn:');

interface Moment {
  readonly runId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

type DeliveryOrder = Pick<Delivery, 'version' | 'requestedAt'>;

/**
 * Whether one delivery was requested after the other. If their times are equal, the higher version counts as later, so
 * that the order is always clear.
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

/** The delivery, as this run continues it. A suspended delivery continues where it stopped. */
export function takeOver(delivery: Delivery, { runId, now }: Moment): Delivery {
  const care = { runId, ownedUntil: now + ownership, updatedAt: iso(now), revision: delivery.revision + 1 };
  if (isUnfinished(delivery)) return { ...delivery, ...care };
  const { endedAt: _, reason: __, error: ___, waitingSince: ____, ...kept } = delivery;
  return { ...kept, ...care, status: delivery.deployment === undefined ? 'claimed' : 'started' };
}

/** A delivery that has ended and begins again. Its earlier deployment does not count any more. */
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
 * Whether something happened to the target after this delivery: another version was deployed or requested, or the
 * target did not exist for a while. If this version becomes current again, it must then be deployed again.
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
