import { InvalidPrincipalError, ThrottledError } from '../platform/aws/errors.ts';
import type { ResourcePlan } from './plan-types.ts';
import type { WriteRequest } from './write-request.ts';

/** Each refused attempt costs a write, and services such as KMS allow few a second. */
const maxAttempts = 16;

/** Searches the accounts that a write excludes for those that AWS accepts. */
export interface PrincipalSearch {
  readonly request: WriteRequest;
  readonly outside: Set<string>;
  /** Those of them that AWS rejected whatever other accounts were in the document. */
  readonly refused: Set<string>;
  written: ResourcePlan;
  /** Whether AWS has accepted a write. */
  sent: boolean;
  attempts: number;
}

/** Of the suspects, newest first, one at least is refused: lets in those who are not. */
export async function bisect(search: PrincipalSearch, suspects: readonly string[]): Promise<void> {
  const [first, ...rest] = suspects;
  if (first === undefined) return;
  if (rest.length === 0) {
    search.refused.add(first);
    return;
  }
  const middle = Math.ceil(suspects.length / 2);
  const newer = suspects.slice(0, middle);
  const older = suspects.slice(middle);
  const olderIn = await includeAccounts(search, older);
  // With the older ones accepted, the refused one is among the newer: no need to try.
  const newerIn = olderIn === 'in' ? undefined : await includeAccounts(search, newer);
  if (olderIn instanceof InvalidPrincipalError) await bisect(search, older);
  if (olderIn === 'in' || newerIn instanceof InvalidPrincipalError) await bisect(search, newer);
}

/**
 * Where the service asks to slow down, the search ends, if AWS has accepted a write: that is settled.
 * @throws ThrottledError if it has accepted none
 */
export async function includeAccounts(
  search: PrincipalSearch,
  ids: readonly string[],
): Promise<'in' | 'untried' | InvalidPrincipalError> {
  if (search.attempts >= maxAttempts) return 'untried';
  search.attempts += 1;
  const { request, outside, written } = search;
  const next = request.plan(new Set([...outside].filter((id) => !ids.includes(id))));
  const refused = await attempt(request, written.next, next).catch((error: unknown) => {
    if (!search.sent || !(error instanceof ThrottledError)) throw error;
    search.attempts = maxAttempts;
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

/** Sends one write. @returns what AWS said where it refused a principal */
export async function attempt(
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
export function refusedAlone({ fields }: InvalidPrincipalError): readonly string[] | undefined {
  const { othersWritten, accountIds } = fields;
  return othersWritten === true && Array.isArray(accountIds) ? accountIds.map(String).sort() : undefined;
}
