import type { Account } from '../platform/account.ts';
/** Grants name only members: an account that is closed, closing, gone or not yet active gets no access. */
export const isMember = (account: Account): boolean => account.state === 'ACTIVE';

/** Organizations says that the account is closed, or about to be. An account that has left may live on elsewhere. */
export const isClosed = ({ state }: Account): boolean =>
  state === 'SUSPENDED' || state === 'PENDING_CLOSURE' || state === 'CLOSED';
/** Only its id is known. It keeps its access, and gets no more. */
export const isUnreadable = ({ state }: Account): boolean => state === 'UNREADABLE';
