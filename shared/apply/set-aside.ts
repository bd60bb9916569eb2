import { InvalidPrincipalError } from '../errors.ts';
import type { ResourcePlan } from '../plan/plan.ts';

/** Each refused attempt costs a write, and services such as KMS allow few a second. */
const mostAttempts = 12;

export interface WriteRequest {
  readonly actual: unknown;
  /** What to write when these accounts are left out. */
  plan(setAside: ReadonlySet<string>): ResourcePlan;
  /** @throws InvalidPrincipalError when AWS refuses a principal; then nothing was written */
  write(from: unknown, to: unknown): Promise<void>;
  newestFirst(a: string, b: string): number;
}

export interface Written {
  readonly written: ResourcePlan;
  readonly setAside: readonly string[];
}

/**
 * Writes, once where AWS accepts it. When it refuses a principal, the accounts that this write would add are
 * suspects: the culprits among them are found by halving, with a bounded number of attempts, and left out, so that
 * the others get their access.
 * @throws InvalidPrincipalError when the refused principal is none of the accounts to add
 */
export async function writeAccepted(request: WriteRequest): Promise<Written> {
  const first = request.plan(new Set());
  const refused = await attempt(request, request.actual, first);
  if (refused === undefined) return { written: first, setAside: [] };
  if (first.added.length === 0) throw refused;
  return halve(request, first.added.toSorted(request.newestFirst));
}

async function halve(request: WriteRequest, suspects: readonly string[]): Promise<Written> {
  const outside = new Set(suspects);
  let written = request.plan(outside);
  let current = request.actual;
  const base = written.changed ? await attempt(request, current, written) : undefined;
  if (base !== undefined) throw base;
  current = written.next;

  const groups = [
    suspects.slice(0, Math.ceil(suspects.length / 2)),
    suspects.slice(Math.ceil(suspects.length / 2)),
  ];
  for (let attempts = 2; attempts < mostAttempts; attempts += 1) {
    const group = groups.pop();
    if (group === undefined) break;
    if (group.length === 0) continue;
    const next = request.plan(without(outside, group));
    if ((await attempt(request, current, next)) === undefined) {
      for (const id of group) outside.delete(id);
      [written, current] = [next, next.next];
    } else if (group.length > 1) {
      const middle = Math.ceil(group.length / 2);
      groups.push(group.slice(0, middle), group.slice(middle));
    }
  }
  return { written: { ...written, changed: true }, setAside: [...outside].sort() };
}

const without = (set: ReadonlySet<string>, ids: readonly string[]): ReadonlySet<string> =>
  new Set([...set].filter((id) => !ids.includes(id)));

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
