import { Metrics } from '@aws-lambda-powertools/metrics';
import { type Metric, type MetricSink, metricUnits } from '../platform/metrics.ts';

/**
 * Prints metrics in CloudWatch's embedded metric format: one line for the whole service, and one line for each grant
 * kind. CloudWatch reads the metrics from these lines, so no call is needed (CloudWatch user guide, "Embedding metrics
 * within logs"). The environment variable `POWERTOOLS_METRICS_NAMESPACE` is the namespace.
 */
export function createMetricSink(): MetricSink {
  const all = new Metrics({ serviceName: 'account-onboarding' });
  return {
    publish(metrics) {
      for (const [kind, ofKind] of Map.groupBy(metrics, (metric) => metric.kind)) print(all, ofKind, kind);
    },
  };
}

function print(all: Metrics, metrics: readonly Metric[], kind: string | undefined): void {
  if (kind !== undefined) all.addDimension('kind', kind);
  for (const { name, value } of metrics) all.addMetric(name, metricUnits[name], value);
  all.publishStoredMetrics();
}
