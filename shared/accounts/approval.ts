import type { Account, PendingApproval, Position, RegisteredAccount } from '../platform/account.ts';
import { isUnreadable } from './membership.ts';

/**
 * Whether an account must be approved in its present position. `approvedAs` is the position of the last approval, null
 * without any approval.
 */
export type NeedsApproval = (account: Account, approvedAs: Position | null) => boolean;

/**
 * An account as the registry is to store it: `now` is the answer of Organizations, `before` the item of the registry.
 * An account in the registry without `approval` is approved as it is. An account that left the organization and comes
 * back is new.
 * @param at ISO 8601; the start of the waiting time, if the account begins to wait now
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

/** The position of the last approval cannot be read from an unreadable item. The account waits and keeps its access. */
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

/** Whether two positions are equal in every field that a selector can read. */
export const isSamePosition = (one: Position, other: Position): boolean =>
  serializePosition(one) === serializePosition(other);

/** One text for equal positions. The order of tags does not count. */
export const serializePosition = ({ name, parentIds, ouPath, tags }: Position): string =>
  JSON.stringify([
    name,
    parentIds,
    ouPath,
    Object.keys(tags)
      .sort()
      .map((key) => [key, tags[key]]),
  ]);

/** One text for equal waiting states. Empty for an account that does not wait. */
export const serializePendingApproval = (approval: PendingApproval | undefined): string =>
  approval === undefined
    ? ''
    : JSON.stringify([
        approval.since,
        approval.approvedAs && serializePosition(approval.approvedAs),
        approval.keepsAccess,
      ]);
