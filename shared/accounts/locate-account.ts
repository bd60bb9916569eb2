import type { OrganizationsClient } from '@aws-sdk/client-organizations';
import { formatAccount, type RegisteredAccount } from '../platform/account.ts';
import { type Clock, getTimestamp } from '../platform/clock.ts';
import { toErrorRecord } from '../platform/errors.ts';
import type { RegistryStore } from '../store/ports.ts';
import { type NeedsApproval, withApproval } from './approval.ts';
import { describeAccount, type KnownOu } from './describe-account.ts';
import { isSameAccount, toDeparted } from './refresh-account.ts';

/** Reads from Organizations where accounts of the registry are now. Reads each account once, and stores nothing. */
export interface AccountLocator {
  /** `undefined` if the registry does not have the account. */
  find(id: string): Promise<RegisteredAccount | undefined>;
  /**
   * The accounts that could not be read from Organizations, by id. Each has a phrase that says how old its position in
   * the registry is.
   */
  listUnread(): ReadonlyMap<string, string>;
  /** Lines for operators: which accounts differ from the registry, and why accounts could not be read. */
  listWarnings(): readonly string[];
}

interface LocatorAccess {
  readonly registry: Pick<RegistryStore, 'getAccount'>;
  readonly organizations: OrganizationsClient;
  readonly clock: Clock;
  readonly needsApproval: NeedsApproval | undefined;
}

export function createAccountLocator(access: LocatorAccess): AccountLocator {
  const asked = new Map<string, Promise<RegisteredAccount | undefined>>();
  const unread = new Map<string, string>();
  const differences: string[] = [];
  const failures: string[] = [];
  const ous = new Map<string, KnownOu>();
  const findOnce = async (id: string): Promise<RegisteredAccount | undefined> => {
    const registered = await access.registry.getAccount(id);
    if (registered === undefined) return undefined;
    try {
      const account = await ask(access, registered, ous);
      if (!isSameAccount(account, registered)) differences.push(formatDifference(account, registered));
      return account;
    } catch (error) {
      unread.set(id, `position as of ${registered.updatedAt}: Organizations was not read`);
      failures.push(toErrorRecord(error).message);
      return registered;
    }
  };
  return {
    find: (id) => {
      const found = asked.get(id) ?? findOnce(id);
      asked.set(id, found);
      return found;
    },
    listUnread: () => unread,
    listWarnings: () => [...differences, ...formatFailures(failures)],
  };
}

/** Makes one line, because calls for several accounts usually fail for the same reason. */
const formatFailures = ([first, ...others]: readonly string[]): readonly string[] =>
  first === undefined
    ? []
    : [
        `Organizations could not be read for ${others.length + 1} of the accounts, so their OUs and tags are taken from the registry: ${first}`,
      ];

/** Reads the account and returns it in the form that a run would store. */
async function ask(
  { organizations, clock, needsApproval }: LocatorAccess,
  registered: RegisteredAccount,
  ous: Map<string, KnownOu>,
): Promise<RegisteredAccount> {
  const answer = (await describeAccount(organizations, registered.id, ous)) ?? toDeparted(registered);
  const { revision, updatedAt } = registered;
  return { ...withApproval(registered, answer, needsApproval, getTimestamp(clock)), revision, updatedAt };
}

function formatDifference(account: RegisteredAccount, registered: RegisteredAccount): string {
  const [now, before] = [formatPlace(account), formatPlace(registered)];
  const difference =
    now === before
      ? 'has another name or other tags now than the registry has'
      : `is ${now} now. The registry has it ${before}`;
  return `${formatAccount(account)} ${difference}, as of ${registered.updatedAt}. Start a run for the account`;
}

function formatPlace({ state, ouPath }: RegisteredAccount): string {
  if (state !== 'ACTIVE') return `in the state ${state}`;
  return ouPath === '' ? 'in the root' : `in the OU ${ouPath}`;
}
