import type { ResourcePlan } from './plan-types.ts';

export interface WriteRequest {
  readonly actual: unknown;
  /** What to write if these accounts are excluded. */
  plan(excluded: ReadonlySet<string>): ResourcePlan;
  /**
   * @throws InvalidPrincipalError when AWS refuses a principal; then nothing was written, unless its fields say
   * `othersWritten`, as in `GrantKind.write`
   */
  write(from: unknown, to: unknown): Promise<void>;
  newestFirst(a: string, b: string): number;
  /** Accounts that the last write excluded: suspected before other new accounts. Default: none. */
  readonly refusedBefore?: ReadonlySet<string>;
  /** Excluded from the beginning, and tried once AWS accepts an account that it rejected before. Default: none. */
  readonly recentlyRejected?: ReadonlySet<string>;
  /** Whether the registry has the account as a member. */
  isMember(id: string): boolean;
  /** The accounts that the resource names now: leaving one of them out would take something from it. */
  readonly named: ReadonlySet<string>;
  /**
   * How far unmanaged statements explain a refusal: `certain` ends the search if AWS also refuses the existing policy.
   * Default: `none`.
   */
  readonly doubt?: 'none' | 'possible' | 'certain';
}
