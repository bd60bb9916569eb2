/** How far the checks of member roles have come. Each sweep makes one check. */
export interface MemberCheck {
  /** How many checks have completed. */
  readonly checks: number;
  /** The registry's revision when the last check began. Accounts with a higher revision have changed since. */
  readonly revision: number;
  /** Accounts that the next check must include, because their roles differed from the configuration. Ordered. */
  readonly again: readonly string[];
}

export interface MemberCheckStore {
  /** The last completed check. `undefined` before the first check, or if the item is malformed. Consistent read. */
  get(): Promise<MemberCheck | undefined>;
  put(check: MemberCheck): Promise<void>;
}
