import type { Account } from '../platform/account.ts';
/**
 * Whether the account is a member of the organization. Only members get access: no account that is closed, about to be
 * closed, not active yet, or has left.
 */
export const isMember = (account: Account): boolean => account.state === 'ACTIVE';

/**
 * Whether the account is closed or about to be closed. An account that left the organization is not closed: its owner
 * may still use it.
 */
export const isClosed = ({ state }: Account): boolean =>
  state === 'SUSPENDED' || state === 'PENDING_CLOSURE' || state === 'CLOSED';
/**
 * Whether the table's item of the account cannot be read, so that only its id is known. Such an account keeps its
 * access and gets no new access.
 */
export const isUnreadable = ({ state }: Account): boolean => state === 'UNREADABLE';
