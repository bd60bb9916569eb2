import type { LeaseStore } from '../../../shared/store/ports.ts';
import type { SimulatedCall } from '../../../simulator/plugin.ts';
import type { SimulatedWorld } from '../../../simulator/world.ts';
import { getSessionName } from '../policy-calls.ts';
import { findLeaseKey } from './lease-key.ts';

export interface LeaseObserver {
  /** The leases of the store, for the protocol rules. */
  around(leases: LeaseStore): LeaseStore;
  /** Reports a write that its run sends too late in its lease. */
  checkDeadline(call: SimulatedCall): void;
  /** Whether the run that makes the call holds the lease of the written resource now. */
  isHeld(call: SimulatedCall): boolean;
}

interface HeldLease {
  readonly owner: string;
  readonly until: number;
}

/**
 * A holder sends nothing in the last part of its lease: a request takes up to 10 seconds, and clocks differ by up to 30
 * seconds (docs/decisions/0003). The clock of a simulated process is up to 4 seconds slow.
 */
const unsentBeforeEnd = 10_000 + 30_000 - 4_000;

/** @param violated reports a broken rule */
export function observeLeases(world: SimulatedWorld, violated: (what: string) => void): LeaseObserver {
  const held = new Map<string, HeldLease>();

  /** When the lease of the run ends, in milliseconds since the epoch; 0 if it has none. */
  const endOf = (call: SimulatedCall): number => {
    const lease = held.get(findLeaseKey(world, call) ?? '');
    return lease?.owner.split('#')[0] === getSessionName(call) ? lease.until : 0;
  };

  return {
    around: (leases) => ({
      ...leases,
      acquire: async (resource, owner, now, until) => {
        const attempt = await leases.acquire(resource, owner, now, until);
        if (attempt.taken) held.set(resource, { owner, until });
        return attempt;
      },
      release: async (resource, owner) => {
        await leases.release(resource, owner);
        if (held.get(resource)?.owner === owner) held.delete(resource);
      },
    }),
    checkDeadline: (call) => {
      if (Date.now() > endOf(call) - unsentBeforeEnd)
        violated(
          `${call.operation} of ${getSessionName(call)} is sent after the deadline of its lease: ${findLeaseKey(world, call)}`,
        );
    },
    isHeld: (call) => endOf(call) >= Date.now(),
  };
}
