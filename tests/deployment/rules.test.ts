import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parseAccountEvent } from '../../shared/accounts/account-event.ts';
import { eventReaders } from '../../shared/accounts/event-readers.ts';
import { apiCall } from '../../shared/accounts/resource-event.ts';
import { createResourceEventPattern } from '../../shared/cloudformation/forwarding.ts';
import { getForwarderRoleName, rolePath } from '../../shared/cloudformation/names.ts';
import { secretEvents } from '../../shared/cloudformation/secret-events.ts';
import { listCallEvents } from '../../shared/grants/kinds.ts';
import { failedExecutionEvent } from '../../shared/runs/step-schemas.ts';
import { parseRotationEvent, rotationEventNames } from '../../shared/secrets/deployment/event.ts';
import { matchesPattern } from '../../simulator/event-pattern.ts';
import { findMatchingRules, getRules } from '../../simulator/rules.ts';
import {
  arnText,
  type Deployment,
  deployment,
  functionLogicalId,
  readJson,
  resourcesOf,
  root,
  statementsOf,
} from '../fixtures/deployment/deployment.ts';

let deployed: Deployment;
beforeAll(async () => {
  deployed = await deployment();
}, 60_000);

const rules = getRules(readFileSync(`${root}infrastructure/rules.yml`, 'utf8'));

interface Pattern {
  readonly source: readonly string[];
  readonly detail: { readonly eventName?: readonly string[]; readonly errorCode?: unknown };
}

const startingRules = rules.filter(({ targets }) =>
  JSON.stringify(targets).includes('AccountOnboardingStateMachine'),
);
const accountRules = startingRules.filter(({ ruleId }) => ruleId !== 'ResourceCallRule');
const patterns = accountRules.map(({ pattern }) => pattern as Pattern);

describe('what starts the state machine', () => {
  test('is every event that can be read, by one rule each', () => {
    const names = patterns.flatMap(({ detail }) => detail.eventName ?? []);
    expect(names.toSorted()).toEqual(Object.keys(eventReaders).toSorted());
  });

  test('comes from where its reader expects it', () => {
    for (const [eventName, { source }] of Object.entries(eventReaders))
      expect(findMatchingRules(accountRules, { source, detail: { eventName } })).toHaveLength(1);
  });

  test('may have any detail type', () => {
    expect(patterns.filter((pattern) => 'detail-type' in pattern)).toEqual([]);
  });
});

describe('calls that change resources', () => {
  const called = (source: string, eventName: string, more: object = {}) => ({
    source,
    'detail-type': apiCall,
    account: '444444444444',
    region: 'eu-west-1',
    detail: { eventName, ...more },
  });

  test('start it where a grant kind asks for them, and the central accounts forward the same', () => {
    const [rule] = startingRules.filter(({ ruleId }) => ruleId === 'ResourceCallRule');
    expect(rule?.pattern).toEqual(createResourceEventPattern(listCallEvents()));
  });

  test('can be read, and start one run each; a call that failed starts none', () => {
    for (const { source, names } of listCallEvents())
      for (const eventName of names) {
        expect(findMatchingRules(rules, called(source, eventName))).toHaveLength(1);
        expect(parseAccountEvent(called(source, eventName), listCallEvents()).type).toBe('resource');
        expect(findMatchingRules(rules, called(source, eventName, { errorCode: 'AccessDenied' }))).toEqual(
          [],
        );
      }
  });
});

test('events from elsewhere come from the forwarding roles of the central accounts, and from nobody else', () => {
  const [policy, ...more] = resourcesOf(deployed, 'AWS::Events::EventBusPolicy');
  const { Statement } = policy?.[1].Properties ?? {};
  const name = `role${rolePath}${getForwarderRoleName({ installation: 'example' })}`;
  const roles = ['222222222222', '333333333333', '444444444444', '123456789012'].map(
    (id) => `arn:\${AWS::Partition}:iam::${id}:${name}`,
  );
  expect(more).toEqual([]);
  expect(Statement).toEqual({
    Effect: 'Allow',
    Principal: '*',
    Action: 'events:PutEvents',
    Resource: {
      'Fn::Sub': 'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default',
    },
    Condition: {
      StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg1' },
      ArnEquals: { 'aws:PrincipalArn': roles.map((arn) => ({ 'Fn::Sub': arn })) },
    },
  });
});

const folder = 'tests/fixtures/events';
const fixtures = readdirSync(`${root}${folder}`)
  .filter((file) => file.endsWith('.json'))
  .map((file) => {
    const event = readJson(`${folder}/${file}`) as { readonly detail: { readonly errorCode?: string } };
    return { name: file.replace(/\.json$/, ''), event, reading: parseAccountEvent(event) };
  });

/** They begin a run that ends at once as ignored: a pattern that told them apart would have to know every shape. */
const startAnIgnoredRun = [
  'create-account-result-failed',
  'create-account-result-in-progress-unconfirmed',
  'create-managed-account-failed',
  'tag-resource-ou',
  'tag-resource-policy',
  'tag-resource-root',
  'untag-resource-ou',
];

describe('the example events', () => {
  test.each(fixtures.filter(({ reading }) => reading.type === 'change'))(
    '$name starts a run',
    ({ event }) => {
      expect(findMatchingRules(rules, event).map(({ target }) => target)).toEqual([
        expect.objectContaining({ Arn: { Ref: 'AccountOnboardingStateMachine' } }),
      ]);
    },
  );

  test.each(fixtures.filter(({ event }) => event.detail.errorCode !== undefined))(
    '$name failed, and starts none',
    ({ event }) => expect(findMatchingRules(rules, event)).toEqual([]),
  );

  test('what changes no account starts no run, with few exceptions', () => {
    const started = fixtures
      .filter(
        ({ reading, event }) => reading.type === 'ignored' && findMatchingRules(rules, event).length > 0,
      )
      .map(({ name }) => name);
    expect(started).toEqual(startAnIgnoredRun);
  });
});

describe('the sweep', () => {
  test('is started by the clock alone, with an empty input', () => {
    const started = resourcesOf(deployed, 'AWS::Events::Rule').filter(([, { Properties }]) =>
      JSON.stringify(Properties.Targets).includes('OrganizationSweepStateMachine'),
    );
    expect(started.map(([, { Properties }]) => Properties)).toEqual([
      expect.objectContaining({
        ScheduleExpression: 'rate(1 day)',
        Targets: [expect.objectContaining({ Input: '{}' })],
      }),
    ]);
    expect(started[0]?.[1].Properties).not.toHaveProperty('EventPattern');
  });
});

describe('the deployment of secrets', () => {
  const started = (event: unknown) =>
    findMatchingRules(rules, event).map(({ target }) => (target as { readonly Arn: unknown }).Arn);
  const arn = 'arn:aws:secretsmanager:eu-west-1:444455556666:secret:app/database-AbCdEf';
  const labeled = (labelUpdated: string) => ({
    source: 'aws.secretsmanager',
    'detail-type': 'Secret Label Updated',
    resources: [arn],
    detail: { name: 'app/database', labelUpdated, versionId: 'version-2' },
  });

  test('is started by what the central accounts forward, by rules of the same names', () => {
    const forwarded = secretEvents.map(({ ruleId, pattern }) => ({ ruleId, pattern }));
    const starting = rules.filter(({ targets }) => JSON.stringify(targets).includes('ConfigDeployment'));
    expect(starting.map(({ ruleId, pattern }) => ({ ruleId, pattern }))).toEqual(forwarded);
  });

  test('is started by a new current version, and by no other label', () => {
    expect(started(labeled('AWSCURRENT'))).toEqual([{ Ref: 'ConfigDeploymentStateMachine' }]);
    expect(started(labeled('canary'))).toEqual([]);
    expect(parseRotationEvent(labeled('AWSCURRENT'))).toMatchObject({ type: 'secret' });
  });

  test.each(rotationEventNames)('is started by %s of CloudTrail, whatever its detail type', (eventName) => {
    const event = {
      source: 'aws.secretsmanager',
      'detail-type': 'AWS API Call via CloudTrail',
      detail: { eventName, additionalEventData: { SecretId: arn } },
    };
    expect(started(event)).toEqual([{ Ref: 'ConfigDeploymentStateMachine' }]);
    expect(parseRotationEvent(event).type).not.toBe('ignored');
  });

  test('is started by the clock, with an input that it reads', () => {
    const { ScheduleExpression, Targets } = deployed.resources.UnfinishedDeploymentsRule?.Properties ?? {};
    expect(ScheduleExpression).toBe('rate(15 minutes)');
    const [target] = Targets as readonly { readonly Input: string }[];
    expect(parseRotationEvent(JSON.parse(target?.Input ?? ''))).toMatchObject({ type: 'look' });
  });
});

describe('failed executions', () => {
  /** "Step Functions Execution Status Change" (Step Functions developer guide, "Automating with EventBridge"). */
  const changed = (status: string, machine = 'account-onboarding-example') => ({
    version: '0',
    id: '315c1398-40ff-a850-213b-158f73e60175',
    'detail-type': 'Step Functions Execution Status Change',
    source: 'aws.states',
    account: '111111111111',
    time: '2026-03-01T21:20:50Z',
    region: 'us-east-1',
    resources: [`arn:aws:states:us-east-1:111111111111:execution:${machine}:run-1`],
    detail: {
      executionArn: `arn:aws:states:us-east-1:111111111111:execution:${machine}:run-1`,
      stateMachineArn: `arn:aws:states:us-east-1:111111111111:stateMachine:${machine}`,
      name: 'run-1',
      status,
      startDate: 1772400050000,
      stopDate: status === 'RUNNING' ? null : 1772400060000,
      input: '{}',
      inputDetails: { included: true },
      output: null,
      outputDetails: null,
      error: null,
      cause: null,
    },
  });

  const pattern = () => deployed.resources.FailedExecutionRule?.Properties.EventPattern;

  const machines = ['', '-sweep', '-deployment'].map((end) => `account-onboarding-example${end}`);

  test.each(machines)('those of %s are the ones of a deployed machine', (machine) => {
    const names = resourcesOf(deployed, 'AWS::StepFunctions::StateMachine').map(
      ([, { Properties }]) => Properties.StateMachineName,
    );
    expect(names).toContain(machine);
    expect(names).toHaveLength(machines.length);
  });

  test.each(['FAILED', 'TIMED_OUT', 'ABORTED'])('%s gets its record', (status) => {
    for (const machine of machines) {
      expect(matchesPattern(pattern(), changed(status, machine))).toBe(true);
      expect(failedExecutionEvent.safeParse(changed(status, machine)).success).toBe(true);
    }
  });

  test.each(['RUNNING', 'SUCCEEDED'])('%s does not', (status) => {
    expect(matchesPattern(pattern(), changed(status))).toBe(false);
  });

  test('another state machine is left alone', () => {
    expect(matchesPattern(pattern(), changed('FAILED', 'another'))).toBe(false);
  });

  test('the function may be called by this rule only', () => {
    expect(resourcesOf(deployed, 'AWS::Lambda::Permission').map(([, { Properties }]) => Properties)).toEqual([
      expect.objectContaining({
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': ['FailedExecutionRule', 'Arn'] },
      }),
    ]);
  });

  test('what the function cannot record is kept', () => {
    expect(deployed.functions['record-failed-execution']).toMatchObject({
      destinations: { onFailure: { type: 'sqs', arn: { 'Fn::GetAtt': ['FailureDeadLetters', 'Arn'] } } },
    });
  });
});

interface Target {
  readonly DeadLetterConfig?: { readonly Arn: unknown };
  readonly RetryPolicy?: unknown;
}

describe('dead letters', () => {
  const targets = () =>
    resourcesOf(deployed, 'AWS::Events::Rule').flatMap(([rule, { Properties }]) =>
      (Properties.Targets as readonly Target[]).map((target) => ({ rule, target })),
    );
  const queueOf = ({ DeadLetterConfig }: Target) => arnText(DeadLetterConfig?.Arn);

  test('every target tries for a day, and has a queue', () => {
    for (const { target } of targets()) {
      expect(target.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 });
      expect(queueOf(target)).toMatch(/DeadLetters\.Arn$/);
    }
  });

  test('a queue takes letters from exactly the rules that use it', () => {
    for (const [, { Properties }] of resourcesOf(deployed, 'AWS::SQS::QueuePolicy')) {
      const [queue] = Properties.Queues as readonly unknown[];
      const { Statement } = Properties.PolicyDocument as { Statement: readonly Record<string, unknown>[] };
      const arn = `${arnText(queue)}.Arn`;
      const senders = targets().filter(({ target }) => queueOf(target) === arn);
      const sources = senders.map(({ rule }) => ({ 'Fn::GetAtt': [rule, 'Arn'] }));
      expect(Statement).toEqual([
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: { 'Fn::GetAtt': [arnText(queue), 'Arn'] },
          Condition: { ArnEquals: { 'aws:SourceArn': sources.length === 1 ? sources[0] : sources } },
        },
      ]);
    }
  });

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
