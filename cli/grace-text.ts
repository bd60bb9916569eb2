import type { ResourceChange } from '../shared/store/ports.ts';
import { formatCount } from './output.ts';

/** More of them say nothing new. */
const maxAccounts = 3;

/** `2 accounts keep access for a grace period: 111122223333 until 2026-03-04 09:00 UTC, …`, first who goes first. */
export function leavingText(leaving: NonNullable<ResourceChange['leaving']>): string {
  const ends = Object.entries(leaving).sort(([, a], [, b]) => (a < b ? -1 : 1));
  const shown = ends.slice(0, maxAccounts).map(([id, end]) => `${id} until ${minutes(end)}`);
  const more = ends.length > maxAccounts ? [`and ${ends.length - maxAccounts} more`] : [];
  const verb = ends.length === 1 ? 'keeps' : 'keep';
  return `${formatCount(ends.length, 'account')} ${verb} access for a grace period: ${[...shown, ...more].join(', ')}`;
}

const minutes = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;
