import type { Dispute } from '../shared/store/ports.ts';

/** Why a resource is left as it is, and what a person can do. */
export const contestedText = ({ since, sids }: Dispute): string =>
  `contested since ${since}: others changed ${sids.length === 0 ? 'what is ours' : sids.join(', ')} again after it was ` +
  'restored. Runs and sweeps leave it alone. Keep that other tool from it, then `onboarding apply` restores it';
