import { isMember } from '../accounts/membership.ts';
import { ConfigurationMismatchError } from '../configuration/errors.ts';
import type { GrantContext } from '../grants/contract.ts';
import type { ResourceState } from '../store/ports.ts';
import type { ContextReaders } from './context-readers.ts';
import { findDesiredResource } from './desired-resources.ts';
import { getHolds } from './holds.ts';
import type { Services } from './services.ts';
import { createStateWriter } from './versioned-state.ts';

interface ContextSource {
  readonly state: ResourceState | undefined;
  readonly readers: ContextReaders;
}

/**
 * Reads the accounts, the configuration and the grants for which the holder of a lease plans the resource. The registry
 * is read after the lease was taken. The configuration may be older, so `assertStillDesired` compares it with the
 * active one before a write or a result is stored.
 * @returns `undefined` if no grant is for the resource, and it has no managed content
 */
export async function loadContext({ store }: Services, resource: string, { state, readers }: ContextSource) {
  const { revision, accounts } = await readers.readRegistry();
  const active = await readers.readActive();
  const desired = findDesiredResource(active, accounts, resource);
  if (desired === undefined && (state?.managed.sids.length ?? 0) === 0) return undefined;
  if (desired === undefined)
    throw new ConfigurationMismatchError(
      `${resource} is not in the active configuration any more. Nothing was written. Start the run again`,
      { resource },
    );
  return { revision, accounts, active, desired, state, ...createStateWriter(store, resource, state) };
}

export type ReconcileContext = NonNullable<Awaited<ReturnType<typeof loadContext>>>;

/** Converts the stored state of a resource to fields of a `PlanRequest`. */
export const toRememberedState = (state: ResourceState | undefined, activationId: string) => ({
  remembered: state?.managed.sids ?? [],
  holds: getHolds(state),
  activationId,
});

/** The accounts that the policies of the resource name at present, in statements of its grants. */
export function listNamedAccounts(
  { desired, state }: ReconcileContext,
  actual: unknown,
  context: GrantContext,
) {
  const { kind, ref, shares } = desired;
  const remembered = state?.managed.sids ?? [];
  return new Set(
    shares.flatMap(({ entry }) => [
      ...kind.listGrantedAccounts(entry, ref, actual, context, remembered).named,
    ]),
  );
}

/** Orders accounts by the revision of their last change, the newest first. */
export const compareNewestFirst = (accounts: ReconcileContext['accounts']) => {
  const revisions = new Map(accounts.map(({ id, revision }) => [id, revision]));
  return (a: string, b: string): number => (revisions.get(b) ?? 0) - (revisions.get(a) ?? 0);
};

export const createMemberTest = (accounts: ReconcileContext['accounts']) => {
  const members = new Set(accounts.filter(isMember).map(({ id }) => id));
  return (id: string): boolean => members.has(id);
};
