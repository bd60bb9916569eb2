/** How far the checks of member roles have come. */
export interface MemberCheck {
  /** How many checks have ended. */
  readonly checks: number;
  /** The revision of the registry when the last check began: accounts with a later one have changed since. */
  readonly revision: number;
  /** Accounts that were not as the configuration says, ordered. The next check includes them. */
  readonly again: readonly string[];
}

export interface MemberCheckStore {
  /** Of the last check that ended; `undefined` before the first, and if the item cannot be understood. Consistent read. */
  get(): Promise<MemberCheck | undefined>;
  put(check: MemberCheck): Promise<void>;
}
