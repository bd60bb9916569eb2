import type { GrantKind, ResourceRef, Share } from '../grants/contract.ts';
import type { Account } from '../platform/account.ts';

/** A resource of the configuration or of a search, and the accounts that its grants select. */
export interface DesiredResource {
  readonly key: string;
  readonly ref: ResourceRef;
  readonly kind: GrantKind;
  /** Whether the configuration names the resource itself, not by a pattern. Only a named resource must exist. */
  readonly named: boolean;
  /**
   * The grants on the resource, in the configuration's order. Empty for a resource of the inventory without a grant.
   */
  readonly shares: readonly DesiredShare[];
}

export interface DesiredShare extends Share {
  /**
   * Accounts for which it is unknown whether the grant selects them. Each keeps the access that it has, and gains none:
   * - accounts that only an earlier meaning of an OU path selects, stored at the activation
   * - accounts whose last approval is unknown
   * - accounts whose item in the table cannot be read
   * Ordered by id. Absent if there are none.
   */
  readonly unresolved?: readonly Account[];
}
