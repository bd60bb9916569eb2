import type { RunRecord, RunStatus } from './ports.ts';

/** Whether a run has not ended. */
export const isOpenRun = (status: RunStatus | undefined): boolean =>
  status === 'running' || status === 'waiting-for-approval';

/** Whether the end of a run still has to be announced on some channel. */
export const isUnannounced = ({ announcement }: Pick<RunRecord, 'announcement'>): boolean =>
  announcement?.bus.status === 'pending' || announcement?.topic?.status === 'pending';
