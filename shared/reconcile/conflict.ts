import { getTimestamp } from '../platform/clock.ts';
import type { Dispute, ResourceState } from '../store/ports.ts';
import type { ReconcileContext } from './context.ts';
import { digestLeftState } from './digest.ts';
import { ContestedError } from './errors.ts';
import type { Services } from './services.ts';

/**
 * For so long after a reconciliation a read may be older than what it wrote: IAM and S3 are eventually consistent, and
 * AWS gives no figure; for a grant of a key it is usually less than five minutes (CreateGrant, KMS API reference).
 */
const readsMayBeStaleFor = 5 * 60_000;

/** What the table is to remember of outsiders' changes to what is ours. */
export type ConflictState = Pick<ResourceState, 'disputed' | 'contested'>;

interface ObservedChange {
  readonly actual: unknown;
  /** Whether what is there is not what should be. */
  readonly changed: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** An operator has seen the plan. */
  readonly decided: boolean;
}

/**
 * The first time that outsiders have changed what is ours, it is disputed, and restored; the second time it is contested.
 * That ends where an operator decides, or where all is as it should be by itself.
 */
function judgeChange(seen: ReconcileContext, look: ObservedChange): ConflictState {
  const { disputed, contested } = seen.state ?? {};
  if (look.decided || (contested !== undefined && !look.changed)) return {};
  const before = { ...(disputed && { disputed }), ...(contested && { contested }) };
  if (!look.changed || contested !== undefined) return before;
  const sids = disturbedSids(seen, look);
  if (sids === undefined) return before;
  const dispute = { since: new Date(look.at).toISOString(), sids };
  return disputed === undefined ? { disputed: dispute } : { disputed, contested: dispute };
}

/**
 * The same, unless the resource is another one by now: what stood on the one before was not changed, but went with it. Its
 * identity is asked for only if there is something to say against others.
 */
export async function judgeConflict(
  seen: ReconcileContext,
  look: ObservedChange,
  identity: Identify,
): Promise<ConflictState> {
  const verdict = judgeChange(seen, look);
  const { identity: left, disputed } = seen.state ?? {};
  const isAccusing = verdict.contested !== undefined || verdict.disputed !== disputed;
  if (!isAccusing || left === undefined) return verdict;
  const now = await identity();
  return now === undefined || now === left ? verdict : {};
}

/** As `GrantKind.readIdentity`. */
export type Identify = () => Promise<string | undefined>;

/**
 * Sids of what is ours and is not as the last reconciliation left it; `undefined` where it is, or where that proves
 * nothing against others: nobody remembers how it was left, a write of ours was never settled, the read may be stale, or
 * what a pattern has found has nothing on it.
 */
function disturbedSids(
  { desired, active, state }: ReconcileContext,
  { actual, at }: ObservedChange,
): readonly string[] | undefined {
  if (state?.ownDigest === undefined || state.writeInProgress === true) return undefined;
  if (at - Date.parse(state.updatedAt) < readsMayBeStaleFor) return undefined;
  const documents = desired.kind.toDocuments(actual, state.owned);
  // A pattern finds again what was deleted and made anew under its name, which has no policy at all.
  if (!desired.named && Object.values(documents).every((document) => document === undefined))
    return undefined;
  const now = digestLeftState(documents, active.configuration.installation);
  if (now.ownDigest === state.ownDigest) return undefined;
  const left = state.ownSids ?? {};
  const all = new Set([...Object.keys(left), ...Object.keys(now.ownSids)]);
  return [...all].filter((sid) => left[sid] !== now.ownSids[sid]).sort();
}

/** Remembers that a resource is contested, since when. @returns the error that says so */
export async function recordConflict(
  { clock }: Pick<Services, 'clock'>,
  { desired, state, remember }: ReconcileContext,
  { disputed, contested }: ConflictState,
): Promise<ContestedError> {
  if (state !== undefined && state.contested === undefined)
    await remember({
      ...state,
      ...(contested && { contested }),
      updatedAt: getTimestamp(clock),
    });
  return contestedError(desired.key, contested ?? { since: '', sids: [] }, disputed);
}

const contestedError = (resource: string, { since, sids }: Dispute, first: Dispute | undefined) =>
  new ContestedError(
    `${resource}: conflict with another tool or person. Managed statements (${sids.length === 0 ? 'unknown Sids' : sids.join(', ')}) ` +
      `were changed externally, restored${first === undefined ? '' : ` at ${first.since}`}, and found changed again at ${since}. ` +
      'Nothing is written to this resource, for any account, until an operator decides. Stop the other tool from changing ' +
      'these statements, then run `onboarding apply`, which restores them',
    { resource, since, sids },
  );
