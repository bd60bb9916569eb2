import { InvalidPrincipalError, ThrottledError } from '../platform/aws/errors.ts';
import { listKeptAccounts } from './holds.ts';
import type { ResourcePlan } from './plan-types.ts';

export interface WriteRequest {
  readonly actual: unknown;
  /** Plans the write without the given accounts. */
  plan(excluded: ReadonlySet<string>): ResourcePlan;
  /**
   * @throws InvalidPrincipalError if AWS rejects a principal. Usually nothing was written then. If the error has
   * `othersWritten: true`, all accounts except its `accountIds` were written.
   */
  write(from: unknown, to: unknown): Promise<void>;
  compareNewestFirst(a: string, b: string): number;
  /** Accounts that the last write excluded because AWS rejected them. They are the first suspects. Default: none. */
  readonly rejectedBefore?: ReadonlySet<string>;
  /**
   * Rejected accounts that the first write excludes without trying them. If AWS then accepts an account that it had
   * rejected before, they are tried as well. Default: none.
   */
  readonly recentlyRejected?: ReadonlySet<string>;
  /** Whether the registry has the account as a member of the organization. */
  isMember(id: string): boolean;
  /**
   * The accounts that the resource's policies name at present. A write without one of them may take away its access.
   */
  readonly named: ReadonlySet<string>;
  /**
   * If AWS rejects a write: how surely an unmanaged statement is the cause. With `certain`, the search ends as soon as
   * AWS rejects the existing policy as well. Default: `none`.
   */
  readonly doubt?: 'none' | 'possible' | 'certain';
}

export interface Written {
  readonly written: ResourcePlan;
  readonly excluded: readonly string[];
  /**
   * The accounts that AWS rejected in this search, each alone in a write. Other excluded accounts were not tried alone.
   */
  readonly rejected: readonly string[];
  /** AWS's message about the rejection. Absent if AWS rejected no account this time. */
  readonly reason?: string;
  /** Set if AWS rejected the document without saying why. Then the account may not be the cause. Only with `reason`. */
  readonly ambiguous?: true;
}

/** How many writes one search may send. Services limit writes: KMS, for example, allows only a few a second. */
const maxAttempts = 16;

/**
 * Writes the plan. If AWS accepts it, that is the only write. If AWS rejects a principal, the run writes again without
 * suspects, until AWS accepts the policy. The suspects, in this order:
 * 1. kept accounts that are no members any more, such as a closed account in its grace period
 * 2. accounts to add: first accounts that AWS rejected before, then accounts that the policy does not name yet, then
 *    all
 * 3. all kept accounts
 * Then bisection finds the rejected accounts among the suspects, the newest first, with at most `maxAttempts` writes.
 * Only the rejected accounts stay excluded, and all others get their access. If AWS accepts an account that it had
 * rejected before, the accounts of `recentlyRejected` are tried as well.
 * @throws InvalidPrincipalError if AWS rejects the policy even without any suspect
 */
export async function writeAccepted(request: WriteRequest): Promise<Written> {
  const { recentlyRejected = new Set<string>() } = request;
  const first = request.plan(recentlyRejected);
  const error = await attempt(request, request.actual, first);
  if (error === undefined)
    return retryExcluded(request, { excluded: new Set(recentlyRejected), written: first });
  const alone = getRejectedAlone(error);
  if (alone !== undefined) return excludeAlone(request, alone, error);
  for (const [index, suspects] of listSuspects(request, first).entries()) {
    const search = await writeWithoutSuspects(request, suspects, index + 2);
    if (search === undefined) continue;
    await findRejected(search, suspects);
    return toWritten(search, error);
  }
  throw new InvalidPrincipalError(
    `${error.message}. The accounts to add, and accounts with blocked removals or in a grace period, are not the cause. An account that the policy ` +
      'already names was probably closed. Run `onboarding import`, which finds it, then start the run again',
    error.fields,
    error,
  );
}

/** Groups of accounts that may be the cause of a rejection, the most likely group first. Each group appears once. */
function listSuspects(request: WriteRequest, first: ResourcePlan): readonly (readonly string[])[] {
  const added = listTried(request, first).sort(request.compareNewestFirst);
  const unnamed = added.filter((id) => !request.named.has(id));
  const unresolved = first.unresolved?.kept ?? [];
  const kept = [...new Set([...listKeptAccounts(first.holds), ...unresolved])].sort(
    request.compareNewestFirst,
  );
  const gone = kept.filter((id) => !request.isMember(id));
  const again = added.filter((id) => request.rejectedBefore?.has(id));
  const replaceable = [...gone, ...unnamed];
  // If an unmanaged statement is certainly the cause, one write without all suspects is enough to confirm it.
  const groups =
    request.doubt === 'certain'
      ? [replaceable]
      : [gone, again, unnamed, added, kept, replaceable, [...added, ...kept]];
  return groups.filter(differsFromEarlier);
}

const differsFromEarlier = (
  group: readonly string[],
  index: number,
  groups: readonly (readonly string[])[],
): boolean => group.length > 0 && !groups.slice(0, index).some((other) => other.join() === group.join());

/** The accounts that the first write adds. `added` also has accounts that the first write excludes. */
const listTried = ({ recentlyRejected }: WriteRequest, { added }: ResourcePlan): string[] =>
  added.filter((id) => recentlyRejected?.has(id) !== true);

/** The search for the accounts that AWS accepts, among those that a write has excluded. */
interface PrincipalSearch {
  readonly request: WriteRequest;
  readonly excluded: Set<string>;
  /** The accounts that AWS rejected, each alone in a write. */
  readonly rejected: Set<string>;
  written: ResourcePlan;
  /** Whether AWS has accepted a write of this search. */
  sent: boolean;
  attempts: number;
}

const toWritten = (
  { excluded, rejected, written, sent }: PrincipalSearch,
  error: InvalidPrincipalError | undefined,
): Written => ({
  written: sent ? { ...written, changed: true } : written,
  excluded: [...excluded].sort(),
  rejected: [...rejected].sort(),
  ...(error === undefined ? {} : { reason: error.message }),
  ...(error?.fields.ambiguous === true && { ambiguous: true }),
});

/**
 * AWS has accepted an account that it had rejected before, so it may accept other rejected accounts now. Tries those
 * that the first write excluded.
 */
async function retryExcluded(
  request: WriteRequest,
  begun: Pick<PrincipalSearch, 'excluded' | 'written'>,
): Promise<Written> {
  const search = { ...begun, request, rejected: new Set<string>(), sent: true, attempts: 1 };
  const others = [...search.excluded].sort(request.compareNewestFirst);
  const isAccepted = listTried(request, begun.written).some((id) => request.rejectedBefore?.has(id));
  const error = isAccepted && others.length > 0 ? await includeAccounts(search, others) : undefined;
  if (!(error instanceof InvalidPrincipalError)) return toWritten(search, undefined);
  await findRejected(search, others);
  return toWritten(search, error);
}

/**
 * For grant kinds that send one request for each account: AWS has accepted all requests except those of the rejected
 * accounts.
 */
function excludeAlone(
  request: WriteRequest,
  alone: readonly string[],
  error: InvalidPrincipalError,
): Written {
  const excluded = new Set([...(request.recentlyRejected ?? []), ...alone]);
  const search = { request, excluded, rejected: new Set(alone), sent: true, attempts: 1 };
  return toWritten({ ...search, written: request.plan(excluded) }, error);
}

/**
 * Writes without all suspects. This write is sent even if it changes nothing, because it shows whether AWS accepts the
 * existing policy. It is skipped if an earlier run has already found that AWS rejects all these suspects and accepts
 * the rest.
 * @returns `undefined` if AWS rejects this write, too
 */
async function writeWithoutSuspects(
  request: WriteRequest,
  suspects: readonly string[],
  attempts: number,
): Promise<PrincipalSearch | undefined> {
  const excluded = new Set([...(request.recentlyRejected ?? []), ...suspects]);
  const written = request.plan(excluded);
  const { doubt = 'none' } = request;
  const isKnown = doubt !== 'certain' && suspects.every((id) => request.rejectedBefore?.has(id));
  const sent = written.changed || (!isKnown && (request.named.size > 0 || doubt !== 'none'));
  const error = sent ? await attempt(request, request.actual, written) : undefined;
  return error === undefined
    ? { request, excluded, rejected: new Set(), written, sent, attempts }
    : undefined;
}

/**
 * Bisection: adds the suspects that AWS accepts. The last write excluded all suspects, which are ordered. Each group in
 * the list contains at least one rejected account. A group is halved until only one account is left.
 */
async function findRejected(search: PrincipalSearch, suspects: readonly string[]): Promise<void> {
  const groups = [suspects];
  for (let group = groups.pop(); group !== undefined; group = groups.pop()) {
    const [first, ...rest] = group;
    if (first !== undefined && rest.length === 0) search.rejected.add(first);
    if (rest.length === 0) continue;
    const middle = Math.ceil(group.length / 2);
    const newer = group.slice(0, middle);
    const older = group.slice(middle);
    const olderResult = await includeAccounts(search, older);
    // AWS accepts the older half, so the rejected account must be in the newer half. A write would not tell more.
    const newerResult = olderResult === 'included' ? undefined : await includeAccounts(search, newer);
    if (olderResult === 'included' || newerResult instanceof InvalidPrincipalError) groups.push(newer);
    if (olderResult instanceof InvalidPrincipalError) groups.push(older);
  }
}

/**
 * Writes with these accounts added. If AWS throttles, the search ends, and the accounts that AWS has accepted so far
 * stay.
 * @throws ThrottledError if AWS has accepted none
 */
async function includeAccounts(
  search: PrincipalSearch,
  ids: readonly string[],
): Promise<'included' | 'untried' | InvalidPrincipalError> {
  if (search.attempts >= maxAttempts) return 'untried';
  search.attempts += 1;
  const { request, excluded, written } = search;
  const next = request.plan(new Set([...excluded].filter((id) => !ids.includes(id))));
  const error = await attempt(request, written.next, next).catch((thrown: unknown) => {
    if (!search.sent || !(thrown instanceof ThrottledError)) throw thrown;
    search.attempts = maxAttempts;
    return 'untried' as const;
  });
  if (error === 'untried') return error;
  const alone = error === undefined ? [] : getRejectedAlone(error);
  if (error !== undefined && alone === undefined) return error;
  for (const id of ids.filter((id) => alone?.includes(id))) search.rejected.add(id);
  for (const id of ids.filter((id) => !alone?.includes(id))) excluded.delete(id);
  search.written = request.plan(excluded);
  search.sent = true;
  return 'included';
}

/** Sends one write. @returns the error if AWS rejects a principal */
async function attempt(
  { write }: WriteRequest,
  from: unknown,
  { next }: ResourcePlan,
): Promise<InvalidPrincipalError | undefined> {
  try {
    await write(from, next);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidPrincipalError) return error;
    throw error;
  }
}

/**
 * For grant kinds that send one request for each account: the accounts whose requests AWS rejected. All others were
 * written.
 */
function getRejectedAlone({ fields }: InvalidPrincipalError): readonly string[] | undefined {
  const { othersWritten, accountIds } = fields;
  return othersWritten === true && Array.isArray(accountIds) ? accountIds.map(String).sort() : undefined;
}
