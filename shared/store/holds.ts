/**
 * One account's access to a resource differs from what the grants say, for now. A hold says why, and contains what ends
 * it. An account has at most one hold for getting access and one for losing it.
 */
export type Hold = RemovalHold | AdditionHold;

/** The account keeps access although no grant gives it any more. */
export type RemovalHold = GracePeriodHold | RemovalLimitHold;

/** A grant gives the account access, but the account does not get it yet. */
type AdditionHold = RejectedPrincipalHold | CapacityHold;

/** A hold in the form of a run record. */
export type RecordedHold = Exclude<Hold, GracePeriodHold> | RecordedGracePeriod;

interface RecordedGracePeriod extends GracePeriodHold {
  /** When the grace period ends. Computed with the configuration of the run. ISO 8601. */
  readonly until: string;
}

export type HoldReason = Hold['reason'];

/** A grace period. It ends when the configured time (`graceHours`) has passed. */
export interface GracePeriodHold {
  readonly accountId: string;
  readonly change: 'remove';
  readonly reason: 'grace-period';
  /** When a run first found that the account should lose access. ISO 8601. */
  readonly since: string;
}

/**
 * A blocked removal: too many accounts would lose access at once. It ends when an operator activates another
 * configuration.
 */
export interface RemovalLimitHold {
  readonly accountId: string;
  readonly change: 'remove';
  readonly reason: 'removal-limit';
  /** The activation of the configuration that blocks the removal, as `getActivationId` writes it. */
  readonly activationId: string;
  /**
   * When a run first found that the account should lose access, for the grace period that follows. Absent if the
   * configuration has no grace period.
   */
  readonly since?: string;
}

/**
 * A rejected principal: AWS does not accept the account in a policy. Each run for the account tries again. The hold
 * ends when AWS accepts the account.
 */
export interface RejectedPrincipalHold {
  readonly accountId: string;
  readonly change: 'add';
  readonly reason: 'rejected-principal';
  /**
   * When AWS last rejected a write with this account alone. ISO 8601. Absent if AWS only rejected a write with this
   * account and others.
   */
  readonly rejectedAt?: string;
  /** The message with which AWS rejected the account. */
  readonly message?: string;
  /** Set if AWS named no cause. Then the account is only suspected, because writes with it were rejected. */
  readonly ambiguous?: true;
}

/** The policy has no room for the account. The hold ends when there is room for all accounts. */
export interface CapacityHold {
  readonly accountId: string;
  readonly change: 'add';
  readonly reason: 'capacity';
}
