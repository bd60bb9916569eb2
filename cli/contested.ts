import type { Dispute } from '../shared/store/ports.ts';

/** Why a resource is left as it is, and what an operator can do. */
export const contestedText = ({ since, sids }: Dispute): string =>
  `conflict since ${since}: another tool or person changed ${sids.length === 0 ? 'managed statements' : sids.join(', ')} again ` +
  'after a run had restored it. Runs and sweeps do not write this resource. Stop the other tool, then run `onboarding apply`, which restores it';
