import { InvalidPrincipalError, ThrottledError } from '../errors.ts';
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
  /** Left out from the beginning, and tried once AWS accepts somebody whom it refused before. Default: nobody. */
  readonly leftOut?: ReadonlySet<string>;
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
  /** Of these, those whom AWS has refused now, whoever else was in the document; the others were not tried by themselves. */
  readonly refused: readonly string[];
  /** What AWS said when it refused them; absent where it refused nobody. */
  readonly reason?: string;
}

/**
 * Writes, once where AWS accepts it. When it refuses a principal, the registry is asked first: accounts that the write
 * only keeps, and that are members no more, such as a closed one in its grace. Then the accounts that the write would
 * add are suspects, first those that the resource does not name yet, then all of them; then all that it only keeps. The
 * culprits are found by halving, the newest first, with a bounded number of attempts, and left out, so that the others
 * get their access. Whom others have found to be refused a moment ago is not tried, unless AWS accepts one that it has
 * refused before: then the others may be accepted as well.
 * @throws InvalidPrincipalError when AWS refuses what the resource names already
 */
export async function writeAccepted(request: WriteRequest): Promise<Written> {
  const { leftOut = new Set<string>() } = request;
  const first = request.plan(leftOut);
  const refused = await attempt(request, request.actual, first);
  if (refused === undefined) return accepted(request, { outside: new Set(leftOut), written: first });
  const alone = refusedAlone(refused);
  if (alone !== undefined) return othersIn(request, alone, refused);
  const added = triedWith(request, first).sort(request.newestFirst);
  const unnamed = added.filter((id) => !request.named.has(id));
  const kept = [...first.withheld, ...Object.keys(first.leaving)].sort(request.newestFirst);
  const gone = kept.filter((id) => !request.isMember(id));
  const again = added.filter((id) => request.refusedBefore?.has(id));
  const circles = [gone, again, unnamed, added, kept, [...gone, ...unnamed], [...added, ...kept]];
  for (const [index, suspects] of circles.filter(differsFromThoseBefore).entries()) {
    const search = await withoutAny(request, suspects, index + 2);
    if (search === undefined) continue;
    await letOthersIn(search, suspects);
    return ended(search, refused);
  }
  throw new InvalidPrincipalError(
    `${refused.message}. It is none of the accounts to add or to keep for now: one that the policy names already was probably closed ` +
      'unnoticed. Run `onboarding import`, which finds it, and start the run again',
    refused.fields,
    refused,
  );
}

/** Whom the plan adds; who is left out is among them by the plan, and not by what is sent. */
const triedWith = ({ leftOut }: WriteRequest, { added }: ResourcePlan): string[] =>
  added.filter((id) => leftOut?.has(id) !== true);

/** A circle that was searched already is not searched again. */
const differsFromThoseBefore = (
  circle: readonly string[],
  index: number,
  circles: readonly (readonly string[])[],
): boolean => circle.length > 0 && !circles.slice(0, index).some((other) => other.join() === circle.join());

interface Search {
  readonly request: WriteRequest;
  readonly outside: Set<string>;
  /** Of these, those whom AWS has refused whoever else was in the document. */
  readonly refused: Set<string>;
  written: ResourcePlan;
  /** Whether AWS has accepted a write. */
  sent: boolean;
  attempts: number;
}

const ended = ({ outside, refused, written, sent }: Search, reason: Error | undefined): Written => ({
  written: sent ? { ...written, changed: true } : written,
  setAside: [...outside].sort(),
  refused: [...refused].sort(),
  ...(reason === undefined ? {} : { reason: reason.message }),
});

/** Where AWS accepts one that it has refused before, it may accept those who are left out as well: they are tried. */
async function accepted(request: WriteRequest, begun: Pick<Search, 'outside' | 'written'>): Promise<Written> {
  const search = { ...begun, request, refused: new Set<string>(), sent: true, attempts: 1 };
  const others = [...search.outside].sort(request.newestFirst);
  const again = triedWith(request, begun.written).some((id) => request.refusedBefore?.has(id));
  const refused = again && others.length > 0 ? await letIn(search, others) : undefined;
  if (refused instanceof InvalidPrincipalError) await letOthersIn(search, others);
  return ended(search, refused instanceof InvalidPrincipalError ? refused : undefined);
}

/** Where each account is a request of its own, the refusal says whom it is about, and the others are in. */
function refusedAlone({ fields }: InvalidPrincipalError): readonly string[] | undefined {
  const { othersWritten, accountIds } = fields;
  return othersWritten === true && Array.isArray(accountIds) ? accountIds.map(String).sort() : undefined;
}

function othersIn(request: WriteRequest, alone: readonly string[], reason: Error): Written {
  const outside = new Set([...(request.leftOut ?? []), ...alone]);
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
): Promise<Search | undefined> {
  if (suspects.length === 0) return undefined;
  const outside = new Set([...(request.leftOut ?? []), ...suspects]);
  const written = request.plan(outside);
  const asBefore = suspects.every((id) => request.refusedBefore?.has(id));
  const sent = written.changed || (request.named.size > 0 && !asBefore) || request.doubtful === true;
  const refused = sent ? await attempt(request, request.actual, written) : undefined;
  return refused === undefined
    ? { request, outside, refused: new Set(), written, sent, attempts }
    : undefined;
}

/** Of the suspects, newest first, one at least is refused: lets in those who are not. */
async function letOthersIn(search: Search, suspects: readonly string[]): Promise<void> {
  const [first, ...rest] = suspects;
  if (first === undefined) return;
  if (rest.length === 0) {
    search.refused.add(first);
    return;
  }
  const middle = Math.ceil(suspects.length / 2);
  const newer = suspects.slice(0, middle);
  const older = suspects.slice(middle);
  const olderIn = await letIn(search, older);
  // With the older ones accepted, the refused one is among the newer: no need to try.
  const newerIn = olderIn === 'in' ? undefined : await letIn(search, newer);
  if (olderIn instanceof InvalidPrincipalError) await letOthersIn(search, older);
  if (olderIn === 'in' || newerIn instanceof InvalidPrincipalError) await letOthersIn(search, newer);
}

/**
 * Where the service asks to slow down, the search ends, if AWS has accepted a write: that is settled.
 * @throws ThrottledError if it has accepted none
 */
async function letIn(
  search: Search,
  ids: readonly string[],
): Promise<'in' | 'untried' | InvalidPrincipalError> {
  if (search.attempts >= mostAttempts) return 'untried';
  search.attempts += 1;
  const { request, outside, written } = search;
  const next = request.plan(new Set([...outside].filter((id) => !ids.includes(id))));
  const refused = await attempt(request, written.next, next).catch((error: unknown) => {
    if (!search.sent || !(error instanceof ThrottledError)) throw error;
    search.attempts = mostAttempts;
    return 'untried' as const;
  });
  if (refused === 'untried') return refused;
  const alone = refused === undefined ? [] : refusedAlone(refused);
  if (refused !== undefined && alone === undefined) return refused;
  for (const id of ids.filter((id) => alone?.includes(id))) search.refused.add(id);
  for (const id of ids.filter((id) => !alone?.includes(id))) outside.delete(id);
  search.written = request.plan(outside);
  search.sent = true;
  return 'in';
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
