import type { SimulatedOrganization } from '../../../simulator/organization.ts';
import type { Interceptor } from '../../../simulator/plugin.ts';
import type { SimulatedAccount } from '../../../simulator/simulated-resources.ts';
import type { Draw } from '../random.ts';

/** Listings of Organizations that are older than they look. */
export interface StaleListings {
  readonly interceptor: Interceptor;
  /** The accounts have changed, or will in a moment. */
  note(): void;
  stop(): void;
}

interface Snapshot {
  readonly at: number;
  readonly accounts: readonly (readonly [string, SimulatedAccount])[];
}

const lists: ReadonlySet<string> = new Set(['ListAccounts', 'ListAccountsForParent', 'ListChildren']);

/**
 * Each listing, even each page of one, is as the organization was some time ago: new accounts are missing, those that have
 * left are still there, those that have moved are in both OUs or in none. What is asked of one account is as it is.
 */
export function createStaleListings({ world }: SimulatedOrganization, draw: Draw): StaleListings {
  let most = draw.pick([0, 0, 10_000, 60_000, 300_000]);
  const snapshots: Snapshot[] = [];

  const note = (): void => {
    if (most === 0) return;
    const accounts = [...world.accounts].map(
      ([id, account]) => [id, { ...account, tags: { ...account.tags } }] as const,
    );
    snapshots.push({ at: Date.now(), accounts });
  };

  const interceptor: Interceptor = (call, proceed) => {
    if (most === 0 || !lists.has(call.operation)) return proceed();
    const asOf = Date.now() - draw.between(0, most);
    const then = snapshots.findLast(({ at }) => at <= asOf) ?? snapshots[0];
    if (then === undefined) return proceed();
    const now = [...world.accounts];
    fill(world.accounts, then.accounts);
    // The service answers at once: nobody else sees the old state.
    const answer = proceed();
    fill(world.accounts, now);
    return answer;
  };

  return {
    interceptor,
    note,
    stop: () => {
      most = 0;
    },
  };
}

function fill<K, V>(map: Map<K, V>, entries: readonly (readonly [K, V])[]): void {
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}
