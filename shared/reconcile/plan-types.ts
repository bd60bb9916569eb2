import type { Configuration } from '../configuration/schema.ts';
import type { AdmittedAccounts, Rendering, Share } from '../grants/contract.ts';
import type { Account } from '../platform/account.ts';
import type { OnboardingError } from '../platform/errors.ts';
import type { Hold } from '../store/ports.ts';
import type { DesiredResource } from './desired-resource.ts';

export interface PlanRequest {
  readonly desired: DesiredResource;
  readonly actual: unknown;
  /** The managed content that the table remembers. */
  readonly remembered: readonly string[];
  readonly configuration: Configuration;
  /** All accounts of the registry. */
  readonly accounts: readonly Account[];
  /** The present time, ISO 8601. */
  readonly now: string;
  /** `getActivationId` of the configuration. */
  readonly configurationHash: string;
  /** The table's holds. Default: none. */
  readonly holds?: readonly Hold[];
  /** Rejected principals: the plan excludes these accounts, even if it would keep their access otherwise. */
  readonly excluded?: ReadonlySet<string>;
  /** Why new accounts do not fit, by an earlier plan of the resource. This plan then only removes access, too. */
  readonly refused?: Refusal;
}

/**
 * `PolicyTooLargeError`, which states blocked removals too; `UnsafeChangeError` if all fit once the blocked removals
 * are carried out.
 */
export type Refusal = OnboardingError;

/** The planned change of one resource. Planning writes nothing. */
export interface ResourcePlan extends Rendering<unknown> {
  readonly changed: boolean;
  /**
   * Accounts whose removal or addition waits, ordered. Rejected principals are not among them: only a write finds them.
   */
  readonly holds: readonly Hold[];
  /** Accounts that gain access on it, ordered as in the registry. */
  readonly added: readonly string[];
  /** Accounts that lose access on it, ordered. */
  readonly removed: readonly string[];
  /** Why no account is added, if not all accounts fit: then the plan only removes access. */
  readonly refused?: Refusal;
  /** Absent if every account is resolved. */
  readonly unresolved?: UnresolvedAccounts;
}

/** Accounts for which it is unknown whether a grant selects them, as `DesiredShare.unresolved`, ordered. */
export interface UnresolvedAccounts {
  /** They keep their access. */
  readonly kept: readonly string[];
  /** They get no access. */
  readonly notAdded: readonly string[];
}

/** A share, and the decision for each of its accounts. */
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
