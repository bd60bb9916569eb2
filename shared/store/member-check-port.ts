/** The progress of the checks of member roles. */
export interface MemberCheck {
  /** The number of ended checks. */
  readonly checks: number;
  /** The revision of the registry when the last check began. Accounts with a later revision have changed since. */
  readonly revision: number;
  /** Accounts that differed from the configuration, ordered. The next check includes them. */
  readonly again: readonly string[];
}

export interface MemberCheckStore {
  /**
   * The progress after the last ended check. `undefined` before the first, and if the item cannot be understood.
   * Consistent read.
   */
  get(): Promise<MemberCheck | undefined>;
  put(check: MemberCheck): Promise<void>;
}
