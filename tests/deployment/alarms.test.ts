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
  test('raises an alarm when an announcement is pending, whichever function tries it', () => {
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

  test('letters and their age raise alarms, as failures do', () => {
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
});
