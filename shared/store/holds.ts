/**
 * Why one account does not get or lose access to a resource yet. A hold stores what ends it. An account has one hold at most for
 * each change.
 */
export type Hold = RemovalHold | AdditionHold;

/** The account keeps access that no grant gives it any more. */
export type RemovalHold = GracePeriodHold | RemovalLimitHold;

/** The account does not get access that a grant gives it. */
type AdditionHold = RejectedPrincipalHold | CapacityHold;

/** A hold as a record has it. */
export type RecordedHold = Exclude<Hold, GracePeriodHold> | RecordedGracePeriod;

interface RecordedGracePeriod extends GracePeriodHold {
  /** When the grace period ends by the configuration of the run, ISO 8601. */
  readonly until: string;
}

export type HoldReason = Hold['reason'];

/** Ends when the grace period of the configuration has passed. */
export interface GracePeriodHold {
  readonly accountId: string;
  readonly change: 'remove';
  readonly reason: 'grace-period';
  /** When the account was first found to lose access, ISO 8601. */
  readonly since: string;
}

/** A blocked removal. Ends when another configuration is active. */
export interface RemovalLimitHold {
  readonly accountId: string;
  readonly change: 'remove';
  readonly reason: 'removal-limit';
  /** `getActivationId` of the configuration that blocks the removal. */
  readonly activationId: string;
  /** As in `GracePeriodHold`. Absent if the configuration has no grace period. */
  readonly since?: string;
}

/** Ends when AWS accepts the account in a policy. Each run for the account tries again. */
export interface RejectedPrincipalHold {
  readonly accountId: string;
  readonly change: 'add';
  readonly reason: 'rejected-principal';
  /**
   * When AWS last rejected the account by itself, ISO 8601. Absent if the account is only suspected: AWS rejected it together with other
   * accounts.
   */
  readonly rejectedAt?: string;
  /** AWS's message. */
  readonly message?: string;
  /** AWS named no cause, so only the rejections show that it is the account. */
  readonly ambiguous?: true;
}

/** The account does not fit. Ends when the policy has room for all accounts. */
export interface CapacityHold {
  readonly accountId: string;
  readonly change: 'add';
  readonly reason: 'capacity';
}
