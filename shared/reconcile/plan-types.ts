import type { Configuration } from '../configuration/schema.ts';
import type { AdmittedAccounts, Rendering, Share } from '../grants/contract.ts';
import type { Account } from '../platform/account.ts';
import type { OnboardingError } from '../platform/errors.ts';
import type { Hold } from '../store/ports.ts';
import type { DesiredResource } from './desired-resource.ts';

export interface PlanRequest {
  readonly desired: DesiredResource;
  readonly actual: unknown;
  /** Managed content that the table remembers: Sids, or marks of other kinds. */
  readonly remembered: readonly string[];
  readonly configuration: Configuration;
  /** All accounts of the registry. */
  readonly accounts: readonly Account[];
  /** The present time, ISO 8601. */
  readonly now: string;
  /** `getActivationId` of the configuration. */
  readonly activationId: string;
  /** The table's holds. Default: none. */
  readonly holds?: readonly Hold[];
  /** Rejected principals. The plan excludes these accounts even if a hold would keep their access. */
  readonly excluded?: ReadonlySet<string>;
  /** The lack of room that an earlier plan of the resource found. This plan holds the same accounts. */
  readonly withoutRoom?: LackOfRoom;
}

interface LackOfRoom {
  readonly refused: Refusal;
  /** New accounts that wait for room. */
  readonly held: ReadonlySet<string>;
}

/**
 * Why not all accounts fit: `PolicyTooLargeError`, which also states blocked removals; `UnsafeChangeError` if all
 * accounts would fit once the blocked removals are made.
 */
export type Refusal = OnboardingError;

/** The planned change of one resource. Planning writes nothing. */
export interface ResourcePlan extends Rendering<unknown> {
  readonly changed: boolean;
  /**
   * Accounts whose addition or removal waits, ordered. Rejected principals are missing here, because only a write finds
   * them.
   */
  readonly holds: readonly Hold[];
  /** Accounts that gain access on the resource, in the order of the registry. */
  readonly added: readonly string[];
  /** Accounts that lose access on the resource, ordered. */
  readonly removed: readonly string[];
  /** Present if not all accounts fit: the reason. The accounts without room have a hold. */
  readonly refused?: Refusal;
  /** Absent if it is known for every account whether the grants select it. */
  readonly unresolved?: UnresolvedAccounts;
}

/** Accounts for which it is unknown whether a grant selects them (`DesiredShare.unresolved`), ordered. */
export interface UnresolvedAccounts {
  /** They keep their access. */
  readonly kept: readonly string[];
  /** They get no access. */
  readonly notAdded: readonly string[];
}

/** The accounts of one grant on a resource, with the decision about each. */
export interface PlannedShare extends Share {
  readonly granted: AdmittedAccounts;
  readonly holds: readonly Hold[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Unresolved accounts that keep their access. */
  readonly keptUnresolved: readonly string[];
  /** Unresolved accounts that get no access. */
  readonly notAdded: readonly string[];
}
