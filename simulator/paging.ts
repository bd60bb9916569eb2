import { awsError } from './aws-error.ts';

/** Organizations returns no more than 20 accounts a page ("ListAccounts", Organizations API reference). */
export const pageSize = 20;

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly next: string | undefined;
}

/** The page that starts where `token` says. Tokens are opaque to callers, and good for the same listing only. */
export function page<T>(items: readonly T[], token: string | undefined, size = pageSize): Page<T> {
  const start = token === undefined ? 0 : startOf(token);
  const end = start + size;
  return { items: items.slice(start, end), next: end < items.length ? tokenOf(end) : undefined };
}

const tokenOf = (start: number): string => Buffer.from(`from:${start}`).toString('base64url');

function startOf(token: string): number {
  const start = /^from:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (start === undefined) throw awsError('InvalidInputException', 'You provided an invalid next token.');
  return Number(start);
}
