import type { SimulatedOrganization } from '../../../simulator/organization.ts';
import type { Interceptor } from '../../../simulator/plugin.ts';
import type { SimulatedAccount } from '../../../simulator/simulated-resources.ts';
import type { Draw } from '../random.ts';

/** Stale listings of Organizations. */
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
 * Each listing, even each page, shows the organization at some earlier time. New accounts are missing, accounts that
 * have left are still present, and moved accounts are in both OUs or in none. Calls for one account are current.
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
    // The service answers at once, so no other call sees the old state.
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
