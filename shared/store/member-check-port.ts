/** How far the checks of member roles have come. */
export interface MemberCheck {
  /** The number of ended checks. */
  readonly checks: number;
  /** The registry's revision when the last check began. Accounts with a later revision have changed since. */
  readonly revision: number;
  /** Accounts whose roles differed from the configuration, ordered. The next check includes them. */
  readonly again: readonly string[];
}

export interface MemberCheckStore {
  /**
   * The result of the last completed check. `undefined` before the first check, or if the item cannot be understood.
   * Consistent read.
   */
  get(): Promise<MemberCheck | undefined>;
  put(check: MemberCheck): Promise<void>;
}
