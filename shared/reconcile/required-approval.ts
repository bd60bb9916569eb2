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
 * Returns a test whether a grant selects an account. `unresolved` for an unreadable account. An account that waits for
 * approval must be selected twice: in its present position, and in the position of its last approval. Grants with a
 * condition ignore approval, because AWS admits every account that the condition matches.
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
 * Returns a test whether an account needs approval. It does if the `approval` selector matches it, and it was never
 * approved or would gain a grant by a move. `undefined` if the configuration requires no approval.
 */
export const createApprovalTest = (
  { approval, grants }: Configuration,
  ous: StoredOus = noStoredOus,
): NeedsApproval | undefined =>
  approval &&
  ((account, approvedAs) =>
    // `maySelect` also follows stored OUs. If an OU path now names another OU, no account escapes approval by that.
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

/** Only grants that list accounts require approval. A condition on the organization admits every new member at once. */
const requiresApproval = ({ match = 'accounts' }: GrantEntry): boolean => match === 'accounts';

/** Whether an account waits for approval, so that approving it changes its access. */
export const isPendingApproval = (account: Account): boolean =>
  account.approval !== undefined && isMember(account);

/** The same accounts, with the accounts of `ids` approved. */
export const assumeApproved = <T extends Account>(
  accounts: readonly T[],
  ids: ReadonlySet<string>,
): readonly (Omit<T, 'approval'> & Account)[] =>
  accounts.map((account) => {
    if (!ids.has(account.id)) return account;
    const { approval: _, ...approved } = account;
    return approved;
  });

/** One access that an account would gain: a grant on one resource. */
export interface Gain {
  readonly resource: string;
  readonly grant: string;
  readonly accountId: string;
}

/**
 * The grants that the accounts of `ids` would gain between the lists `now` and `approved`, ordered. Grants with a
 * condition are missing, because approval does not change them.
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

/** What an operator approves. Changes of other accounts do not change it. */
export interface ApprovalContent {
  readonly installation: string;
  readonly configurationHash: string;
  /** The waiting accounts, ordered by id. */
  readonly accounts: readonly WaitingAccount[];
  /** What they would gain on named resources. Matches of patterns are missing, because they change by themselves. */
  readonly gains: readonly Gain[];
}

export const toWaitingAccount = (account: Account): WaitingAccount => ({
  id: account.id,
  position: toPosition(account),
  approvedAs: account.approval?.approvedAs ?? null,
});

/**
 * Whether two requests for approval are equal: the account waits in the same position, and was last approved in the
 * same position.
 */
export const isSamePendingState = (one: WaitingAccount, other: WaitingAccount): boolean =>
  isSamePosition(one.position, other.position) &&
  (one.approvedAs === null || other.approvedAs === null
    ? one.approvedAs === other.approvedAs
    : isSamePosition(one.approvedAs, other.approvedAs));

/** SHA-256 in hexadecimal. It ties an approval to the content that the operator saw. */
export const hashApproval = (content: ApprovalContent): string => hashCanonically(content);
