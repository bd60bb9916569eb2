import { createAwsError } from './aws-error.ts';

/** Organizations returns no more than 20 accounts a page ("ListAccounts", Organizations API reference). */
const pageSize = 20;

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly next: string | undefined;
}

/**
 * The page that starts at `token`. Tokens are opaque to callers, and valid only for the listing that `listing` names:
 * its type and its subject.
 */
export function getPage<T>(
  listing: string,
  items: readonly T[],
  token: string | undefined,
  size = pageSize,
): Page<T> {
  const start = token === undefined ? 0 : startOf(listing, token);
  const end = start + size;
  return { items: items.slice(start, end), next: end < items.length ? tokenOf(listing, end) : undefined };
}

const tokenOf = (listing: string, start: number): string =>
  Buffer.from(JSON.stringify([listing, start])).toString('base64url');

function startOf(listing: string, token: string): number {
  const text = Buffer.from(token, 'base64url').toString();
  const start = text.startsWith(`[${JSON.stringify(listing)},`) ? Number(JSON.parse(text)[1]) : Number.NaN;
  if (Number.isNaN(start))
    throw createAwsError('InvalidInputException', 'You provided an invalid next token.');
  return start;
}
