import type { ErrorRecord } from '../platform/errors.ts';
import type { Listed } from './listed.ts';

/** Whether a delivery is still under way. */
export const isUnfinished = ({ status }: Pick<Delivery, 'status'>): boolean =>
  status === 'claimed' || status === 'started';

/** Whether the scheduled check processes it: under way, or suspended. */
export const isOpenDelivery = (delivery: Pick<Delivery, 'status' | 'again'>): boolean =>
  isUnfinished(delivery) || delivery.again !== undefined;

/** The target of a version: ids of AppConfig. */
export interface DeploymentTarget {
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
  readonly strategy: string;
}

/** `claimed` and `started` are under way. All other statuses are ends. */
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
  /** ARN of the secret. For a hosted configuration `appconfig:<account>:<region>:<application>:<profile>`. */
  readonly source: string;
  /** `<application>/<environment>/<profile>/<version>` */
  readonly id: string;
}

/** One version and one target. Never contains a secret's value. */
export interface Delivery extends DeliveryKey {
  readonly version: string;
  readonly accountId: string;
  readonly region: string;
  readonly target: DeploymentTarget;
  /** For a hosted configuration: the customer managed key of its stored version, if it has one. */
  readonly kmsKey?: string;
  readonly status: DeliveryStatus;
  /** The run that processes it, until `ownedUntil` (milliseconds since the epoch). */
  readonly runId: string;
  readonly ownedUntil: number;
  readonly requestedAt: string;
  readonly updatedAt: string;
  /** The time from which it waits for another deployment of the environment. */
  readonly waitingSince?: string;
  /** Number of its deployment; deployments up to `lastKnownDeployment` belong to an earlier attempt. */
  readonly deployment?: number;
  readonly lastKnownDeployment?: number;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** How often StartDeployment was sent, and how often of that after a missing answer. */
  readonly startAttempts: number;
  readonly retriedStarts: number;
  /** Whether the outcome of a StartDeployment is unknown, which was sent or about to be sent. */
  readonly startOutcomeUnknown: boolean;
  readonly reason?: string;
  readonly error?: ErrorRecord;
  /** For a suspended delivery: the time until which the scheduled check resumes it, and the run that reported it. */
  readonly again?: { readonly until: number; readonly notifiedByRun: string };
  /** Revision of this item, from 1. */
  readonly revision: number;
}

/**
 * The targets that a search found for a secret, and its time (milliseconds since the epoch; 0 before the first search).
 */
export interface RememberedTargets {
  readonly targets: readonly Omit<DeploymentTarget, 'strategy'>[];
  readonly at: number;
  /** Name of the error that has stopped every search since `at`. It was reported once. */
  readonly trouble?: string;
  /** The run that reported it. */
  readonly notifiedByRun?: string;
  /** When it was reported, in milliseconds since the epoch. */
  readonly troubleAt?: number;
}

/** The requested deliveries. Each version and target has one item, so a repeated request adds none. */
export interface OutboxStore {
  /** Consistent read. */
  get(key: DeliveryKey): Promise<Delivery | undefined>;
  /**
   * Stores the item on the condition that the stored one still has revision `expected` (`undefined`: that there is
   * none).
   * @returns whether it was stored
   */
  put(delivery: Delivery, expected: number | undefined): Promise<boolean>;
  /** All deliveries of one source whose ids begin with the prefix, ordered by id. Consistent reads. */
  listBySource(source: string, prefix: string): Promise<readonly Delivery[]>;
  /** The deliveries for the scheduled check (`isOpen`), ordered by source and id. Consistent reads. */
  listOpen(): Promise<Listed<Delivery>>;
  /** Adds a secret, by its ARN, to the secrets that the scheduled check checks, or removes it. */
  watch(arn: string): Promise<void>;
  /** Also removes its cached targets. */
  unwatch(arn: string): Promise<void>;
  /** Stores the cached targets of a secret, or the error of the search for them. */
  rememberTargets(arn: string, found: RememberedTargets): Promise<void>;
  getRememberedTargets(arn: string): Promise<RememberedTargets | undefined>;
  /** ARNs, ordered. Consistent reads. */
  listWatched(): Promise<readonly string[]>;
}
