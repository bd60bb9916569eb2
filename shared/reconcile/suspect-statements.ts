import { isClosed } from '../accounts/membership.ts';
import type { GrantKind } from '../grants/contract.ts';
import {
  classifyDeletedPrincipal,
  getPrincipalAccount,
  listUnmanagedPrincipals,
  type UnmanagedPrincipal,
} from '../iam/unmanaged-principals.ts';
import type { Account } from '../platform/account.ts';

type Documents = ReturnType<GrantKind['toDocuments']>;

/** A principal in an unmanaged statement that may be the reason why AWS rejects a policy. */
export interface Suspect extends UnmanagedPrincipal {
  /**
   * - `deleted`: the id of a role or user that was deleted, such as `AROA…`
   * - `closed`: a principal of an account that is closed
   * - `unknown`: a principal outside the organization, which this project cannot check. It may be right, such as a
   *   vendor's
   *   account
   */
  readonly state: 'deleted' | 'closed' | 'unknown';
  /** What is wrong with the principal, in words. */
  readonly because: string;
}

const order: readonly Suspect['state'][] = ['closed', 'deleted', 'unknown'];

/**
 * The suspects in all documents of a resource, the most likely cause first. Principals of member accounts are no
 * suspects.
 */
export const findSuspects = (
  documents: Documents,
  installationId: string,
  accounts: readonly Account[],
): readonly Suspect[] =>
  Object.values(documents)
    .flatMap((document) => listUnmanagedPrincipals(document, installationId))
    .flatMap((unmanaged) => suspect(unmanaged, accounts))
    .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));

function suspect(unmanaged: UnmanagedPrincipal, accounts: readonly Account[]): readonly Suspect[] {
  const deleted = classifyDeletedPrincipal(unmanaged.principal);
  if (deleted !== undefined)
    return [{ ...unmanaged, state: 'deleted', because: `the id of a ${deleted} that was deleted` }];
  const id = getPrincipalAccount(unmanaged.principal);
  if (id === undefined) return [{ ...unmanaged, state: 'unknown', because: 'which cannot be checked' }];
  const account = accounts.find((each) => each.id === id);
  if (account?.state === 'ACTIVE' || account?.state === 'UNREADABLE') return [];
  if (account === undefined || !isClosed(account))
    return [
      {
        ...unmanaged,
        state: 'unknown',
        because: `which cannot be checked: account ${id} is outside the organization`,
      },
    ];
  return [{ ...unmanaged, state: 'closed', because: `of the closed account ${account.name} (${id})` }];
}

/** Whether AWS certainly rejects the policy because of this principal. */
export const isCertain = ({ state }: Suspect): boolean => state !== 'unknown';

/** Describes suspects: `the statement "Partner" names AROA…, the id of a role that was deleted`. */
export const formatSuspects = (suspects: readonly Suspect[]): string =>
  suspects
    .map(({ statement, principal, because }) => `the statement ${statement} names ${principal}, ${because}`)
    .join('; ');

/**
 * Unmanaged statements name deleted principals, so AWS will reject the next write. Returns one line that says so, or
 * none.
 */
export function warnOfDeletedPrincipals(
  key: string,
  documents: Documents,
  installationId: string,
): readonly string[] {
  const deleted = findSuspects(documents, installationId, []).filter(({ state }) => state === 'deleted');
  if (deleted.length === 0) return [];
  return [
    `${key}: ${formatSuspects(deleted)}. The statement is not managed and stays as it is, but AWS rejects the next write of ` +
      'this policy: the owner of the statement must remove the id, or name a principal that exists',
  ];
}
