import type { Conflict } from '../shared/store/ports.ts';

/** Why the project does not write a resource that another tool keeps changing, and what an operator can do. */
export const formatConflict = ({ restoredAt, changedAt, sids }: Conflict): string =>
  `conflict since ${changedAt}: another tool or person changed ${sids.length === 0 ? 'managed statements' : sids.join(', ')} again ` +
  `after a run had restored it at ${restoredAt}. Runs and sweeps do not write this resource. Stop the other tool, then run ` +
  '`onboarding apply`, which restores it';
