import type { ErrorRecord } from '../platform/errors.ts';
import type { Listed } from './listed.ts';

/** Whether a delivery is still on its way. */
export const isUnfinished = ({ status }: Pick<Delivery, 'status'>): boolean =>
  status === 'claimed' || status === 'started';

/** Whether the scheduled check looks at it: on its way, or given up for the time being. */
export const isOpenDelivery = (delivery: Pick<Delivery, 'status' | 'again'>): boolean =>
  isUnfinished(delivery) || delivery.again !== undefined;

/** Where a version is to be deployed: ids of AppConfig. */
export interface DeploymentTarget {
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
  readonly strategy: string;
}

/** `claimed` and `started` are on their way; the others are ends. */
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
  /** ARN of the secret; for a hosted configuration `appconfig:<account>:<region>:<application>:<profile>`. */
  readonly source: string;
  /** `<application>/<environment>/<profile>/<version>` */
  readonly id: string;
}

/** One version on its way to one target. Never holds a secret's value. */
export interface Delivery extends DeliveryKey {
  readonly version: string;
  readonly accountId: string;
  readonly region: string;
  readonly target: DeploymentTarget;
  /** Of a hosted configuration: the customer managed key that encrypts its stored version, if one does. */
  readonly kmsKey?: string;
  readonly status: DeliveryStatus;
  /** The run that takes care of it, as long as `ownedUntil` (milliseconds since the epoch) has not passed. */
  readonly runId: string;
  readonly ownedUntil: number;
  readonly requestedAt: string;
  readonly updatedAt: string;
  /** Since when it waits for another deployment of the environment. */
  readonly waitingSince?: string;
  /** Number of its deployment; deployments up to `lastKnownDeployment` belong to an earlier attempt. */
  readonly deployment?: number;
  readonly lastKnownDeployment?: number;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** How often StartDeployment was sent; of these, how often after an answer that never came. */
  readonly startAttempts: number;
  readonly retriedStarts: number;
  /** Whether a StartDeployment was sent, or was about to be, whose answer is not known. */
  readonly startOutcomeUnknown: boolean;
  readonly reason?: string;
  readonly error?: ErrorRecord;
  /** Of one that was given up for the time being: until when the scheduled check takes it up again, and the run that has told of it. */
  readonly again?: { readonly until: number; readonly notifiedByRun: string };
  /** Counts the changes of this item, from 1. */
  readonly revision: number;
}

/** Where a secret was found to be served, and when (milliseconds since the epoch; 0 where it was not yet). */
export interface RememberedTargets {
  readonly targets: readonly Omit<DeploymentTarget, 'strategy'>[];
  readonly at: number;
  /** Name of the error that has kept the secret from being looked for since, and that was told. */
  readonly trouble?: string;
  /** The run that has told it. */
  readonly notifiedByRun?: string;
  /** When it was told, in milliseconds since the epoch. */
  readonly troubleAt?: number;
}

/** The deliveries that were asked for: one item for each version and target, so that twice is once. */
export interface OutboxStore {
  /** Consistent read. */
  get(key: DeliveryKey): Promise<Delivery | undefined>;
  /**
   * Stores the item on the condition that the stored one still has revision `expected` (`undefined`: that there is none).
   * @returns whether it held
   */
  put(delivery: Delivery, expected: number | undefined): Promise<boolean>;
  /** All of one source whose ids begin so, ordered by id. Consistent reads. */
  listBySource(source: string, prefix: string): Promise<readonly Delivery[]>;
  /** Those that the scheduled check looks at (`isOpen`), ordered by source and id. Consistent reads. */
  listOpen(): Promise<Listed<Delivery>>;
  /** Remembers a secret, by its ARN, that is to be looked at where its events do not come; or forgets it. */
  watch(arn: string): Promise<void>;
  /** Forgets also where it was found. */
  unwatch(arn: string): Promise<void>;
  /** Remembers where a secret was found to be served, or what keeps one that the configuration names from it. */
  rememberTargets(arn: string, found: RememberedTargets): Promise<void>;
  getRememberedTargets(arn: string): Promise<RememberedTargets | undefined>;
  /** ARNs, ordered. Consistent reads. */
  listWatched(): Promise<readonly string[]>;
}
