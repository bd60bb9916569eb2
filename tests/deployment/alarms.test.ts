import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Deployment,
  deployment,
  functionLogicalId,
  resourcesOf,
  statementsOf,
} from '../fixtures/deployment/deployment.ts';

let deployed: Deployment;
beforeAll(async () => {
  deployed = await deployment();
}, 60_000);

describe('alarms', () => {
  test('raises an alarm when an announcement is pending, whichever function sends it', () => {
    const tells = (roleId: string) =>
      statementsOf(deployed, roleId).some(({ actions }) => actions.includes('events:PutEvents'));
    // The task that asks for approval fails instead.
    const announcing = Object.entries(deployed.functions)
      .filter(([name, { role }]) => name !== 'request-approval' && tells(role))
      .map(([name]) => ({ Ref: functionLogicalId(name).replace(/LambdaFunction$/, 'LogGroup') }));
    const filters = resourcesOf(deployed, 'AWS::Logs::MetricFilter').map(([, { Properties }]) => Properties);
    const byText = (one: unknown, other: unknown) => JSON.stringify(one).localeCompare(JSON.stringify(other));

    expect(announcing.length).toBeGreaterThan(3);
    expect(filters.map(({ LogGroupName }) => LogGroupName).toSorted(byText)).toEqual(
      announcing.toSorted(byText),
    );
    const metric = {
      MetricNamespace: 'account-onboarding-example',
      MetricName: 'PendingAnnouncements',
      MetricValue: '1',
    };
    for (const filter of filters) {
      expect(filter.FilterPattern).toBe('{ $.announcement = "pending" }');
      expect(filter.MetricTransformations).toEqual([metric]);
    }
    expect(deployed.resources.PendingAnnouncementsAlarm?.Properties).toMatchObject({
      Namespace: metric.MetricNamespace,
      MetricName: metric.MetricName,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
    });
  });

  test('raises alarms for dead-letter messages, their age and failed executions', () => {
    const metrics = resourcesOf(deployed, 'AWS::CloudWatch::Alarm').map(
      ([, { Properties }]) => `${Properties.MetricName} ${JSON.stringify(Properties.Dimensions)}`,
    );
    const has = (metric: string, resource: string) =>
      metrics.some((name) => name.startsWith(metric) && name.includes(`"${resource}"`));
    for (const [queue] of resourcesOf(deployed, 'AWS::SQS::Queue')) {
      expect(has('ApproximateNumberOfMessagesVisible', queue)).toBe(true);
      expect(has('ApproximateAgeOfOldestMessage', queue)).toBe(true);
    }
    for (const [machine] of resourcesOf(deployed, 'AWS::StepFunctions::StateMachine'))
      for (const metric of ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'])
        expect(has(metric, machine)).toBe(true);
    expect(has('Errors', 'RecordDashfailedDashexecutionLambdaFunction')).toBe(true);
  });

  test('raises an alarm when no sweep has started for two days, also without data', () => {
    expect(deployed.resources.SweepNotStartedAlarm?.Properties).toMatchObject({
      MetricName: 'ExecutionsStarted',
      ComparisonOperator: 'LessThanThreshold',
      Period: 86_400,
      EvaluationPeriods: 2,
      TreatMissingData: 'breaching',
    });
  });

  test('raises an alarm when an account rule or the sweep rule cannot start its state machine', () => {
    const rules = resourcesOf(deployed, 'AWS::CloudWatch::Alarm')
      .filter(([, { Properties }]) => Properties.MetricName === 'FailedInvocations')
      .map(([, { Properties }]) => Properties.Dimensions);

    expect(rules).toEqual(
      ['AccountEventRule', 'AccountCallRule', 'SweepRule'].map((rule) => [
        { Name: 'RuleName', Value: { Ref: rule } },
      ]),
    );
  });

  test('notifies the topic when any alarm is raised', () => {
    for (const [, { Properties }] of resourcesOf(deployed, 'AWS::CloudWatch::Alarm'))
      expect(JSON.stringify(Properties.AlarmActions)).toContain('account-onboarding');
  });

  test('describes each alarm in docs/alarms.md', () => {
    const page = readFileSync('docs/alarms.md', 'utf8');
    const described = [...page.matchAll(/`(\w+Alarm)`/g)].map(([, name]) => name);
    const alarms = resourcesOf(deployed, 'AWS::CloudWatch::Alarm').map(([name]) => name);

    expect([...new Set(described)].toSorted()).toEqual(alarms.toSorted());
  });

  test('shows metrics of the state machines and the table on the dashboard', () => {
    const body = JSON.stringify(deployed.resources.Dashboard?.Properties.DashboardBody);
    const text = JSON.parse(body)['Fn::Sub'] as string;
    const { widgets } = JSON.parse(text) as { widgets: { properties: { metrics: string[][] } }[] };
    const machines = resourcesOf(deployed, 'AWS::StepFunctions::StateMachine').map(
      ([, { Properties }]) => Properties.StateMachineName,
    );
    const shown = widgets.flatMap(({ properties }) => properties.metrics.map((metric) => metric[3] ?? ''));

    for (const machine of machines)
      expect(shown.some((value) => value.endsWith(`:stateMachine:${machine}`))).toBe(true);
    expect(shown).toContain('account-onboarding-example');
  });
});
