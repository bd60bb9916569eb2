import type { ErrorRecord } from '../errors.ts';
import type { Account, RegisteredAccount } from '../organization/account.ts';

/** The accounts that the project knows, with the order of their changes. */
export interface RegistryStore {
  /** Consistent read. */
  account(id: string): Promise<RegisteredAccount | undefined>;
  /** All accounts, departed ones included, ordered by id. Consistent reads of the base table. */
  accounts(): Promise<readonly RegisteredAccount[]>;
  /** The revision that the last change took; 0 before the first. Consistent read. */
  revision(): Promise<number>;
  /**
   * Stores `account` with the next revision, in one transaction, on the condition that the stored item still has
   * revision `expected` (`undefined`: that there is none).
   * @returns the stored account, or `undefined` when the condition failed or another change took the revision
   */
  put(account: Account, expected: number | undefined, at: string): Promise<RegisteredAccount | undefined>;
  /** ISO 8601 of the first complete import, or `undefined` while there was none. */
  readySince(): Promise<string | undefined>;
  markReady(at: string): Promise<void>;
}

/** What the project remembers of one resource. */
export interface ResourceState {
  /** The registry revision that the resource was last reconciled to. */
  readonly appliedRevision: number;
  /** Hash of the configuration that was in force then; empty before the first time. */
  readonly configurationHash: string;
  /** Sids (or names of whole resources) that we wrote or were about to write. */
  readonly owned: readonly string[];
  /** Accounts whose removal the last reconciliation withheld; they wait as long as the configuration is the same. */
  readonly withheld?: readonly string[];
  /** Digests of what was left there, ours and not ours; absent where it was left before they were kept. */
  readonly ownDigest?: string;
  readonly foreignDigest?: string;
  /** Counts the completed reconciliations; 0 before the first. */
  readonly generation: number;
  readonly updatedAt: string;
}

export interface ResourceStore {
  /** Consistent read; `undefined` for a resource that was never touched. */
  get(resource: string): Promise<ResourceState | undefined>;
  /** Replaces the item. Called only by the holder of the resource's lease. */
  put(resource: string, state: ResourceState): Promise<void>;
}

export interface LeaseStore {
  /**
   * Takes the lease of `resource` for `owner` until `until` (milliseconds since the epoch), where it is free or
   * has ended at `now`. Not re-entrant: an owner that holds it already is refused like any other.
   * @returns whether it was taken
   */
  acquire(resource: string, owner: string, now: number, until: number): Promise<boolean>;
  /** Gives the lease back, if `owner` still has it. */
  release(resource: string, owner: string): Promise<void>;
}

export type RunStatus = 'running' | 'succeeded' | 'failed' | 'ignored';

/** One execution, from its input to its end. */
export interface RunRecord {
  readonly runId: string;
  readonly status: RunStatus;
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** Why it started: `created`, `moved`, `manual`, … */
  readonly cause?: string;
  readonly accountIds: readonly string[];
  /** Why it was ignored or failed, or what is noteworthy: one sentence. */
  readonly reason?: string;
  readonly error?: ErrorRecord;
  /** What is left to do, a line each. */
  readonly left?: readonly string[];
  /** When its end was announced; absent until then. */
  readonly announcedAt?: string;
  /** What a sweep found and did. */
  readonly counts?: SweepCounts;
}

/** Accounts of the organisation, resources of the configuration, and runs, each by what became of them. */
export interface SweepCounts {
  readonly accounts: number;
  /** Accounts whose item in the registry was not what Organizations says; departed ones included. */
  readonly changed: number;
  readonly departed: number;
  readonly equal: number;
  readonly written: number;
  readonly withheld: number;
  readonly setAside: number;
  readonly refused: number;
  readonly failed: number;
  /** Runs that were still open though their executions are over. */
  readonly closedRuns: number;
}

export type Outcome = 'written' | 'unchanged' | 'withheld' | 'set-aside' | 'busy' | 'refused' | 'failed';

/** One resource of one run: what was planned and what happened. The audit trail. */
export interface ResourceChange {
  /** `resourceKey` of the resource. */
  readonly resource: string;
  /** When the plan read it, ISO 8601; absent where nothing had to be read. */
  readonly plannedAt?: string;
  /** The resource's generation before the plan read it. */
  readonly plannedGeneration?: number;
  /** Whether the plan saw a difference. */
  readonly planned?: 'change' | 'none';
  readonly outcome?: Outcome;
  readonly finishedAt?: string;
  /** The resource's policies before and after, by document name; absent ones are null. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  /** Size of the fullest document after, in the limit's unit, and the limit. */
  readonly size?: number;
  readonly limit?: number;
  readonly error?: ErrorRecord;
  /** Accounts that were set aside or whose removal was withheld. */
  readonly accountIds?: readonly string[];
}

export interface RunStore {
  get(runId: string): Promise<RunRecord | undefined>;
  put(run: RunRecord): Promise<void>;
  /** Runs whose record says `running` and that started before `before` (ISO 8601), ordered by id. Consistent reads. */
  unfinished(before: string): Promise<readonly RunRecord[]>;
  /** Replaces the change of one resource. */
  putChange(runId: string, change: ResourceChange): Promise<void>;
  /** Ordered by resource. Consistent reads. */
  changes(runId: string): Promise<readonly ResourceChange[]>;
}

export interface ConfigurationInForce {
  /** SHA-256 of the canonical form, hexadecimal. */
  readonly hash: string;
  /**
   * Keys of the resources that this deployment may have written: those that the configuration names, and those that an
   * earlier one named and that are not cleared yet. Absent in items from before they were kept.
   */
  readonly resources?: readonly string[];
  /** The configuration as it was validated (JSON). */
  readonly document: unknown;
  readonly activatedAt: string;
  readonly activatedBy: string;
}

export interface ConfigurationStore {
  /** Consistent read. */
  inForce(): Promise<ConfigurationInForce | undefined>;
  activate(configuration: ConfigurationInForce): Promise<void>;
}

/** Whether a delivery is still on its way. */
export const isUnfinished = ({ status }: Pick<Delivery, 'status'>): boolean =>
  status === 'claimed' || status === 'started';

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
  readonly status: DeliveryStatus;
  /** The run that takes care of it, as long as `ownedUntil` (milliseconds since the epoch) has not passed. */
  readonly runId: string;
  readonly ownedUntil: number;
  readonly requestedAt: string;
  readonly updatedAt: string;
  /** Since when it waits for another deployment of the environment. */
  readonly waitingSince?: string;
  /** Number of its deployment; deployments up to `after` belong to an earlier attempt. */
  readonly deployment?: number;
  readonly after?: number;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** How often StartDeployment was sent; of these, how often after an answer that never came. */
  readonly starts: number;
  readonly secondStarts: number;
  /** Whether a StartDeployment was sent, or was about to be, whose answer is not known. */
  readonly unanswered: boolean;
  readonly reason?: string;
  readonly error?: ErrorRecord;
  /** Counts the changes of this item, from 1. */
  readonly revision: number;
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
  of(source: string, prefix: string): Promise<readonly Delivery[]>;
  /** Those that have not ended, ordered by source and id. Consistent reads. */
  unfinished(): Promise<readonly Delivery[]>;
  /** Remembers a secret, by its ARN, that is to be looked at where its events do not come; or forgets it. */
  watch(arn: string): Promise<void>;
  unwatch(arn: string): Promise<void>;
  /** ARNs, ordered. Consistent reads. */
  watched(): Promise<readonly string[]>;
}

export interface Store {
  readonly registry: RegistryStore;
  readonly resources: ResourceStore;
  readonly leases: LeaseStore;
  readonly runs: RunStore;
  readonly configuration: ConfigurationStore;
  readonly outbox: OutboxStore;
}
