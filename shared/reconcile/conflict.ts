import type { Conflict, ResourceState } from '../store/ports.ts';
import type { ReconcileContext } from './context.ts';
import { digestManagedStatements, listChangedSids } from './digest.ts';
import { ConflictError } from './errors.ts';

/**
 * For this long after a reconciliation, a read may still return the state before its write. IAM and S3 are eventually
 * consistent, and AWS gives no figure. For a grant of a key it is usually less than five minutes (CreateGrant, KMS API
 * reference).
 */
const readsMayBeStaleFor = 5 * 60_000;

interface ObservedChange {
  readonly actual: unknown;
  /** Whether the state that was read differs from the desired state. */
  readonly changed: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Whether an operator has seen the plan and started the write. */
  readonly decided: boolean;
}

/** Whether the conflict is open: nothing is written to the resource until an operator decides. */
export const isOpenConflict = (conflict: Conflict | undefined): conflict is Conflict & { strikes: 2 } =>
  conflict?.strikes === 2;

/** The open conflict of a resource, if there is one. */
export const getOpenConflict = (state: Pick<ResourceState, 'conflict'> | undefined): Conflict | undefined =>
  isOpenConflict(state?.conflict) ? state.conflict : undefined;

/**
 * A run restores the first external change of managed statements, and remembers it. A second external change opens a
 * conflict. The conflict ends when an operator decides, or when the resource has its desired state again.
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
 * The external changes that the table must remember, or `undefined`. A resource that was deleted and created again has
 * no conflict, because nobody changed its statements. So the identity of the resource is read if a change would be
 * reported.
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
 * Sids of managed statements that differ from the last reconciliation. `undefined` if none differs.
 * Also `undefined` if a difference proves no external change: the table has no digests, a write of this installation
 * has an unknown end, the read may be stale, or a resource that a pattern matched has no policy.
 */
function findExternalChanges(
  { desired, active, state }: ReconcileContext,
  { actual, at }: ObservedChange,
): readonly string[] | undefined {
  const { managed, lastReconciliation, writeInProgress } = state ?? {};
  if (managed?.digests === undefined || writeInProgress !== undefined) return undefined;
  if (at - Date.parse(lastReconciliation?.at ?? '') < readsMayBeStaleFor) return undefined;
  const documents = desired.kind.toDocuments(actual, managed.sids);
  // A resource that a pattern matched may have been deleted and created again under the same name. It then has no
  // policy.
  if (!desired.named && Object.values(documents).every((document) => document === undefined))
    return undefined;
  const now = digestManagedStatements(documents, active.configuration.installation);
  const sids = listChangedSids(managed.digests, now);
  return sids.length === 0 ? undefined : sids;
}

/** Stores an open conflict. @returns the error that reports it */
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
