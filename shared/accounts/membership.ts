import type { Account } from '../platform/account.ts';
/** Grants name members only: an account that is closed, closing, gone or not yet active gets nothing. */
export const isMember = (account: Account): boolean => account.state === 'ACTIVE';

/** Organizations says that it is closed, or about to be. One that has left may live on elsewhere. */
export const isClosed = ({ state }: Account): boolean =>
  state === 'SUSPENDED' || state === 'PENDING_CLOSURE' || state === 'CLOSED';
/** Only its id is known. It keeps the access that it has, and gets none. */
export const isUnreadable = ({ state }: Account): boolean => state === 'UNREADABLE';
