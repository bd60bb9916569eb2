import type { ErrorRecord } from './errors.ts';

/**
 * What Organizations says of an account.
 * `DEPARTED` is ours: an account that the registry knows and that is no longer in the organization.
 */
export const accountStates = [
  'PENDING_ACTIVATION',
  'ACTIVE',
  'SUSPENDED',
  'PENDING_CLOSURE',
  'CLOSED',
  'DEPARTED',
] as const;

export type AccountState = (typeof accountStates)[number];

/** What selectors look at, beside the account's id. */
export interface Position {
  readonly name: string;
  /** From the root to the account's parent: `r-…`, `ou-…`, `ou-…`. */
  readonly parentIds: readonly string[];
  /** Path of the parent as a selector spells it (`formatOuPath`); empty for an account in the root itself. */
  readonly ouPath: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Account extends Position {
  /** Twelve digits. */
  readonly id: string;
  /** `UNREADABLE` is never stored: the table has an item of the account, and only the key of the item is understood. */
  readonly state: AccountState | 'UNREADABLE';
  /** Present only while the account waits for an operator to approve it where it is. */
  readonly approval?: PendingApproval;
  /** Why its item cannot be understood. Present only if the account is `UNREADABLE`. */
  readonly unreadable?: ErrorRecord | undefined;
}

/** That an account waits: it gets only what it would get both here and where it was approved last. */
export interface PendingApproval {
  /** ISO 8601; of the change that made it wait. */
  readonly since: string;
  /** Where it was approved last; null for one that never was: it gets nothing. */
  readonly approvedAs: Position | null;
  /**
   * Nobody knows where it was approved, since its item could not be understood: it keeps what it has, and gets nothing.
   * Default: false.
   */
  readonly keepsAccess?: true;
}

/** An account as the registry holds it, with the revision of its last change. */
export interface RegisteredAccount extends Account {
  readonly revision: number;
  /** ISO 8601. */
  readonly updatedAt: string;
}

export const accountIdPattern = /^\d{12}$/;

/**
 * What stands for an account whose item cannot be understood.
 * @param revision Of the item, as far as that can be read
 */
export const createUnreadableAccount = (
  id: string,
  revision: number,
  unreadable: ErrorRecord,
): RegisteredAccount => ({
  id,
  name: id,
  state: 'UNREADABLE',
  parentIds: [],
  ouPath: '',
  tags: {},
  unreadable,
  revision,
  updatedAt: '1970-01-01T00:00:00.000Z',
});

type Named = Pick<Account, 'id' | 'name'>;

/** `orders-production (555566667777)`; only the id if the name is not known. */
export const formatAccount = ({ id, name }: Named): string =>
  name === '' || name === id ? id : `${name} (${id})`;

/** Text for a list of accounts. The rest is counted, because records and `--json` have every id. */
const maxNamed = 5;

/** `orders-production (555566667777), orders-test (666677778888) and 3 more` */
export function formatAccounts(accounts: readonly Named[], max = maxNamed): string {
  const named = accounts.slice(0, max).map(formatAccount).join(', ');
  const more = accounts.length - max;
  return more > 0 ? `${named} and ${more.toLocaleString('en-US')} more` : named;
}
