import type { Configuration } from '../configuration/schema.ts';
import type { AdmittedAccounts, Rendering, Share } from '../grants/contract.ts';
import type { Account } from '../platform/account.ts';
import type { OnboardingError } from '../platform/errors.ts';
import type { Hold } from '../store/ports.ts';
import type { DesiredResource } from './desired-resource.ts';

export interface PlanRequest {
  readonly desired: DesiredResource;
  readonly actual: unknown;
  /** What the table remembers as written by us. */
  readonly remembered: readonly string[];
  readonly configuration: Configuration;
  /** All accounts of the registry. */
  readonly accounts: readonly Account[];
  /** What time it is, ISO 8601. */
  readonly now: string;
  /** `getActivationId` of the configuration. */
  readonly configurationHash: string;
  /** What the table remembers. Default: none. */
  readonly holds?: readonly Hold[];
  /** Rejected principals: the plan excludes these accounts, also if it would keep them otherwise. */
  readonly excluded?: ReadonlySet<string>;
  /** Why new accounts do not fit, as an earlier plan of the resource found. This plan then only removes access, too. */
  readonly refused?: Refusal;
}

/**
 * `PolicyTooLargeError`, which states blocked removals too; `UnsafeChangeError` if all fit once the blocked removals are
 * carried out.
 */
export type Refusal = OnboardingError;

/** What should be done to one resource. Made without writing. */
export interface ResourcePlan extends Rendering<unknown> {
  readonly changed: boolean;
  /** Accounts whose removal or addition waits, ordered. Rejected principals are not among them: only a write finds them. */
  readonly holds: readonly Hold[];
  /** Accounts that gain something on it, ordered as in the registry. */
  readonly added: readonly string[];
  /** Accounts that lose something on it, ordered. */
  readonly removed: readonly string[];
  /** Why no account is added, if not all accounts fit: then the plan only removes access. */
  readonly refused?: Refusal;
  /** Absent if every account is resolved. */
  readonly unresolved?: UnresolvedAccounts;
}

/** Accounts of which nobody can say whether a grant is for them, as `DesiredShare.unresolved`; ordered. */
export interface UnresolvedAccounts {
  /** They keep what they have. */
  readonly kept: readonly string[];
  /** They get nothing. */
  readonly notAdded: readonly string[];
}

/** A share, and what becomes of each account of it. */
export interface PlannedShare extends Share {
  readonly granted: AdmittedAccounts;
  readonly holds: readonly Hold[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Of the accounts that are unresolved, those that keep what they have. */
  readonly keptUnresolved: readonly string[];
  /** Of the accounts that are unresolved, those that get nothing. */
  readonly notAdded: readonly string[];
}
