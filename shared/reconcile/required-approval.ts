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
 * Whether a grant is for an account now. Nobody can say so of an account whose item cannot be understood. A grant is for an
 * account that waits only if it would be so, too, as the account was approved last. AWS admits the accounts that a condition
 * holds, approved or not.
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
 * Tells which accounts need approval by a configuration. Its selector matches them, and they were never approved or would
 * gain a grant because they moved. `undefined` if the configuration asks for no approval.
 */
export const createApprovalTest = (
  { approval, grants }: Configuration,
  ous: StoredOus = noStoredOus,
): NeedsApproval | undefined =>
  approval &&
  ((account, approvedAs) =>
    // A path that names another OU than it did must not let an account in unasked.
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

/** Grants that a condition holds grow by themselves. */
const requiresApproval = ({ match = 'accounts' }: GrantEntry): boolean => match === 'accounts';

/** Whether an account waits for approval, and its being approved would make a difference. */
export const isPendingApproval = (account: Account): boolean =>
  account.approval !== undefined && isMember(account);

/** The accounts as they would be if those of `ids` were approved. */
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
 * What the accounts of `ids` are granted in `approved` and not in `now`, ordered. A grant that a condition holds gives the
 * same in both.
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

/** What an operator approves. Nothing that other accounts' changes move. */
export interface ApprovalContent {
  readonly installation: string;
  readonly configurationHash: string;
  /** Those that wait, ordered by id. */
  readonly accounts: readonly WaitingAccount[];
  /** On the resources that the configuration names: what patterns find changes by itself. */
  readonly gains: readonly Gain[];
}

export const toWaitingAccount = (account: Account): WaitingAccount => ({
  id: account.id,
  position: toPosition(account),
  approvedAs: account.approval?.approvedAs ?? null,
});

/** Whether two accounts wait where each other is, and were approved last in the same position. */
export const isSamePendingState = (one: WaitingAccount, other: WaitingAccount): boolean =>
  isSamePosition(one.position, other.position) &&
  (one.approvedAs === null || other.approvedAs === null
    ? one.approvedAs === other.approvedAs
    : isSamePosition(one.approvedAs, other.approvedAs));

/** SHA-256, hexadecimal: binds an approval to what was shown. */
export const hashApproval = (content: ApprovalContent): string => hashCanonically(content);
