import type { RunStatus } from './ports.ts';

/** Whether a run has not ended. */
export const isOpen = (status: RunStatus | undefined): boolean =>
  status === 'running' || status === 'waiting-for-approval';
