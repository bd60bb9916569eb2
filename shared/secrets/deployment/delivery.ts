import { type Delivery, type DeliveryKey, type DeploymentTarget, isUnfinished } from '../../store/ports.ts';

/** What a run wants to deliver: one version to one target. */
export interface DeliveryRequest {
  readonly source: string;
  readonly version: string;
  readonly accountId: string;
  readonly region: string;
  readonly target: DeploymentTarget;
  /** Only for a hosted configuration: the customer managed key that encrypts its stored version. */
  readonly kmsKey?: string;
}

/**
 * How many milliseconds a delivery stays with a run that no longer reports progress. Then other runs may take it over.
 * It is longer than the state machine waits between two steps (`longestWait`), plus a function's time-out and retries.
 */
export const ownership = 20 * 60_000;

/**
 * How many milliseconds the scheduled check continues suspended deliveries. One deployment can take as long: a day of
 * growth and a day of bake time (AppConfig API reference, "CreateDeploymentStrategy").
 */
export const patience = 48 * 3_600_000;

/** The ids of all deliveries to one target begin with this prefix, whatever their version. */
export const targetPrefix = ({ application, environment, profile }: DeploymentTarget): string =>
  `${application}/${environment}/${profile}/`;

export const toDeliveryKey = ({ source, version, target }: DeliveryRequest): DeliveryKey => ({
  source,
  id: `${targetPrefix(target)}${version}`,
});

/** Whether the source of a delivery is a secret. Any other source is a hosted configuration. */
export const isSecretDelivery = ({ source }: Pick<DeliveryKey, 'source'>): boolean =>
  source.startsWith('arn:');

interface Moment {
  readonly runId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

type DeliveryOrder = Pick<Delivery, 'version' | 'requestedAt'>;

/**
 * Whether one delivery was requested after the other. If both times are equal, the higher version counts as later, so
 * that every pair has an order.
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

/** The delivery as this run continues it. A suspended delivery continues from its last step. */
export function takeOver(delivery: Delivery, { runId, now }: Moment): Delivery {
  const care = { runId, ownedUntil: now + ownership, updatedAt: iso(now), revision: delivery.revision + 1 };
  if (isUnfinished(delivery)) return { ...delivery, ...care };
  const { endedAt: _, reason: __, error: ___, waitingSince: ____, ...kept } = delivery;
  return { ...kept, ...care, status: delivery.deployment === undefined ? 'claimed' : 'started' };
}

/** An ended delivery that begins again. Its earlier deployment does not count for the new attempt. */
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
 * Whether this delivery is no longer the last word for its target. Another version was deployed or requested after it,
 * or the target did not exist for a while. So if its version becomes current again, it must be deployed again.
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
