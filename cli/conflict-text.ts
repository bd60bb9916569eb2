import type { Conflict } from '../shared/store/ports.ts';

/**
 * Explains why runs do not write a resource whose managed statements another tool keeps changing, and what an operator
 * can do.
 */
export const formatConflict = ({ restoredAt, changedAt, sids }: Conflict): string =>
  `conflict since ${changedAt}: another tool or person changed ${sids.length === 0 ? 'managed statements' : sids.join(', ')} again ` +
  `after a run had restored it at ${restoredAt}. Runs and sweeps do not write this resource. Stop the other tool, then run ` +
  '`onboarding apply`, which restores it';
