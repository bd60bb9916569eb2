import type { Entry } from './entry.ts';

/** Whether AWS itself decides by a condition which accounts have access (docs/match.md). */
export const isHeld = (entry: Entry): boolean => 'match' in entry && entry.match !== 'accounts';
