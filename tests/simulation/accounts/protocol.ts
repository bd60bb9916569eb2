import type { ResourceState, ResourceStore, Store } from '../../../shared/store/ports.ts';
import type { Interceptor, SimulatedCall } from '../../../simulator/plugin.ts';
import type { SimulatedWorld } from '../../../simulator/world.ts';
import type { Faults } from '../faults.ts';
import { refOf } from '../oracle/resources.ts';
import { getResourceArn, getSessionName, isPolicyWrite } from '../policy-calls.ts';
import { findPolicyResource, type PolicyResource } from '../policy-resources.ts';
import { observeLeases } from './lease-observer.ts';

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

/** The latest change of a policy by a write. */
interface Change {
  readonly at: number;
  readonly resource: string;
  readonly after: string | undefined;
}

export function createProtocol({ world, faults, violated }: ProtocolOptions): Protocol {
  const leases = observeLeases(world, violated);
  const changes = new Map<string, Change>();
  let isReady = false;

  /** Not judged if somebody else changed the policy after the write. */
  const checkReadBack = (key: string): void => {
    const change = changes.get(key);
    // The read of a deleted policy fails, so it shows no state.
    if (change?.after === undefined || findPolicyResource(world, refOf(key))?.read() !== change.after) return;
    if ((faults.shownAt.get(change.resource) ?? 0) < change.at)
      violated(`${key} counts as written, though nobody has read it back`);
  };

  const checkItem = (key: string, before: ResourceState | undefined, state: ResourceState): void => {
    if (before?.version !== state.version)
      violated(`${key}: an item is replaced that its writer has not read`);
    // Without a revision no account counts as served: an attempt ended while its write may still take effect.
    if (state.writeInProgress === undefined && (state.lastReconciliation?.revision ?? 0) > 0)
      checkReadBack(key);
  };

  return {
    interceptor: (call, proceed) => {
      if (isPolicyWrite(call)) leases.checkDeadline(call);
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
      leases: leases.around(store.leases),
      resources: observePuts(store.resources, checkItem),
    }),
    written: async (call, resource, before) => {
      const key = resource.key();
      const after = resource.read();
      // A write that AWS rejected before is sent again without an account, and then changes only the order.
      if (sortText(after) !== sortText(before))
        changes.set(key, { at: Date.now(), resource: getResourceArn(call), after });
      // For example, attaching a managed policy to a role changes nothing in its trust policy.
      if (faults.isLate(call) || /^(Attach|Detach)/.test(call.operation)) return [];
      return [
        ...(leases.isHeld(call)
          ? []
          : [`${call.operation} on ${key} takes effect after the lease of ${getSessionName(call)}`]),
        ...(isReady ? [] : [`${call.operation} on ${key} is made from a registry that is not ready`]),
      ];
    },
  };
}

/** The text of a policy, with keys and lists in order. */
const sortText = (text: string | undefined): string => JSON.stringify(sortValue(JSON.parse(text ?? 'null')));

function sortValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => JSON.stringify(sortValue(each))).sort();
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]): [string, unknown] => [key, sortValue(each)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @param stored called with each stored item, and the one before it */
const observePuts = (
  resources: ResourceStore,
  stored: (key: string, before: ResourceState | undefined, state: ResourceState) => void,
): ResourceStore => ({
  ...resources,
  put: async (key, state) => {
    const before = await resources.get(key);
    const version = await resources.put(key, state);
    if (version !== undefined) stored(key, before, state);
    return version;
  },
});
