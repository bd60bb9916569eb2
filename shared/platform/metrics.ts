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

/** One measurement. It has no account and no resource: each value of a dimension is a metric that CloudWatch charges. */
export interface Metric {
  readonly name: MetricName;
  readonly value: number;
  /** A grant kind, the only dimension besides the service. Absent for the metric of all kinds. */
  readonly kind?: string;
}

/** Publishes metrics. Only the handlers of functions call it. */
export interface MetricSink {
  publish(metrics: readonly Metric[]): void;
}

/** A result with the metrics of the step. The state of the machine does not get the metrics. */
export interface Measured {
  readonly metrics: readonly Metric[];
}
