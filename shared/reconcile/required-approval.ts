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
 * Returns a function that tells whether a grant selects an account. The result is `unresolved` for an unreadable
 * account. For an account that waits for approval, the grant must select both its present position and the position in
 * which it was last approved. Grants with a condition ignore approval, because AWS admits every account that satisfies
 * the condition.
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
 * Returns a function that tells whether an account needs approval. It does if the selector under `approval` matches it,
 * and it was never approved or gains a grant because it was moved. `undefined` if the configuration requires no
 * approval.
 */
export const createApprovalTest = (
  { approval, grants }: Configuration,
  ous: StoredOus = noStoredOus,
): NeedsApproval | undefined =>
  approval &&
  ((account, approvedAs) =>
    // `maySelect` considers present OU names and the OUs of the activation. If either matches, the account needs
    // approval. So a renamed OU cannot bypass approval.
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

/**
 * Only grants that list accounts can wait for approval. A condition on the organization admits every new member at
 * once.
 */
const requiresApproval = ({ match = 'accounts' }: GrantEntry): boolean => match === 'accounts';

/** Whether the account is a member of the organization and waits for approval. */
export const isPendingApproval = (account: Account): boolean =>
  account.approval !== undefined && isMember(account);

/** Returns the accounts as they would be if an operator approved the accounts of `ids`. */
export const assumeApproved = <T extends Account>(
  accounts: readonly T[],
  ids: ReadonlySet<string>,
): readonly (Omit<T, 'approval'> & Account)[] =>
  accounts.map((account) => {
    if (!ids.has(account.id)) return account;
    const { approval: _, ...approved } = account;
    return approved;
  });

/** Access that an account gets when it is approved: one grant on one resource. */
export interface Gain {
  readonly resource: string;
  readonly grant: string;
  readonly accountId: string;
}

/**
 * What the accounts of `ids` gain by approval: the difference between the resources now and the resources after
 * approval, ordered. Grants with a condition are not listed, because approval does not change them.
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

/**
 * What an operator sees and approves. It depends on the waiting accounts only, so a change of another account does not
 * make the approval invalid.
 */
export interface ApprovalContent {
  readonly installation: string;
  readonly configurationHash: string;
  /** The waiting accounts, ordered by id. */
  readonly accounts: readonly WaitingAccount[];
  /**
   * What the accounts would gain on resources that the configuration names. Resources found by patterns are not listed,
   * because they come and go without an operator.
   */
  readonly gains: readonly Gain[];
}

export const toWaitingAccount = (account: Account): WaitingAccount => ({
  id: account.id,
  position: toPosition(account),
  approvedAs: account.approval?.approvedAs ?? null,
});

/**
 * Whether an account waits for the same decision in both requests: its position, and the position in which it was last
 * approved, are equal.
 */
export const isSamePendingState = (one: WaitingAccount, other: WaitingAccount): boolean =>
  isSamePosition(one.position, other.position) &&
  (one.approvedAs === null || other.approvedAs === null
    ? one.approvedAs === other.approvedAs
    : isSamePosition(one.approvedAs, other.approvedAs));

/** SHA-256 in hexadecimal. An approval names it, so that it is valid only for the content that the operator saw. */
export const hashApproval = (content: ApprovalContent): string => hashCanonically(content);
