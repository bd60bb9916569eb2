import { isSamePosition, type NeedsApproval, toPosition } from '../accounts/approval.ts';
import { isMember, isUnreadable } from '../accounts/membership.ts';
import {
  compileSelection,
  evaluateSelection,
  maySelect,
  noStoredOus,
  type Selection,
  type StoredOus,
} from '../accounts/stored-ous.ts';
import { hashCanonically } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { GrantEntry } from '../grants/grant-schema.ts';
import type { Account, Position } from '../platform/account.ts';
import { compareByText } from '../platform/order.ts';
import type { WaitingAccount } from '../store/run-ports.ts';
import type { DesiredResource } from './desired-resource.ts';

/**
 * Whether a grant selects an account now. For an unreadable account it is unknown. An account that waits for approval
 * must also be selected in the position of its last approval. AWS itself admits accounts by a condition, approved or
 * not.
 */
export function createSelectionTest(entry: GrantEntry, ous: StoredOus): (account: Account) => Selection {
  const select = compileSelection(entry.for, ous);
  const isApprovalKnown = requiresApproval(entry);
  return (account) => {
    if (isUnreadable(account)) return 'unresolved';
    const now = select(account);
    if (!isApprovalKnown || account.approval === undefined || now === 'not-selected') return now;
    const { approvedAs, keepsAccess = false } = account.approval;
    if (approvedAs === null) return keepsAccess ? 'unresolved' : 'not-selected';
    const asApproved = select({ ...account, ...approvedAs });
    return asApproved === 'selected' ? now : asApproved;
  };
}

/**
 * Decides which accounts need approval by a configuration. Its selector matches them, and they were never approved or
 * would gain a grant because they moved. `undefined` if the configuration requires no approval.
 */
export const createApprovalTest = (
  { approval, grants }: Configuration,
  ous: StoredOus = noStoredOus,
): NeedsApproval | undefined =>
  approval &&
  ((account, approvedAs) =>
    // A path that now names another OU must not admit an account without approval.
    maySelect(approval.for, account, ous) &&
    (approvedAs === null || gainsByMoving({ grants, ous }, account, approvedAs)));

const gainsByMoving = (
  { grants, ous }: { readonly grants: readonly GrantEntry[]; readonly ous: StoredOus },
  account: Account,
  before: Position,
): boolean =>
  grants
    .filter(requiresApproval)
    .some(
      ({ for: selector }) =>
        evaluateSelection(selector, account, ous) === 'selected' &&
        evaluateSelection(selector, { ...account, ...before }, ous) === 'not-selected',
    );

/** Grants with a condition on the organization grow by themselves. */
const requiresApproval = ({ match = 'accounts' }: GrantEntry): boolean => match === 'accounts';

/** Whether an account waits for approval, and its approval would make a difference. */
export const isPendingApproval = (account: Account): boolean =>
  account.approval !== undefined && isMember(account);

/** The accounts as if the accounts of `ids` were approved. */
export const assumeApproved = <T extends Account>(
  accounts: readonly T[],
  ids: ReadonlySet<string>,
): readonly (Omit<T, 'approval'> & Account)[] =>
  accounts.map((account) => {
    if (!ids.has(account.id)) return account;
    const { approval: _, ...approved } = account;
    return approved;
  });

/** What one account gains on one resource, by the name of the grant. */
export interface Gain {
  readonly resource: string;
  readonly grant: string;
  readonly accountId: string;
}

/**
 * The grants that the accounts of `ids` have in `approved` and not in `now`, ordered. A grant with a condition gives
 * equal access in both.
 */
export function listGains(
  now: readonly DesiredResource[],
  approved: readonly DesiredResource[],
  ids: ReadonlySet<string>,
): readonly Gain[] {
  const had = new Set(namings(now, ids).map(gainText));
  return namings(approved, ids)
    .filter((gain) => !had.has(gainText(gain)))
    .toSorted(compareByText(gainText));
}

const gainText = ({ resource, grant, accountId }: Gain): string =>
  JSON.stringify([resource, grant, accountId]);

const namings = (resources: readonly DesiredResource[], ids: ReadonlySet<string>): readonly Gain[] =>
  resources.flatMap(({ key: resource, shares }) =>
    shares.flatMap(({ entry, accounts }) =>
      accounts
        .filter(({ id }) => ids.has(id))
        .map(({ id: accountId }) => ({ resource, grant: entry.name, accountId })),
    ),
  );

/** The content of an operator's approval. Changes of other accounts do not change it. */
export interface ApprovalContent {
  readonly installation: string;
  readonly configurationHash: string;
  /** The waiting accounts, ordered by id. */
  readonly accounts: readonly WaitingAccount[];
  /** On the resources that the configuration names: the matches of patterns change by themselves. */
  readonly gains: readonly Gain[];
}

export const toWaitingAccount = (account: Account): WaitingAccount => ({
  id: account.id,
  position: toPosition(account),
  approvedAs: account.approval?.approvedAs ?? null,
});

/** Whether two accounts wait in one position, with one position of their last approval. */
export const isSamePendingState = (one: WaitingAccount, other: WaitingAccount): boolean =>
  isSamePosition(one.position, other.position) &&
  (one.approvedAs === null || other.approvedAs === null
    ? one.approvedAs === other.approvedAs
    : isSamePosition(one.approvedAs, other.approvedAs));

/** SHA-256, hexadecimal: binds an approval to the shown content. */
export const hashApproval = (content: ApprovalContent): string => hashCanonically(content);
