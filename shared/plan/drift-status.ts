/**
 * How a resource is, compared with how the last run left it and how it should be.
 * `ours-changed`: what is ours is not as it should be, and no change of accounts or configuration explains it.
 * `contested`: others have changed what is ours again after it was restored, and a person has to decide.
 * `foreign-changed`: ours is as it should be, and what is not ours has changed; information, no drift.
 * `pending`: accounts or configuration have changed, or a grace has ended, and no run has come by since; no drift
 * either.
 */
export const driftStatuses = [
  'equal',
  'ours-changed',
  'contested',
  'foreign-changed',
  'missing',
  'unreadable',
  'pending',
] as const;

export type DriftStatus = (typeof driftStatuses)[number];
