import type { Account, PendingApproval, Position, RegisteredAccount } from '../platform/account.ts';
import { isUnreadable } from './membership.ts';

/**
 * Tells whether an account must be approved in its present position: its name, tags and OUs. `approvedAs` is its
 * position when it was last approved, or null.
 */
export type NeedsApproval = (account: Account, approvedAs: Position | null) => boolean;

/**
 * The account as the registry stores it, with a pending approval if it must wait for one. `now` is what Organizations
 * answered, and `before` is the item in the registry. An account that the registry has without `approval` counts as
 * approved. An account that left the organization and comes back counts as new.
 * @param at the time from which the account waits, if it begins to wait now. ISO 8601
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

/**
 * Whether the account keeps its access while it waits for approval. It does if its item in the table was unreadable:
 * then nobody knows in which position it was last approved.
 */
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

/** Whether two positions are equal in everything that selectors test: the name, the OUs and the tags. */
export const isSamePosition = (one: Position, other: Position): boolean =>
  serializePosition(one) === serializePosition(other);

/** A string that is equal for equal positions. The order of tags does not matter. */
export const serializePosition = ({ name, parentIds, ouPath, tags }: Position): string =>
  JSON.stringify([
    name,
    parentIds,
    ouPath,
    Object.keys(tags)
      .sort()
      .map((key) => [key, tags[key]]),
  ]);

/** A string that is equal if two accounts wait for the same approval. Empty for an account that waits for none. */
export const serializePendingApproval = (approval: PendingApproval | undefined): string =>
  approval === undefined
    ? ''
    : JSON.stringify([
        approval.since,
        approval.approvedAs && serializePosition(approval.approvedAs),
        approval.keepsAccess,
      ]);
