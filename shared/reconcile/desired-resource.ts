import type { GrantKind, ResourceRef, Share } from '../grants/contract.ts';
import type { Account } from '../platform/account.ts';

/** A resource that the configuration names or one of its patterns matched, and the accounts of its grants. */
export interface DesiredResource {
  readonly key: string;
  readonly ref: ResourceRef;
  readonly kind: GrantKind;
  /** Whether the configuration names it: then it must exist. */
  readonly named: boolean;
  /** The grants on it, in the configuration's order. Empty for a resource of the inventory without a grant. */
  readonly shares: readonly DesiredShare[];
}

export interface DesiredShare extends Share {
  /**
   * Accounts for which it is unknown whether the grant selects them. These are accounts that only the stored OUs of the
   * activation select, accounts whose last approval is unknown, and every account whose item cannot be understood. Each
   * keeps its access and gets no more. Ordered by id. Absent if there are none.
   */
  readonly unresolved?: readonly Account[];
}
