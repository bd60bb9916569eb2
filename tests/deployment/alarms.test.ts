import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { renderApplicationTemplate } from '../../shared/cloudformation/application.ts';
import { renderSpokeTemplate } from '../../shared/cloudformation/template.ts';
import { loadConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { metricUnits } from '../../shared/platform/metrics.ts';
import {
  type Deployment,
  deployment,
  functionLogicalId,
  resourcesOf,
  statementsOf,
} from '../fixtures/deployment/deployment.ts';

const everyRule = 'tests/deployment/every-rule.yml';

let deployed: Deployment;
beforeAll(async () => {
  deployed = await deployment(everyRule);
}, 60_000);

const byText = (one: unknown, other: unknown) => JSON.stringify(one).localeCompare(JSON.stringify(other));

const filtersOf = (metric: string) =>
  resourcesOf(deployed, 'AWS::Logs::MetricFilter')
    .map(([, { Properties }]) => Properties)
    .filter(({ MetricTransformations }) => JSON.stringify(MetricTransformations).includes(`"${metric}"`));

const dimensions = z.tuple([z.object({ Name: z.string() })]);

/** The name of the one dimension; empty without a dimension. */
const dimensionName = (value: unknown): string => dimensions.safeParse(value).data?.[0].Name ?? '';

const dashboard = z.object({
  widgets: z.array(
    z.object({
      properties: z.object({
        metrics: z.array(z.array(z.unknown())).optional(),
        alarms: z.array(z.string()).optional(),
      }),
    }),
  ),
});

function widgets() {
  const body = z
    .object({ 'Fn::Sub': z.string() })
    .parse(deployed.resources.Dashboard?.Properties.DashboardBody);
  return dashboard.parse(JSON.parse(body['Fn::Sub'])).widgets;
}

/** The alarms of the generated templates, by logical id. */
function otherAlarms(configuration: Configuration) {
  const hub = { accountId: '111111111111', region: 'us-east-1' };
  const { template: spoke } = renderSpokeTemplate({
    configuration,
    accountId: '444444444444',
    hub,
  });
  const profile = { name: 'flags', key: 'key-1' };
  const application = {
    name: 'shop',
    account: 'shared',
    environments: [{ name: 'production' }],
    profiles: [profile],
  };
  const { template: ofApplication } = renderApplicationTemplate({
    configuration,
    application,
    schemas: new Map(),
  });
  const resources = z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  );
  const all = { ...resources.parse(spoke.Resources), ...resources.parse(ofApplication.Resources) };
  return Object.fromEntries(Object.entries(all).filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm'));
}

describe('alarms', () => {
  test('raises an alarm for a pending announcement, whichever function sends it', () => {
    const tells = (roleId: string) =>
      statementsOf(deployed, roleId).some(({ actions }) => actions.includes('events:PutEvents'));
    // The task that asks for approval fails instead.
    const announcing = Object.entries(deployed.functions)
      .filter(([name, { role }]) => name !== 'request-approval' && tells(role))
      .map(([name]) => ({ Ref: functionLogicalId(name).replace(/LambdaFunction$/, 'LogGroup') }));
    const filters = filtersOf('PendingAnnouncements');

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

  test('raises an alarm when no sweep has started for two days, even without any data', () => {
    expect(deployed.resources.SweepNotStartedAlarm?.Properties).toMatchObject({
      MetricName: 'ExecutionsStarted',
      ComparisonOperator: 'LessThanThreshold',
      Period: 86_400,
      EvaluationPeriods: 2,
      TreatMissingData: 'breaching',
    });
  });

  test('raises an alarm when any rule cannot deliver to its target', () => {
    const watched = resourcesOf(deployed, 'AWS::CloudWatch::Alarm')
      .filter(([, { Properties }]) => Properties.MetricName === 'FailedInvocations')
      .map(([, { Properties }]) => Properties.Dimensions);

    expect(watched).toEqual(
      resourcesOf(deployed, 'AWS::Events::Rule').map(([rule]) => [
        { Name: 'RuleName', Value: { Ref: rule } },
      ]),
    );
  });

  test('counts every call that Lambda stopped without an answer', () => {
    const filters = filtersOf('FunctionsLost').map(({ LogGroupName }) => LogGroupName);
    const groups = Object.keys(deployed.functions).map((name) => ({
      Ref: functionLogicalId(name).replace(/LambdaFunction$/, 'LogGroup'),
    }));

    expect(filters.toSorted(byText)).toEqual(groups.toSorted(byText));
  });

  test('uses only metrics that the functions print or a metric filter counts', () => {
    const printed = Object.keys(metricUnits).map((name) => `${name} service`);
    const counted = resourcesOf(deployed, 'AWS::Logs::MetricFilter').flatMap(
      ([, { Properties }]) => Properties.MetricTransformations as readonly { readonly MetricName: string }[],
    );
    const metrics = [...printed, ...counted.map(({ MetricName }) => `${MetricName} `)];
    const own = resourcesOf(deployed, 'AWS::CloudWatch::Alarm')
      .map(([, { Properties }]) => Properties)
      .filter(({ Namespace }) => Namespace === 'account-onboarding-example')
      .map(({ MetricName, Dimensions }) => `${MetricName} ${dimensionName(Dimensions)}`);

    expect(own.length).toBeGreaterThan(4);
    for (const metric of own) expect(metrics).toContain(metric);
    expect(deployed.provider.environment.POWERTOOLS_METRICS_NAMESPACE).toBe('account-onboarding-example');
  });

  test.each([
    ['CapacityAlarm', { MetricName: 'CapacityUsed', Statistic: 'Maximum', Threshold: 80, Period: 86_400 }],
    ['LockedResourcesAlarm', { MetricName: 'LockedResources', Statistic: 'Sum', Threshold: 0 }],
    ['PendingApprovalsAlarm', { MetricName: 'OldestApprovalRequest', Threshold: 86_400 }],
    ['FunctionErrorsAlarm', { MetricName: 'FunctionErrors', Threshold: 0 }],
    ['FunctionsThrottledAlarm', { Namespace: 'AWS/Lambda', MetricName: 'Throttles' }],
  ])('sets the threshold of %s', (alarm, expected) => {
    expect(deployed.resources[alarm]?.Properties).toMatchObject({
      ComparisonOperator: 'GreaterThanThreshold',
      ...expected,
    });
  });

  test('notifies the topic when any alarm is raised', () => {
    for (const [, { Properties }] of resourcesOf(deployed, 'AWS::CloudWatch::Alarm'))
      expect(JSON.stringify(Properties.AlarmActions)).toContain('account-onboarding');
  });

  test('notifies a topic when an alarm of another account is raised', async () => {
    const configuration = await loadConfiguration(everyRule);
    const alarms = Object.entries(otherAlarms(configuration));

    expect(alarms.map(([name]) => name)).toEqual(['DeadLettersAlarm', 'UnexpectedKeyUsesAlarm']);
    for (const [, { Properties }] of alarms)
      expect(Properties.AlarmActions).toEqual({
        'Fn::If': [
          'HasAlarmTopic',
          [{ Ref: 'AlarmTopic' }],
          { 'Fn::If': ['TopicIsHere', [configuration.notifications?.topic], { Ref: 'AWS::NoValue' }] },
        ],
      });
  });

  test('has one row in docs/alarms.md for each alarm, with no empty cell', async () => {
    const page = readFileSync('docs/alarms.md', 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+Alarm)` \|(.*)\|$/gm)];
    const alarms = resourcesOf(deployed, 'AWS::CloudWatch::Alarm').map(([name]) => name);

    expect(rows.map(([, name]) => name).toSorted()).toEqual(
      [...alarms, ...Object.keys(otherAlarms(await loadConfiguration(everyRule)))].toSorted(),
    );
    for (const [, , cells = ''] of rows) {
      expect(cells.split(' | ')).toHaveLength(3);
      for (const cell of cells.split(' | ')) expect(cell.trim()).not.toBe('');
    }
  });

  test('shows the state of every alarm on the dashboard', () => {
    const shown = widgets().flatMap(({ properties }) => properties.alarms ?? []);
    const alarms = resourcesOf(deployed, 'AWS::CloudWatch::Alarm').map(([name]) => `\${${name}.Arn}`);

    expect(shown.toSorted()).toEqual(alarms.toSorted());
  });

  test('shows every metric of the functions on the dashboard', () => {
    const shown = widgets().flatMap(({ properties }) => properties.metrics ?? []);

    expect(Object.keys(metricUnits).filter((name) => !shown.some((metric) => metric[1] === name))).toEqual(
      [],
    );
  });

  test('shows metrics of the state machines and the table on the dashboard', () => {
    const machines = resourcesOf(deployed, 'AWS::StepFunctions::StateMachine').map(
      ([, { Properties }]) => Properties.StateMachineName,
    );
    const shown = widgets().flatMap(({ properties }) =>
      (properties.metrics ?? []).map((metric) => String(metric[3])),
    );

    for (const machine of machines)
      expect(shown.some((value) => value.endsWith(`:stateMachine:${machine}`))).toBe(true);
    expect(shown).toContain('account-onboarding-example');
  });
});
