/**
 * The dashboard of one installation: the state of every alarm, runs, sweeps, deployments, the functions' own metrics, and the
 * table. YAML alone cannot do it, because the configuration decides which alarms exist.
 */
module.exports = async ({ resolveVariable }) => {
  const files = ['file(infrastructure/alarms.yml)', 'file(infrastructure/rules.cjs):alarms'];
  const parts = await Promise.all(files.map((file) => resolveVariable(file)));
  const alarms = parts
    .flatMap(({ Resources }) => Object.entries(Resources))
    .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
    .map(([id]) => `\${${id}.Arn}`);
  const body = { widgets: [alarmWidget(alarms), ...graphs.map(metricWidget)] };
  return {
    Resources: {
      Dashboard: {
        Type: 'AWS::CloudWatch::Dashboard',
        Properties: {
          DashboardName: '${self:custom.name}',
          DashboardBody: { 'Fn::Sub': JSON.stringify(body) },
        },
      },
    },
  };
};

const name = '${self:custom.name}';

const alarmWidget = (alarms) => ({
  type: 'alarm',
  x: 0,
  y: 0,
  width: 24,
  height: 6,
  properties: { title: 'Alarms', alarms },
});

const machine = (end = '') =>
  `arn:\${AWS::Partition}:states:\${AWS::Region}:\${AWS::AccountId}:stateMachine:${name}${end}`;

const ofMachine = (end, metrics) =>
  metrics.map((metric) => ['AWS/States', metric, 'StateMachineArn', machine(end)]);

/** Metrics that the functions print (shared/platform/metrics.ts). */
const own = (metrics) => metrics.map((metric) => [name, metric, 'service', 'account-onboarding']);

const ofTable = (metrics) => metrics.map((metric) => ['AWS/DynamoDB', metric, 'TableName', name]);

/** Two graphs side by side. */
const graphs = [
  {
    title: 'Runs',
    metrics: ofMachine('', [
      'ExecutionsStarted',
      'ExecutionsSucceeded',
      'ExecutionsFailed',
      'ExecutionsTimedOut',
    ]),
  },
  { title: 'Time of a run', stat: 'p90', metrics: ofMachine('', ['ExecutionTime']) },
  {
    title: 'Accounts and writes',
    period: 3600,
    metrics: own(['AccountsOnboarded', 'PolicyWrites', 'Conflicts', 'LockedResources']),
  },
  { title: 'Time from event to ready', stat: 'p90', period: 3600, metrics: own(['TimeToReady']) },
  {
    title: 'Accounts that wait',
    stat: 'Maximum',
    period: 3600,
    metrics: own(['RejectedPrincipals', 'BlockedRemovals']),
  },
  {
    title: 'Capacity used',
    stat: 'Maximum',
    period: 86400,
    metrics: own(['CapacityUsed']),
  },
  {
    title: 'Age of pending work',
    stat: 'Maximum',
    period: 3600,
    metrics: own(['OldestPendingWork', 'OldestApprovalRequest']),
  },
  {
    title: 'Announcements that are pending',
    period: 1800,
    metrics: [[name, 'PendingAnnouncements']],
  },
  {
    title: 'Sweeps',
    period: 86400,
    metrics: ofMachine('-sweep', ['ExecutionsStarted', 'ExecutionsFailed']),
  },
  {
    title: 'Deployments of secrets and configurations',
    period: 900,
    metrics: ofMachine('-deployment', ['ExecutionsStarted', 'ExecutionsFailed']),
  },
  {
    title: 'Functions',
    metrics: [
      ...own(['FunctionErrors']),
      [name, 'FunctionsLost'],
      ['AWS/Lambda', 'Throttles', { label: 'Throttles of the account' }],
    ],
  },
  {
    title: 'Table',
    metrics: ofTable([
      'ConsumedReadCapacityUnits',
      'ConsumedWriteCapacityUnits',
      'ReadThrottleEvents',
      'WriteThrottleEvents',
    ]),
  },
];

const metricWidget = ({ title, metrics, stat = 'Sum', period = 300 }, index) => ({
  type: 'metric',
  x: 12 * (index % 2),
  y: 6 + 6 * Math.floor(index / 2),
  width: 12,
  height: 6,
  properties: { title, region: '${AWS::Region}', stat, period, metrics },
});
