/**
 * The rules of rules.yml that the configuration needs. YAML alone cannot do it, because the configuration decides: without
 * patterns there is no rule for calls about resources, and without secrets there is no schedule.
 */
module.exports = async ({ resolveVariable }) => {
  const { Resources } = await resolveVariable('file(infrastructure/rules.yml)');
  const { unneeded, resourceEventPattern } = await resolveVariable('self:custom.centralAccounts.rules');
  const needed = Object.entries(Resources).filter(([id]) => !unneeded.includes(id));
  const rules = needed.filter(([, { Type }]) => Type === 'AWS::Events::Rule');
  return {
    Resources: Object.fromEntries(
      needed.map(([id, resource]) => [
        id,
        id === 'ResourceCallRule' ? withPattern(resource, resourceEventPattern) : resource,
      ]),
    ),
    /** ARNs of the rules whose events go to the queue of events. */
    eventSources: rules
      .filter(([, rule]) => JSON.stringify(rule).includes('"EventDeadLetters"'))
      .map(([id]) => ({ 'Fn::GetAtt': [id, 'Arn'] })),
    /** Without a start by its rule nothing happens, and no other alarm shows it. */
    alarms: { Resources: Object.fromEntries(rules.map(([id]) => [alarmId(id), invocationsAlarm(id)])) },
    /** The ends of the rules' names, as permissions.yml has them. */
    names: rules.flatMap(([, { Properties }]) => /-hub-(.*)$/.exec(Properties.Name ?? '')?.[1] ?? []),
  };
};

/** `SweepRule` → `SweepInvocationsFailedAlarm` */
const alarmId = (ruleId) => ruleId.replace(/Rule$/, 'InvocationsFailedAlarm');

const invocationsAlarm = (ruleId) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    AlarmDescription: `EventBridge could not deliver to the target of ${ruleId}. See docs/alarms.md`,
    Namespace: 'AWS/Events',
    MetricName: 'FailedInvocations',
    Dimensions: [{ Name: 'RuleName', Value: { Ref: ruleId } }],
    Statistic: 'Sum',
    Period: 300,
    EvaluationPeriods: 1,
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: 0,
    TreatMissingData: 'notBreaching',
    AlarmActions: { 'Fn::If': ['HasTopic', ['${self:custom.topic}'], { Ref: 'AWS::NoValue' }] },
  },
});

/** Only calls that a pattern of the configuration needs start a run. */
const withPattern = (rule, EventPattern) => ({
  ...rule,
  Properties: { ...rule.Properties, EventPattern },
});
