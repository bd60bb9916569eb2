/**
 * A metric filter for each function: a function that took too long or ran out of memory prints no metric itself, so the lines
 * of Lambda count (AWS Lambda developer guide, "Troubleshoot execution issues in Lambda"). YAML alone cannot do it, because the
 * configuration decides which functions exist.
 */
module.exports = async ({ resolveVariable }) => {
  const { functions } = await resolveVariable('file(infrastructure/permissions.yml)');
  const updates = await resolveVariable('self:custom.centralAccounts.functions');
  const names = [...Object.keys(functions), ...Object.keys(updates)];
  return { Resources: Object.fromEntries(names.map((name) => [`${logicalId(name)}Lost`, filter(name)])) };
};

/** How the framework names the resources of a function: `plan-changes` → `PlanDashchanges`. */
const logicalId = (name) => `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('-', 'Dash')}`;

const filter = (name) => ({
  Type: 'AWS::Logs::MetricFilter',
  Properties: {
    LogGroupName: { Ref: `${logicalId(name)}LogGroup` },
    FilterPattern: '?"Task timed out after" ?"Runtime exited with error"',
    MetricTransformations: [
      { MetricNamespace: '${self:custom.name}', MetricName: 'FunctionsLost', MetricValue: '1' },
    ],
  },
});
