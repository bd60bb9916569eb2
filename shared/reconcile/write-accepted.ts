import { InvalidPrincipalError, ThrottledError } from '../platform/aws/errors.ts';
import { listKeptAccounts } from './holds.ts';
import type { ResourcePlan } from './plan-types.ts';

export interface WriteRequest {
  readonly actual: unknown;
  /** Plans the content to write without the given accounts. */
  plan(excluded: ReadonlySet<string>): ResourcePlan;
  /**
   * @throws InvalidPrincipalError if AWS rejects a principal. Usually nothing was written. With `othersWritten: true`,
   * all accounts except its `accountIds` were written.
   */
  write(from: unknown, to: unknown): Promise<void>;
  compareNewestFirst(a: string, b: string): number;
  /** Accounts that the last write excluded. They are suspected first. Default: none. */
  readonly rejectedBefore?: ReadonlySet<string>;
  /**
   * Accounts that the first write excludes. They are tried if AWS accepts an account that it rejected before.
   * Default: none.
   */
  readonly recentlyRejected?: ReadonlySet<string>;
  /** Whether the account is a member of the organization by the registry. */
  isMember(id: string): boolean;
  /** The accounts that the resource's policies name now. Excluding one of them may take its access. */
  readonly named: ReadonlySet<string>;
  /**
   * How surely unmanaged statements are the cause if AWS rejects a write. `certain` ends the search if AWS also rejects
   * the existing policy. Default: `none`.
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
  /** The message of AWS. Absent if AWS rejected no account now. */
  readonly reason?: string;
  /** Present if AWS rejected the document without naming a cause. Only with `reason`. */
  readonly ambiguous?: true;
}

/** How many writes a search may send. KMS, for example, allows only a few writes a second. */
const maxAttempts = 16;

/**
 * Sends one write if AWS accepts the plan. If AWS rejects a principal, the write is planned again without suspects,
 * until AWS accepts it. The suspects, in this order:
 * 1. kept accounts that are no members any more, such as a closed account in its grace period
 * 2. added accounts: first accounts that AWS rejected before, then accounts that the resource does not name yet, then
 * all
 * 3. all kept accounts
 * Bisection then finds the rejected accounts among the suspects, the newest first, with at most `maxAttempts` writes.
 * Only the rejected accounts are excluded, so that all others get their access. If AWS accepts an account that it
 * rejected before, the accounts of `recentlyRejected` are tried as well.
 * @throws InvalidPrincipalError if AWS rejects the existing policy itself
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

/** Groups of accounts that may be the cause, the likeliest group first. Each group appears once. */
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
  // If the cause is certain, one write without every removable account is enough to confirm it.
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

/** The accounts that the write adds. `added` of the plan includes accounts that the first write excludes. */
const listTried = ({ recentlyRejected }: WriteRequest, { added }: ResourcePlan): string[] =>
  added.filter((id) => recentlyRejected?.has(id) !== true);

/** A search among the accounts that a write excludes: AWS may accept some of them. */
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
 * Tries the accounts that the write excluded, if AWS has now accepted an account that it rejected before. AWS may
 * accept the others too.
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

/** For kinds with one request for each account: AWS has written all accounts except the rejected ones. */
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
 * Writes without all suspects. The write is sent even if it changes nothing, because it shows whether AWS accepts the
 * existing policy. Such a write is skipped if an earlier run has found that AWS rejects all these suspects: that run
 * showed that AWS accepts the existing policy.
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
 * Adds those of the suspects that AWS accepts. The suspects are ordered, and the last write left them out. Each group
 * on the list contains at least one rejected account, and is halved until one account is left.
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
    // If AWS accepts the older half, the rejected account is in the newer half. No write is needed to know that.
    const newerResult = olderResult === 'included' ? undefined : await includeAccounts(search, newer);
    if (olderResult === 'included' || newerResult instanceof InvalidPrincipalError) groups.push(newer);
    if (olderResult instanceof InvalidPrincipalError) groups.push(older);
  }
}

/**
 * Writes with these accounts added. If AWS throttles, the search ends with the accounts that AWS has accepted.
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

/** For kinds with one request for each account: the accounts that the error names. All other accounts were written. */
function getRejectedAlone({ fields }: InvalidPrincipalError): readonly string[] | undefined {
  const { othersWritten, accountIds } = fields;
  return othersWritten === true && Array.isArray(accountIds) ? accountIds.map(String).sort() : undefined;
}
