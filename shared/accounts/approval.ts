import type { Account, PendingApproval, Position, RegisteredAccount } from '../platform/account.ts';
import { isUnreadable } from './membership.ts';

/**
 * Whether an account must be approved where it is now. `approvedAs` is where it was approved last, null for one that
 * never was.
 */
export type NeedsApproval = (account: Account, approvedAs: Position | null) => boolean;

/**
 * An account as the registry is to store it: `now` is what Organizations says, `before` what the registry holds. Who is
 * in the registry without `approval` is approved as it is; one that had left and comes back is new.
 * @param at ISO 8601; since when it waits, where it begins to wait by this
 */
export function withApproval(
  before: RegisteredAccount | undefined,
  now: Account,
  needsApproval: NeedsApproval = nobodyNeeds,
  at: string,
): Account {
  const { approval: _, ...account } = now;
  const approvedAs = approvedAsOf(before, now);
  if (approvedAs !== null && isSamePosition(approvedAs, now)) return account;
  if (!needsApproval(account, approvedAs)) return account;
  const waitedHere = before?.approval !== undefined && isSamePosition(before, now);
  const since = waitedHere ? before.approval.since : at;
  return { ...account, approval: { since, approvedAs, ...keepsAccess(before, now) } };
}

/** Where an account was approved cannot be read from an item that is not understood. The account waits with what it has. */
const keepsAccess = (
  before: RegisteredAccount | undefined,
  now: Account,
): Pick<PendingApproval, 'keepsAccess'> =>
  before !== undefined &&
  !returns(before, now) &&
  (isUnreadable(before) || before.approval?.keepsAccess === true)
    ? { keepsAccess: true }
    : {};

const nobodyNeeds: NeedsApproval = () => false;

function approvedAsOf(before: RegisteredAccount | undefined, now: Account): Position | null {
  if (before === undefined || returns(before, now) || isUnreadable(before)) return null;
  return before.approval === undefined ? toPosition(before) : before.approval.approvedAs;
}

const returns = (before: Account, now: Account): boolean =>
  before.state === 'DEPARTED' && now.state !== 'DEPARTED';

export const toPosition = ({ name, parentIds, ouPath, tags }: Position): Position => ({
  name,
  parentIds,
  ouPath,
  tags,
});

/** Whether two positions are equal in everything that a selector can look at. */
export const isSamePosition = (one: Position, other: Position): boolean =>
  serializePosition(one) === serializePosition(other);

/** The same text for equal positions; the order of tags means nothing. */
export const serializePosition = ({ name, parentIds, ouPath, tags }: Position): string =>
  JSON.stringify([
    name,
    parentIds,
    ouPath,
    Object.keys(tags)
      .sort()
      .map((key) => [key, tags[key]]),
  ]);

/** The same text for equal ways of waiting; empty for an account that does not wait. */
export const serializePendingApproval = (approval: PendingApproval | undefined): string =>
  approval === undefined
    ? ''
    : JSON.stringify([
        approval.since,
        approval.approvedAs && serializePosition(approval.approvedAs),
        approval.keepsAccess,
      ]);
