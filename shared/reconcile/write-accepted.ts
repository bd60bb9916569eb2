import { InvalidPrincipalError, ThrottledError } from '../platform/aws/errors.ts';
import { listKeptAccounts } from './holds.ts';
import type { ResourcePlan } from './plan-types.ts';

export interface WriteRequest {
  readonly actual: unknown;
  /** The content to write if these accounts are excluded. */
  plan(excluded: ReadonlySet<string>): ResourcePlan;
  /**
   * @throws InvalidPrincipalError if AWS rejects a principal. Nothing was written then, except when the error has
   * `othersWritten: true`: then all accounts but its `accountIds` were written.
   */
  write(from: unknown, to: unknown): Promise<void>;
  compareNewestFirst(a: string, b: string): number;
  /** Accounts that the last write excluded: suspected before other new accounts. Default: none. */
  readonly rejectedBefore?: ReadonlySet<string>;
  /** Excluded from the beginning, and tried once AWS accepts an account that it rejected before. Default: none. */
  readonly recentlyRejected?: ReadonlySet<string>;
  /** Whether the registry has the account as a member. */
  isMember(id: string): boolean;
  /** The accounts that the resource names now: an account that is excluded may lose access. */
  readonly named: ReadonlySet<string>;
  /**
   * How far unmanaged statements explain a refusal: `certain` ends the search if AWS also refuses the existing policy.
   * Default: `none`.
   */
  readonly doubt?: 'none' | 'possible' | 'certain';
}

export interface Written {
  readonly written: ResourcePlan;
  readonly excluded: readonly string[];
  /** The excluded accounts that AWS rejected now, each by itself. The other excluded accounts were not tried alone. */
  readonly rejected: readonly string[];
  /** AWS's message. Absent if it rejected no account now. */
  readonly reason?: string;
  /** Only with `reason`: AWS named no cause. */
  readonly ambiguous?: true;
}

/** Each rejected attempt costs a write, and services such as KMS allow only a few a second. */
const maxAttempts = 16;

/**
 * Writes once if AWS accepts the plan. If AWS rejects a principal, the write is planned again without suspects, until
 * AWS accepts it:
 * 1. accounts that the write only keeps, and that are no members any more, such as a closed account in its grace period
 * 2. accounts that the write adds: first accounts that AWS rejected before, then accounts that the resource does not
 * name yet, then all
 * 3. accounts that the write only keeps
 *
 * Bisection finds the rejected accounts among the suspects, the newest first, with at most `maxAttempts` writes. They
 * are excluded, so that the other accounts get their access. If AWS accepts an account that it rejected before,
 * accounts that were excluded from the beginning are tried as well.
 * @throws InvalidPrincipalError if AWS rejects what the resource names already
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

/** The groups of accounts that may be the cause, the likeliest first. No group appears twice. */
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
  // One write without every removable account shows whether the certain cause is the real one.
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

/** The accounts that the plan adds. The plan's list contains excluded accounts as well, but the request does not. */
const listTried = ({ recentlyRejected }: WriteRequest, { added }: ResourcePlan): string[] =>
  added.filter((id) => recentlyRejected?.has(id) !== true);

/** Searches the accounts that a write excludes for those that AWS accepts. */
interface PrincipalSearch {
  readonly request: WriteRequest;
  readonly excluded: Set<string>;
  /** The excluded accounts that AWS rejected, each by itself. */
  readonly rejected: Set<string>;
  written: ResourcePlan;
  /** Whether AWS has accepted a write. */
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

/** If AWS accepts an account that it rejected before, it may accept the excluded accounts as well: they are tried. */
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

/** Each account was a request of its own, so all other accounts are written. */
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
 * The write without all suspects. It is sent even if it changes nothing, since it shows whether AWS accepts the
 * existing policy. If AWS rejected these suspects before, the answer is known: it accepted the existing policy.
 * @returns `undefined` if AWS rejects that write too
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
 * Adds the accepted accounts of the suspects, which are ordered and excluded. Each group on the list has at least one
 * rejected account: it is halved until one account is left.
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
    // If AWS accepts the older half, the newer half has a rejected account: no need to try.
    const newerResult = olderResult === 'included' ? undefined : await includeAccounts(search, newer);
    if (olderResult === 'included' || newerResult instanceof InvalidPrincipalError) groups.push(newer);
    if (olderResult instanceof InvalidPrincipalError) groups.push(older);
  }
}

/**
 * Writes with these accounts. A search that AWS throttles ends, and keeps what AWS has accepted.
 * @throws ThrottledError if AWS has accepted nothing
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

/** If each account is one request, the error names the rejected accounts, and all other accounts are written. */
function getRejectedAlone({ fields }: InvalidPrincipalError): readonly string[] | undefined {
  const { othersWritten, accountIds } = fields;
  return othersWritten === true && Array.isArray(accountIds) ? accountIds.map(String).sort() : undefined;
}
