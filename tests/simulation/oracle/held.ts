import type { Entry } from './entry.ts';

/** Whether AWS itself decides by a condition who is in ("Membership", docs/configuration.md). */
export const isHeld = (entry: Entry): boolean => 'membership' in entry && entry.membership !== 'accounts';
