/**
 * Why one account does not get or does not lose access to a resource yet. A hold contains what ends it. An account has
 * at most one hold for an addition and one for a removal.
 */
export type Hold = RemovalHold | AdditionHold;

/** The account keeps access that no grant gives any more. */
export type RemovalHold = GracePeriodHold | RemovalLimitHold;

/** The account does not get access yet that a grant gives. */
type AdditionHold = RejectedPrincipalHold | CapacityHold;

/** A hold in the form of a run record. */
export type RecordedHold = Exclude<Hold, GracePeriodHold> | RecordedGracePeriod;

interface RecordedGracePeriod extends GracePeriodHold {
  /** When the grace period ends, by the configuration of the run. ISO 8601. */
  readonly until: string;
}

export type HoldReason = Hold['reason'];

/** A grace period. It ends when the time that the configuration sets has passed. */
export interface GracePeriodHold {
  readonly accountId: string;
  readonly change: 'remove';
  readonly reason: 'grace-period';
  /** When a run first found that the account loses access. ISO 8601. */
  readonly since: string;
}

/** A blocked removal. It ends when another configuration is activated. */
export interface RemovalLimitHold {
  readonly accountId: string;
  readonly change: 'remove';
  readonly reason: 'removal-limit';
  /** The configuration that blocks the removal, as `getActivationId` writes it. */
  readonly activationId: string;
  /** Like `since` of a grace period. Absent if the configuration has no grace period. */
  readonly since?: string;
}

/**
 * A rejected principal. The hold ends when AWS accepts the account in a policy, which each run for the account tries.
 */
export interface RejectedPrincipalHold {
  readonly accountId: string;
  readonly change: 'add';
  readonly reason: 'rejected-principal';
  /**
   * When AWS last rejected the account alone. ISO 8601. Absent if AWS only rejected a write with this account and
   * others.
   */
  readonly rejectedAt?: string;
  /** AWS's message. */
  readonly message?: string;
  /** Present if AWS named no cause. Then only the rejected writes suggest that the account is the cause. */
  readonly ambiguous?: true;
}

/** The account does not fit into the policy. The hold ends when the policy has room for all accounts. */
export interface CapacityHold {
  readonly accountId: string;
  readonly change: 'add';
  readonly reason: 'capacity';
}
