import { InvalidPrincipalError } from '../errors.ts';
import type { ResourcePlan } from '../plan/plan.ts';

/** Each refused attempt costs a write, and services such as KMS allow few a second. */
const mostAttempts = 16;

export interface WriteRequest {
  readonly actual: unknown;
  /** What to write when these accounts are left out. */
  plan(setAside: ReadonlySet<string>): ResourcePlan;
  /**
   * @throws InvalidPrincipalError when AWS refuses a principal; then nothing was written, unless its fields say
   * `othersWritten`, as in `GrantKind.write`
   */
  write(from: unknown, to: unknown): Promise<void>;
  newestFirst(a: string, b: string): number;
  /** Whom the last write was without: suspected before the other newcomers. Default: nobody. */
  readonly refusedBefore?: ReadonlySet<string>;
  /** Whether the registry has the account as a member. */
  isMember(id: string): boolean;
  /** The accounts that the resource names now: leaving one of them out would take something from it. */
  readonly named: ReadonlySet<string>;
  /** Whether what is there may be refused as it is, whoever is added. Default: false. */
  readonly doubtful?: boolean;
}

export interface Written {
  readonly written: ResourcePlan;
  readonly setAside: readonly string[];
  /** What AWS said when it refused them; absent where it refused nobody. */
  readonly reason?: string;
}

/**
 * Writes, once where AWS accepts it. When it refuses a principal, the registry is asked first: accounts that the write
 * only keeps, and that are members no more, such as a closed one in its grace. Then the accounts that the write would
 * add are suspects, first those that the resource does not name yet, then all of them; then all that it only keeps. The
 * culprits are found by halving, the newest first, with a bounded number of attempts, and left out, so that the others
 * get their access.
 * @throws InvalidPrincipalError when AWS refuses what the resource names already
 */
export async function writeAccepted(request: WriteRequest): Promise<Written> {
  const first = request.plan(new Set());
  const refused = await attempt(request, request.actual, first);
  if (refused === undefined) return { written: first, setAside: [] };
  const alone = refusedAlone(refused);
  if (alone !== undefined)
    return {
      written: { ...request.plan(new Set(alone)), changed: true },
      setAside: alone,
      reason: refused.message,
    };
  const added = first.added.toSorted(request.newestFirst);
  const unnamed = added.filter((id) => !request.named.has(id));
  const kept = [...first.withheld, ...Object.keys(first.leaving)].sort(request.newestFirst);
  const gone = kept.filter((id) => !request.isMember(id));
  const again = added.filter((id) => request.refusedBefore?.has(id));
  const circles = [gone, again, unnamed, added, kept, [...gone, ...unnamed], [...added, ...kept]];
  for (const [index, suspects] of circles.filter(differsFromThoseBefore).entries()) {
    const search = await withoutAny(request, suspects, index + 2);
    if (search === undefined) continue;
    await letOthersIn(search, suspects);
    return {
      written: { ...search.written, changed: true },
      setAside: [...search.outside].sort(),
      reason: refused.message,
    };
  }
  throw new InvalidPrincipalError(
    `${refused.message}. It is none of the accounts to add or to keep for now: one that the policy names already was probably closed ` +
      'unnoticed. Run `onboarding import`, which finds it, and start the run again',
    refused.fields,
    refused,
  );
}

/** A circle that was searched already is not searched again. */
const differsFromThoseBefore = (
  circle: readonly string[],
  index: number,
  circles: readonly (readonly string[])[],
): boolean => circle.length > 0 && !circles.slice(0, index).some((other) => other.join() === circle.join());

/** Where each account is a request of its own, the refusal says whom it is about, and the others are in. */
function refusedAlone({ fields }: InvalidPrincipalError): readonly string[] | undefined {
  const { othersWritten, accountIds } = fields;
  return othersWritten === true && Array.isArray(accountIds) ? accountIds.map(String).sort() : undefined;
}

interface Search {
  readonly request: WriteRequest;
  readonly outside: Set<string>;
  written: ResourcePlan;
  attempts: number;
}

/**
 * The write without all suspects, sent even where it changes nothing, since it shows whether AWS accepts what is there.
 * @returns `undefined` where there are no suspects, or AWS refuses that one too
 */
async function withoutAny(
  request: WriteRequest,
  suspects: readonly string[],
  attempts: number,
): Promise<Search | undefined> {
  if (suspects.length === 0) return undefined;
  const outside = new Set(suspects);
  const written = request.plan(outside);
  const tells = written.changed || request.named.size > 0 || request.doubtful === true;
  const refused = tells ? await attempt(request, request.actual, written) : undefined;
  return refused === undefined ? { request, outside, written, attempts } : undefined;
}

/** Of the suspects, newest first, one at least is refused: lets in those who are not. */
async function letOthersIn(search: Search, suspects: readonly string[]): Promise<void> {
  if (suspects.length < 2) return;
  const middle = Math.ceil(suspects.length / 2);
  const newer = suspects.slice(0, middle);
  const older = suspects.slice(middle);
  const olderIn = await letIn(search, older);
  // With the older ones accepted, the refused one is among the newer: no need to try.
  const newerIn = !olderIn && (await letIn(search, newer));
  if (!olderIn) await letOthersIn(search, older);
  if (!newerIn) await letOthersIn(search, newer);
}

/** @returns whether AWS accepts them */
async function letIn(search: Search, ids: readonly string[]): Promise<boolean> {
  if (search.attempts === mostAttempts) return false;
  search.attempts += 1;
  const { request, outside, written } = search;
  const next = request.plan(new Set([...outside].filter((id) => !ids.includes(id))));
  if ((await attempt(request, written.next, next)) !== undefined) return false;
  for (const id of ids) outside.delete(id);
  search.written = next;
  return true;
}

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
