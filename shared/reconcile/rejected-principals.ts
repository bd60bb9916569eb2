import { InvalidPrincipalError } from '../platform/aws/errors.ts';
import { listKeptAccounts } from './holds.ts';
import type { ResourcePlan } from './plan-types.ts';
import { attempt, bisect, includeAccounts, type PrincipalSearch, refusedAlone } from './principal-search.ts';
import type { WriteRequest } from './write-request.ts';

export interface Written {
  readonly written: ResourcePlan;
  readonly excluded: readonly string[];
  /** Those of them that AWS rejected now, whatever other accounts were in the document. The rest was not tried alone. */
  readonly rejected: readonly string[];
  /** What AWS said when it refused them; absent where it refused nobody. */
  readonly reason?: string;
  /** Only with `reason`: AWS named no cause. */
  readonly ambiguous?: true;
}

/**
 * Writes, once where AWS accepts it. When it refuses a principal, the registry is asked first: accounts that the write
 * only keeps, and that are members no more, such as a closed one in its grace. Then the accounts that the write would
 * add are suspects, first those that the resource does not name yet, then all of them; then all that it only keeps. The
 * culprits are found by halving, the newest first, with a bounded number of attempts. The write excludes them, so that the
 * other accounts get their access. An account that another run found rejected a moment ago is not tried. If AWS accepts an
 * account that it rejected before, such accounts are tried as well.
 * @throws InvalidPrincipalError when AWS refuses what the resource names already
 */
export async function writeAccepted(request: WriteRequest): Promise<Written> {
  const { recentlyRejected = new Set<string>() } = request;
  const first = request.plan(recentlyRejected);
  const refused = await attempt(request, request.actual, first);
  if (refused === undefined) return accepted(request, { outside: new Set(recentlyRejected), written: first });
  const alone = refusedAlone(refused);
  if (alone !== undefined) return othersIn(request, alone, refused);
  const added = triedWith(request, first).sort(request.newestFirst);
  const unnamed = added.filter((id) => !request.named.has(id));
  const unresolved = first.unresolved?.kept ?? [];
  const kept = [...new Set([...listKeptAccounts(first.holds), ...unresolved])].sort(request.newestFirst);
  const gone = kept.filter((id) => !request.isMember(id));
  const again = added.filter((id) => request.refusedBefore?.has(id));
  const replaceable = [...gone, ...unnamed];
  // One write without every removable account shows whether the certain cause is the real one.
  const circles =
    request.doubt === 'certain'
      ? [replaceable]
      : [gone, again, unnamed, added, kept, replaceable, [...added, ...kept]];
  for (const [index, suspects] of circles.filter(differsFromThoseBefore).entries()) {
    const search = await withoutAny(request, suspects, index + 2);
    if (search === undefined) continue;
    await bisect(search, suspects);
    return ended(search, refused);
  }
  throw new InvalidPrincipalError(
    `${refused.message}. The accounts to add, and accounts with blocked removals or in a grace period, are not the cause. An account that the policy ` +
      'already names was probably closed. Run `onboarding import`, which finds it, then start the run again',
    refused.fields,
    refused,
  );
}

/** The accounts that the plan adds. The plan has excluded accounts among them; the request that is sent has not. */
const triedWith = ({ recentlyRejected }: WriteRequest, { added }: ResourcePlan): string[] =>
  added.filter((id) => recentlyRejected?.has(id) !== true);

/** A circle that was searched already is not searched again. */
const differsFromThoseBefore = (
  circle: readonly string[],
  index: number,
  circles: readonly (readonly string[])[],
): boolean => circle.length > 0 && !circles.slice(0, index).some((other) => other.join() === circle.join());

const ended = (
  { outside, refused, written, sent }: PrincipalSearch,
  reason: InvalidPrincipalError | undefined,
): Written => ({
  written: sent ? { ...written, changed: true } : written,
  excluded: [...outside].sort(),
  rejected: [...refused].sort(),
  ...(reason === undefined ? {} : { reason: reason.message }),
  ...(reason?.fields.ambiguous === true && { ambiguous: true }),
});

/** If AWS accepts an account that it rejected before, it may accept the excluded accounts as well: they are tried. */
async function accepted(
  request: WriteRequest,
  begun: Pick<PrincipalSearch, 'outside' | 'written'>,
): Promise<Written> {
  const search = { ...begun, request, refused: new Set<string>(), sent: true, attempts: 1 };
  const others = [...search.outside].sort(request.newestFirst);
  const again = triedWith(request, begun.written).some((id) => request.refusedBefore?.has(id));
  const refused = again && others.length > 0 ? await includeAccounts(search, others) : undefined;
  if (refused instanceof InvalidPrincipalError) await bisect(search, others);
  return ended(search, refused instanceof InvalidPrincipalError ? refused : undefined);
}

function othersIn(request: WriteRequest, alone: readonly string[], reason: InvalidPrincipalError): Written {
  const outside = new Set([...(request.recentlyRejected ?? []), ...alone]);
  const search = { request, outside, refused: new Set(alone), sent: true, attempts: 1 };
  return ended({ ...search, written: request.plan(outside) }, reason);
}

/**
 * The write without all suspects, sent even where it changes nothing, since it shows whether AWS accepts what is there.
 * That is known where they are the same that were refused before: what is there was accepted then.
 * @returns `undefined` where there are no suspects, or AWS refuses that one too
 */
async function withoutAny(
  request: WriteRequest,
  suspects: readonly string[],
  attempts: number,
): Promise<PrincipalSearch | undefined> {
  if (suspects.length === 0) return undefined;
  const outside = new Set([...(request.recentlyRejected ?? []), ...suspects]);
  const written = request.plan(outside);
  const asBefore = suspects.every((id) => request.refusedBefore?.has(id));
  const { doubt = 'none' } = request;
  const isKnown = asBefore && doubt !== 'certain';
  const sent = written.changed || (!isKnown && (request.named.size > 0 || doubt !== 'none'));
  const refused = sent ? await attempt(request, request.actual, written) : undefined;
  return refused === undefined
    ? { request, outside, refused: new Set(), written, sent, attempts }
    : undefined;
}
