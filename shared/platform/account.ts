import type { ErrorRecord } from './errors.ts';
import { memoizeByObject } from './memoize.ts';

/**
 * The states of an account in Organizations. This project adds `DEPARTED`: the account is in the registry and has left
 * the organization.
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

/** Everything about an account that selectors test, except for its id. */
export interface Position {
  readonly name: string;
  /** The ids from the root down to the account's parent: `r-…`, `ou-…`, `ou-…`. */
  readonly parentIds: readonly string[];
  /**
   * The path of the account's OU, as selectors write it (`formatOuPath`). Empty if the account is directly in the root.
   */
  readonly ouPath: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Account extends Position {
  /** Twelve digits. */
  readonly id: string;
  /**
   * `UNREADABLE` is never stored. It stands for an account whose item in the table is malformed, so that only its id is
   * known.
   */
  readonly state: AccountState | 'UNREADABLE';
  /** Present while the account waits until an operator approves it in its present position. */
  readonly approval?: PendingApproval;
  /** Why the item is malformed. Only if the account is `UNREADABLE`. */
  readonly unreadable?: ErrorRecord | undefined;
}

/**
 * The account waits for approval. Until then it has only the access that grants give it both in its present position
 * and in the position of its last approval.
 */
export interface PendingApproval {
  /** Since when the account waits, ISO 8601. */
  readonly since: string;
  /** The position of the account when it was last approved. Null if it was never approved: then it has no access. */
  readonly approvedAs: Position | null;
  /**
   * Present if nobody knows in which position the account was last approved. Then it keeps its access and gets no new
   * access. Default: false.
   */
  readonly keepsAccess?: true;
}

/** An account in the registry, with the revision of its last change. */
export interface RegisteredAccount extends Account {
  readonly revision: number;
  /** ISO 8601. */
  readonly updatedAt: string;
}

export const accountIdPattern = /^\d{12}$/;

/**
 * Takes the place of an account whose item is malformed.
 * @param revision the item's revision, if at least this can be read
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

/** Names an account in a message: `orders-production (555566667777)`. Only the id if the name is unknown. */
export const formatAccount = ({ id, name }: Named): string =>
  name === '' || name === id ? id : `${name} (${id})`;

/**
 * How many accounts a message names at most. Longer lists end with a number. Run records and `--json` have every id.
 */
export const maxNamed = 5;

/** Names accounts in a message: `orders-production (555566667777), orders-test (666677778888) and 3 more`. */
export function formatAccounts(accounts: readonly Named[], max = maxNamed): string {
  const named = accounts.slice(0, max).map(formatAccount).join(', ');
  const more = accounts.length - max;
  return more > 0 ? `${named} and ${more.toLocaleString('en-US')} more` : named;
}

/** The name of an account by its id. `undefined` if it is unknown, or if the account has none. */
export type AccountNames = (id: string) => string | undefined;

/** The names of the accounts of the registry. */
export const createAccountNames: (accounts: readonly Named[]) => AccountNames = memoizeByObject(
  (accounts: readonly Named[]): AccountNames => {
    const names = new Map(accounts.map(({ id, name }) => [id, name]));
    return (id) => {
      const name = names.get(id);
      return name === '' || name === id ? undefined : name;
    };
  },
);

/** Without a registry, no name is known. */
export const noAccountNames: AccountNames = () => undefined;

/** An account of which only the id is at hand: `orders-production (555566667777)`, or the id alone. */
export const formatAccountId = (id: string, names: AccountNames): string =>
  formatAccount({ id, name: names(id) ?? '' });
