/** Every metric, with its unit. Alarms and the dashboard read these names (infrastructure/); docs/metrics.md explains each. */
export const metricUnits = {
  AccountsOnboarded: 'Count',
  TimeToReady: 'Seconds',
  PolicyWrites: 'Count',
  Conflicts: 'Count',
  RejectedPrincipals: 'Count',
  BlockedRemovals: 'Count',
  LockedResources: 'Count',
  CapacityUsed: 'Percent',
  OldestPendingWork: 'Seconds',
  OldestApprovalRequest: 'Seconds',
  FunctionErrors: 'Count',
} as const;

type MetricName = keyof typeof metricUnits;

/** One measurement. It has no account and no resource, because CloudWatch charges for each value of a dimension. */
export interface Metric {
  readonly name: MetricName;
  readonly value: number;
  /** A grant kind. Absent for the metric of all kinds together. */
  readonly kind?: string;
}

/** Publishes metrics. Only the handlers of deployed functions call it. */
export interface MetricSink {
  publish(metrics: readonly Metric[]): void;
}

/** The result of a step, with its metrics. The state machine does not get the metrics. */
export interface Measured {
  readonly metrics: readonly Metric[];
}
