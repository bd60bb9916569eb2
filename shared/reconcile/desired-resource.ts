import type { GrantKind, ResourceRef, Share } from '../grants/contract.ts';
import type { Account } from '../platform/account.ts';

/** A resource that the configuration names or that a search found, with the accounts that should have access to it. */
export interface DesiredResource {
  readonly key: string;
  readonly ref: ResourceRef;
  readonly kind: GrantKind;
  /**
   * Whether the configuration names the resource itself. False if it was found by a pattern: only a named resource must
   * exist.
   */
  readonly named: boolean;
  /**
   * The grants on the resource, in the order of the configuration. Empty if no grant is left and the inventory still
   * lists the resource.
   */
  readonly shares: readonly DesiredShare[];
}

export interface DesiredShare extends Share {
  /**
   * Accounts for which it is unknown whether the grant selects them. Each keeps the access that it has, and gets no new
   * access:
   * - accounts in an OU that a path of the configuration named at the activation and does not name any more
   * - accounts whose last approval is unknown
   * - accounts whose item in the table cannot be read
   * Ordered by id. Absent if there are none.
   */
  readonly unresolved?: readonly Account[];
}
