import type { ResourceChange } from '../shared/store/ports.ts';
import { formatCount } from './output.ts';

/** More of them say nothing new. */
const maxAccounts = 3;

/** `2 accounts keep what no grant gives them any more: 111122223333 until 2026-03-04 09:00 UTC, …`, first who goes first. */
export function leavingText(leaving: NonNullable<ResourceChange['leaving']>): string {
  const ends = Object.entries(leaving).sort(([, a], [, b]) => (a < b ? -1 : 1));
  const shown = ends.slice(0, maxAccounts).map(([id, end]) => `${id} until ${minutes(end)}`);
  const more = ends.length > maxAccounts ? [`and ${ends.length - maxAccounts} more`] : [];
  const verb = ends.length === 1 ? 'keeps what no grant gives it' : 'keep what no grant gives them';
  return `${formatCount(ends.length, 'account')} ${verb} any more: ${[...shown, ...more].join(', ')}`;
}

const minutes = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;
