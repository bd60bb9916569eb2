import type { ResourceState, Store } from '../../../shared/store/ports.ts';
import type { Interceptor, SimulatedCall } from '../../../simulator/plugin.ts';
import type { SimulatedWorld } from '../../../simulator/world.ts';
import { type Faults, getResourceArn, getSessionName, isPolicyWrite } from '../faults.ts';
import { refOf } from '../oracle/resources.ts';
import { findPolicyResource, type PolicyResource } from '../policy-resources.ts';
import { findLeaseKey } from './lease-key.ts';

/**
 * Rules that each writer follows so that writers do not harm one another. The final access seldom shows a broken rule,
 * because later runs repair it.
 */
export interface Protocol {
  /** The store, which shows its leases and items to the rules. */
  around(store: Store): Store;
  /** Sees each write when the code sends it: the outermost interceptor. */
  readonly interceptor: Interceptor;
  /** A write has changed a policy. @returns the rules that it broke */
  written(call: SimulatedCall, place: PolicyResource, before: string | undefined): Promise<readonly string[]>;
}

interface ProtocolOptions {
  readonly world: SimulatedWorld;
  readonly faults: Faults;
  /** Reports a broken rule of the table. */
  readonly violated: (what: string) => void;
}

interface HeldLease {
  readonly owner: string;
  readonly until: number;
}

/**
 * A holder sends nothing in the last part of its lease: a request takes up to 10 seconds, and clocks differ by up to
 * 30 seconds (docs/decisions/0003). The clock of a simulated process is up to 4 seconds slow.
 */
const unsentBeforeEnd = 10_000 + 30_000 - 4_000;

/** The latest change of a policy by a write. */
interface Change {
  readonly at: number;
  readonly resource: string;
  readonly after: string | undefined;
}

export function createProtocol({ world, faults, violated }: ProtocolOptions): Protocol {
  const leases = new Map<string, HeldLease>();
  const changes = new Map<string, Change>();
  let isReady = false;

  const checkVersion = (key: string, before: ResourceState | undefined, { version }: ResourceState): void => {
    if (before?.version !== version) violated(`${key}: an item is replaced that its writer has not read`);
  };

  /** Not looked at if somebody else changed the policy after the write. */
  const checkReadBack = (key: string): void => {
    const change = changes.get(key);
    // A policy that was deleted is read as an error, which shows no state.
    if (change?.after === undefined || findPolicyResource(world, refOf(key))?.read() !== change.after) return;
    if ((faults.shownAt.get(change.resource) ?? 0) < change.at)
      violated(`${key} counts as written, though nobody has read it back`);
  };

  const heldFor = (call: SimulatedCall): HeldLease | undefined => {
    const lease = leases.get(findLeaseKey(world, call) ?? '');
    return lease?.owner.split('#')[0] === getSessionName(call) ? lease : undefined;
  };

  const checkDeadline = (call: SimulatedCall): void => {
    const lastMoment = (heldFor(call)?.until ?? 0) - unsentBeforeEnd;
    if (Date.now() > lastMoment)
      violated(
        `${call.operation} of ${getSessionName(call)} is sent after the deadline of its lease: ${findLeaseKey(world, call)}`,
      );
  };

  return {
    interceptor: (call, proceed) => {
      if (isPolicyWrite(call)) checkDeadline(call);
      return proceed();
    },
    around: (store) => ({
      ...store,
      registry: {
        ...store.registry,
        markReady: async (at) => {
          await store.registry.markReady(at);
          isReady = true;
        },
      },
      leases: {
        acquire: async (resource, owner, now, until) => {
          const attempt = await store.leases.acquire(resource, owner, now, until);
          if (attempt.taken) leases.set(resource, { owner, until });
          return attempt;
        },
        release: async (resource, owner) => {
          await store.leases.release(resource, owner);
          if (leases.get(resource)?.owner === owner) leases.delete(resource);
        },
      },
      resources: {
        ...store.resources,
        put: async (key, state) => {
          const before = await store.resources.get(key);
          const version = await store.resources.put(key, state);
          if (version === undefined) return version;
          checkVersion(key, before, state);
          // Without a revision nobody counts as served: an attempt ended while its write may still take effect.
          if (state.writeInProgress !== true && state.appliedRevision > 0) checkReadBack(key);
          return version;
        },
      },
    }),
    written: async (call, place, before) => {
      const key = place.key();
      const after = place.read();
      if (after !== before) changes.set(key, { at: Date.now(), resource: getResourceArn(call), after });
      // Attaching a managed policy to a role, for one, leaves the trust policy of the role as it is.
      if (faults.isLate(call) || /^(Attach|Detach)/.test(call.operation)) return [];
      const isHeld = (heldFor(call)?.until ?? 0) >= Date.now();
      return [
        ...(isHeld
          ? []
          : [`${call.operation} on ${key} takes effect after the lease of ${getSessionName(call)}`]),
        ...(isReady ? [] : [`${call.operation} on ${key} is made from a registry that is not ready`]),
      ];
    },
  };
}
