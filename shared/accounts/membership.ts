import type { Account } from '../platform/account.ts';
/**
 * Whether an account is a member. Only members get access: not accounts that are closed, closing, gone or not active
 * yet.
 */
export const isMember = (account: Account): boolean => account.state === 'ACTIVE';

/**
 * Whether the account is closed or closing. An account that has left the organization may still be in use elsewhere, so
 * it is not closed.
 */
export const isClosed = ({ state }: Account): boolean =>
  state === 'SUSPENDED' || state === 'PENDING_CLOSURE' || state === 'CLOSED';
/** Whether only the id of the account is known. Such an account keeps its access and gains none. */
export const isUnreadable = ({ state }: Account): boolean => state === 'UNREADABLE';
