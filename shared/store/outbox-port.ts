import type { ErrorRecord } from '../platform/errors.ts';
import type { Listed } from './listed.ts';

/** Whether a delivery is still under way. */
export const isUnfinished = ({ status }: Pick<Delivery, 'status'>): boolean =>
  status === 'claimed' || status === 'started';

/** Whether the scheduled check must read the delivery: it is under way, or suspended. */
export const isOpenDelivery = (delivery: Pick<Delivery, 'status' | 'again'>): boolean =>
  isUnfinished(delivery) || delivery.again !== undefined;

/** Where a version is deployed: ids of AppConfig. */
export interface DeploymentTarget {
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
  readonly strategy: string;
}

/** `claimed` and `started` are under way. Every other status is an end. */
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
  /** ARN of the secret. For a hosted configuration: `appconfig:<account>:<region>:<application>:<profile>`. */
  readonly source: string;
  /** `<application>/<environment>/<profile>/<version>` */
  readonly id: string;
}

/** The delivery of one version to one target. Never contains the value of a secret. */
export interface Delivery extends DeliveryKey {
  readonly version: string;
  readonly accountId: string;
  readonly region: string;
  readonly target: DeploymentTarget;
  /** Only for a hosted configuration: the customer managed key that encrypts its stored version. */
  readonly kmsKey?: string;
  readonly status: DeliveryStatus;
  /**
   * The run that processes the delivery, until `ownedUntil` (milliseconds since the epoch). Then other runs may take it
   * over.
   */
  readonly runId: string;
  readonly ownedUntil: number;
  readonly requestedAt: string;
  readonly updatedAt: string;
  /** Since when it has waited for another deployment of the environment. */
  readonly waitingSince?: string;
  /** The number of its deployment. Deployments up to `lastKnownDeployment` belong to earlier attempts. */
  readonly deployment?: number;
  readonly lastKnownDeployment?: number;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** How often StartDeployment was sent, and how often it was sent again because the answer was lost. */
  readonly startAttempts: number;
  readonly retriedStarts: number;
  /** Whether a StartDeployment was sent, or was about to be sent, and its outcome is unknown. */
  readonly startOutcomeUnknown: boolean;
  readonly reason?: string;
  readonly error?: ErrorRecord;
  /**
   * Only for a suspended delivery: until when the scheduled check continues it (milliseconds since the epoch), and
   * which run announced the suspension.
   */
  readonly again?: { readonly until: number; readonly notifiedByRun: string };
  /** The revision of this item. The first is 1. */
  readonly revision: number;
}

/** The targets that a search found for a secret, and when (milliseconds since the epoch; 0 before the first search). */
export interface RememberedTargets {
  readonly targets: readonly Omit<DeploymentTarget, 'strategy'>[];
  readonly at: number;
  /** The name of the error by which every search since `troubleAt` has failed. It was reported once. */
  readonly trouble?: string;
  /** The run that reported it. */
  readonly notifiedByRun?: string;
  /** When the error was reported, in milliseconds since the epoch. */
  readonly troubleAt?: number;
}

/** The requested deliveries. Each pair of version and target has one item, so a repeated request adds none. */
export interface OutboxStore {
  /** Consistent read. */
  get(key: DeliveryKey): Promise<Delivery | undefined>;
  /**
   * Stores the delivery if the stored item still has revision `expected`. `undefined` means that there must be no item.
   * @returns whether it was stored
   */
  put(delivery: Delivery, expected: number | undefined): Promise<boolean>;
  /** The deliveries of one source whose ids begin with the prefix, ordered by id. Consistent reads. */
  listBySource(source: string, prefix: string): Promise<readonly Delivery[]>;
  /**
   * The deliveries that the scheduled check must read (`isOpenDelivery`), ordered by source and id. Consistent reads.
   */
  listOpen(): Promise<Listed<Delivery>>;
  /** Adds a secret, by its ARN, to the secrets that the scheduled check checks. */
  watch(arn: string): Promise<void>;
  /** Also removes its cached targets. */
  unwatch(arn: string): Promise<void>;
  /** Stores the targets that a search found for a secret, or the error of the search. */
  rememberTargets(arn: string, found: RememberedTargets): Promise<void>;
  getRememberedTargets(arn: string): Promise<RememberedTargets | undefined>;
  /** ARNs, ordered. Consistent reads. */
  listWatched(): Promise<readonly string[]>;
}
