import type { ErrorRecord } from './errors.ts';

/**
 * The state of an account in Organizations. The project adds `DEPARTED`: an account of the registry that is no longer
 * in the organization.
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

/** The fields that selectors read, besides the account's id. */
export interface Position {
  readonly name: string;
  /** From the root to the account's parent: `r-…`, `ou-…`, `ou-…`. */
  readonly parentIds: readonly string[];
  /** Path of the parent in the spelling of selectors (`formatOuPath`). Empty for an account in the root itself. */
  readonly ouPath: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Account extends Position {
  /** Twelve digits. */
  readonly id: string;
  /** `UNREADABLE` is never stored: the table has an item of the account, but only its key can be understood. */
  readonly state: AccountState | 'UNREADABLE';
  /** Present only while the account waits for an operator's approval of its position. */
  readonly approval?: PendingApproval;
  /** Why its item cannot be understood. Present only if the account is `UNREADABLE`. */
  readonly unreadable?: ErrorRecord | undefined;
}

/** The account waits: it gets only access that both its present position and the position of its last approval give. */
export interface PendingApproval {
  /** ISO 8601. Time of the change that made it wait. */
  readonly since: string;
  /** The position of the last approval. Null without an approval: then it gets no access. */
  readonly approvedAs: Position | null;
  /**
   * The position of the last approval is unknown, because the item could not be understood. The account keeps its
   * access, and gets no more. Default: false.
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
 * Stands for an account whose item cannot be understood.
 * @param revision Of the item, if it can be read
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

/** Text for a list of accounts. Long lists end with a count, because records and `--json` have every id. */
const maxNamed = 5;

/** `orders-production (555566667777), orders-test (666677778888) and 3 more` */
export function formatAccounts(accounts: readonly Named[], max = maxNamed): string {
  const named = accounts.slice(0, max).map(formatAccount).join(', ');
  const more = accounts.length - max;
  return more > 0 ? `${named} and ${more.toLocaleString('en-US')} more` : named;
}
