import type { GrantKind, ResourceRef, Share } from '../grants/contract.ts';
import type { Account } from '../platform/account.ts';

/** A resource that the configuration names or one of its patterns matched, and the accounts that it is for. */
export interface DesiredResource {
  readonly key: string;
  readonly ref: ResourceRef;
  readonly kind: GrantKind;
  /** Whether the configuration names it: then it must be there. */
  readonly named: boolean;
  /** The grants that meet on it, in the configuration's order. None for a resource of the inventory that no grant is for. */
  readonly shares: readonly DesiredShare[];
}

export interface DesiredShare extends Share {
  /**
   * Accounts of which nobody can say whether the grant is for them: those that are selected only by OUs as they were when the
   * configuration was activated, those whose last approval is not known, and every account whose item cannot be understood.
   * Each keeps what it has and gets nothing. Ordered by id; absent where there are none.
   */
  readonly unresolved?: readonly Account[];
}
