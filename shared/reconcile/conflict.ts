import type { Conflict, ResourceState } from '../store/ports.ts';
import type { ReconcileContext } from './context.ts';
import { digestManagedStatements, listChangedSids } from './digest.ts';
import { ConflictError } from './errors.ts';

/**
 * After a write, a read may still return the older state for some time. A change that is seen within this time proves
 * no external change. IAM and S3 are eventually consistent, and AWS gives no figure. For a KMS grant it is usually less
 * than five minutes (CreateGrant, KMS API reference).
 */
const readsMayBeStaleFor = 5 * 60_000;

interface ObservedChange {
  readonly actual: unknown;
  /** Whether the state that was read differs from the desired state. */
  readonly changed: boolean;
  /** The present time, in milliseconds since the epoch. */
  readonly at: number;
  /** Whether an operator has seen the plan and started the write. */
  readonly decided: boolean;
}

/** Whether the conflict is open. Then no run writes the resource until an operator decides. */
export const isOpenConflict = (conflict: Conflict | undefined): conflict is Conflict & { strikes: 2 } =>
  conflict?.strikes === 2;

/** The open conflict of a resource, if there is one. */
export const getOpenConflict = (state: Pick<ResourceState, 'conflict'> | undefined): Conflict | undefined =>
  isOpenConflict(state?.conflict) ? state.conflict : undefined;

/**
 * When managed statements were changed externally for the first time, the run restores them and remembers the change.
 * The second time, a conflict opens. It ends when an operator decides, or when the resource has its desired state
 * again.
 */
function judgeChange(context: ReconcileContext, observed: ObservedChange): Conflict | undefined {
  const conflict = context.state?.conflict;
  const isOpen = isOpenConflict(conflict);
  if (observed.decided || (isOpen && !observed.changed)) return undefined;
  if (isOpen || !observed.changed) return conflict;
  const sids = findExternalChanges(context, observed);
  if (sids === undefined) return conflict;
  const changedAt = new Date(observed.at).toISOString();
  return conflict === undefined
    ? { strikes: 1, restoredAt: changedAt, changedAt, sids }
    : { strikes: 2, restoredAt: conflict.restoredAt, changedAt, sids };
}

/**
 * The conflict to store in the table, or `undefined`. If somebody deleted the resource and created it again, nobody
 * changed its statements, so there is no conflict. To know this, the identity of the resource is read before a change
 * is reported.
 */
export async function judgeConflict(
  context: ReconcileContext,
  observed: ObservedChange,
  identify: Identify,
): Promise<Conflict | undefined> {
  const judged = judgeChange(context, observed);
  const { identity: before, conflict } = context.state ?? {};
  const isReported = isOpenConflict(judged) || judged !== conflict;
  if (judged === undefined || !isReported || before === undefined) return judged;
  const now = await identify();
  return now === undefined || now === before ? judged : undefined;
}

/** As `GrantKind.readIdentity`. */
export type Identify = () => Promise<string | undefined>;

/**
 * Sids of managed statements that differ from the last reconciliation. `undefined` if none differs. Also `undefined` if
 * a difference proves no external change. Examples: the table has no digests to compare with, a write of this
 * installation may be incomplete, the read may be older than the last write, or a resource that was found by a pattern
 * has no policy.
 */
function findExternalChanges(
  { desired, active, state }: ReconcileContext,
  { actual, at }: ObservedChange,
): readonly string[] | undefined {
  const { managed, lastReconciliation, writeInProgress } = state ?? {};
  if (managed?.digests === undefined || writeInProgress !== undefined) return undefined;
  if (at - Date.parse(lastReconciliation?.at ?? '') < readsMayBeStaleFor) return undefined;
  const documents = desired.kind.toDocuments(actual, managed.sids);
  // Somebody may have deleted this resource and created it again under the same name. The new resource has no policy
  // yet.
  if (!desired.named && Object.values(documents).every((document) => document === undefined))
    return undefined;
  const now = digestManagedStatements(documents, active.configuration.installation);
  const sids = listChangedSids(managed.digests, now);
  return sids.length === 0 ? undefined : sids;
}

/** Stores an open conflict in the state of the resource. @returns the error that reports it */
export async function recordConflict(
  { desired, state, remember }: ReconcileContext,
  conflict: Conflict,
): Promise<ConflictError> {
  if (state !== undefined && !isOpenConflict(state.conflict)) await remember({ ...state, conflict });
  return createConflictError(desired.key, conflict);
}

const createConflictError = (resource: string, { restoredAt, changedAt, sids }: Conflict): ConflictError =>
  new ConflictError(
    `${resource}: conflict with another tool or person. Managed statements (${sids.length === 0 ? 'unknown Sids' : sids.join(', ')}) ` +
      `were changed externally, restored at ${restoredAt}, and found changed again at ${changedAt}. ` +
      'Nothing is written to this resource, for any account, until an operator decides. Stop the other tool from changing ' +
      'these statements, then run `onboarding apply`, which restores them',
    { resource, restoredAt, changedAt, sids },
  );
