import type { Configuration } from '../configuration/schema.ts';
import type { AdmittedAccounts, Rendering, Share } from '../grants/contract.ts';
import type { Account } from '../platform/account.ts';
import type { OnboardingError } from '../platform/errors.ts';
import type { Hold } from '../store/ports.ts';
import type { DesiredResource } from './desired-resource.ts';

export interface PlanRequest {
  readonly desired: DesiredResource;
  readonly actual: unknown;
  /**
   * The Sids that earlier runs wrote, from the table. Grant kinds without Sids have other marks, such as names of KMS
   * grants.
   */
  readonly remembered: readonly string[];
  readonly configuration: Configuration;
  /** All accounts of the registry. */
  readonly accounts: readonly Account[];
  /** The present time, ISO 8601. */
  readonly now: string;
  /** The id of the configuration's activation (`getActivationId`). */
  readonly activationId: string;
  /** The holds in the table. Default: none. */
  readonly holds?: readonly Hold[];
  /**
   * Accounts that AWS rejects as principals. The plan excludes them, even if a grace period or a blocked removal would
   * keep their access.
   */
  readonly excluded?: ReadonlySet<string>;
  /**
   * The accounts that an earlier plan of this run found no room for. This plan gives them no room either, so that all
   * plans of the run agree.
   */
  readonly withoutRoom?: LackOfRoom;
}

interface LackOfRoom {
  readonly refused: Refusal;
  /** New accounts that wait until the policy has room. */
  readonly held: ReadonlySet<string>;
}

/**
 * The error that says why not all accounts fit. `PolicyTooLargeError`: the policy is full, and the error also names
 * blocked removals. `UnsafeChangeError`: all accounts would fit if the blocked removals were made.
 */
export type Refusal = OnboardingError;

/** The planned change of one resource. Planning writes nothing. */
export interface ResourcePlan extends Rendering<unknown> {
  readonly changed: boolean;
  /**
   * Accounts that wait for access, or that keep it for now, ordered. Rejected principals are not listed, because only a
   * write shows which accounts AWS rejects.
   */
  readonly holds: readonly Hold[];
  /** Accounts that get access to the resource, in the order of the registry. */
  readonly added: readonly string[];
  /** Accounts that lose access to the resource, ordered. */
  readonly removed: readonly string[];
  /** Why not all accounts fit. The accounts without room have a hold. Absent if all accounts fit. */
  readonly refused?: Refusal;
  /** Absent if it is known for every account whether a grant selects it. */
  readonly unresolved?: UnresolvedAccounts;
}

/**
 * Accounts for which it is unknown whether a grant selects them, ordered. `DesiredShare.unresolved` says when that is
 * so.
 */
export interface UnresolvedAccounts {
  /** Accounts that have access and keep it. */
  readonly kept: readonly string[];
  /** Accounts that have no access and do not get any. */
  readonly notAdded: readonly string[];
}

/** One grant on a resource, with the decision about each account. */
export interface PlannedShare extends Share {
  readonly granted: AdmittedAccounts;
  readonly holds: readonly Hold[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Accounts that keep their access although it is unknown whether the grant selects them. */
  readonly keptUnresolved: readonly string[];
  /** Accounts that get no access because it is unknown whether the grant selects them. */
  readonly notAdded: readonly string[];
}
