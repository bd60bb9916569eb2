import type { ErrorRecord } from '../platform/errors.ts';
import type { Listed } from './listed.ts';

/** Whether the delivery has not ended yet. */
export const isUnfinished = ({ status }: Pick<Delivery, 'status'>): boolean =>
  status === 'claimed' || status === 'started';

/** Whether the scheduled check must read the delivery: it has not ended, or it is suspended and will be continued. */
export const isOpenDelivery = (delivery: Pick<Delivery, 'status' | 'again'>): boolean =>
  isUnfinished(delivery) || delivery.again !== undefined;

/** Where a version is deployed, as ids of AppConfig. */
export interface DeploymentTarget {
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
  readonly strategy: string;
}

/** A delivery with status `claimed` or `started` has not ended. Every other status is an end. */
export type DeliveryStatus =
  | 'claimed'
  | 'started'
  | 'complete'
  | 'rolled-back'
  | 'reverted'
  | 'superseded'
  | 'withdrawn'
  | 'timed-out'
  | 'failed';

export interface DeliveryKey {
  /**
   * What is deployed. For a secret: its ARN. For a configuration hosted by AppConfig:
   * `appconfig:<account>:<region>:<application>:<profile>`.
   */
  readonly source: string;
  /** `<application>/<environment>/<profile>/<version>` */
  readonly id: string;
}

/** One version of a secret or configuration on its way to one target. Never contains the value of a secret. */
export interface Delivery extends DeliveryKey {
  readonly version: string;
  readonly accountId: string;
  readonly region: string;
  readonly target: DeploymentTarget;
  /** The customer managed key that encrypts the stored version. Only for a configuration hosted by AppConfig. */
  readonly kmsKey?: string;
  readonly status: DeliveryStatus;
  /**
   * The run that works on the delivery, until `ownedUntil` (milliseconds since the epoch). After that, other runs may
   * continue it.
   */
  readonly runId: string;
  readonly ownedUntil: number;
  readonly requestedAt: string;
  readonly updatedAt: string;
  /** Since when the delivery has waited, because AppConfig deploys to one environment only once at a time. */
  readonly waitingSince?: string;
  /**
   * AppConfig's number of the deployment. Deployments with a number up to `lastKnownDeployment` belong to earlier
   * attempts.
   */
  readonly deployment?: number;
  readonly lastKnownDeployment?: number;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /**
   * How many deployments were started for this delivery, and how many requests were repeated because the answer was
   * lost.
   */
  readonly startAttempts: number;
  readonly retriedStarts: number;
  /**
   * Whether AppConfig may or may not have started a deployment: a StartDeployment was sent or was about to be sent, and
   * no answer is stored.
   */
  readonly startOutcomeUnknown: boolean;
  readonly reason?: string;
  readonly error?: ErrorRecord;
  /**
   * Until when the scheduled check continues the delivery (milliseconds since the epoch), and which run announced that
   * it was suspended. Only for a suspended delivery.
   */
  readonly again?: { readonly until: number; readonly notifiedByRun: string };
  /** The revision of this item, for conditional writes. The first is 1. */
  readonly revision: number;
}

/**
 * The targets that a search found for a secret, and the time of the search (milliseconds since the epoch; 0 before the
 * first search).
 */
export interface RememberedTargets {
  readonly targets: readonly Omit<DeploymentTarget, 'strategy'>[];
  readonly at: number;
  /**
   * The name of the error with which every search since `troubleAt` has failed. A run has reported it, so it is not
   * reported again.
   */
  readonly trouble?: string;
  /** The run that reported the error. */
  readonly notifiedByRun?: string;
  /** When the error was reported, in milliseconds since the epoch. */
  readonly troubleAt?: number;
}

/** The requested deliveries. Each pair of a version and a target has one item, so a repeated request adds nothing. */
export interface OutboxStore {
  /** Consistent read. */
  get(key: DeliveryKey): Promise<Delivery | undefined>;
  /**
   * Stores the delivery if the stored item still has revision `expected`. `undefined` means that there must be no item.
   * @returns whether it was stored
   */
  put(delivery: Delivery, expected: number | undefined): Promise<boolean>;
  /** The deliveries of one source whose ids begin with `prefix`, ordered by id. Consistent reads. */
  listBySource(source: string, prefix: string): Promise<readonly Delivery[]>;
  /**
   * The deliveries that the scheduled check must read (`isOpenDelivery`), ordered by source and id. Consistent reads.
   */
  listOpen(): Promise<Listed<Delivery>>;
  /** Adds a secret, by its ARN, to those that the scheduled check reads. */
  watch(arn: string): Promise<void>;
  /** Removes a secret from those that the scheduled check reads, together with its stored targets. */
  unwatch(arn: string): Promise<void>;
  /** Stores the targets that a search found for a secret, or the error of the search. */
  rememberTargets(arn: string, found: RememberedTargets): Promise<void>;
  getRememberedTargets(arn: string): Promise<RememberedTargets | undefined>;
  /** The ARNs of the secrets that the scheduled check reads, ordered. Consistent reads. */
  listWatched(): Promise<readonly string[]>;
}
