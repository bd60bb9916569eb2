import { describe, expect, test } from '@jest/globals';
import { secretEvents } from '../../shared/cloudformation/secret-events.ts';
import { renderSpokeTemplate, type Template } from '../../shared/cloudformation/template.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { matchesPattern } from '../../simulator/event-pattern.ts';
import { log, management, security, shared, smallText } from '../fixtures/small-configuration.ts';
import { stackOf } from '../fixtures/spoke-stack.ts';

const hub = { accountId: management, region: 'us-east-1' };
const ruleIds = secretEvents.map(({ ruleId }) => ruleId);
const queue = ['DeadLetters', 'DeadLettersPolicy', 'DeadLettersAlarm'];

/** What stands beside the grants, as JSON in YAML. */
const spoke = (accountId: string, more: object, at = hub) =>
  renderSpokeTemplate({
    configuration: parseConfiguration(
      `${smallText(['secret'])}${Object.entries(more)
        .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
        .join('')}`,
      'the test',
    ),
    accountId,
    hub: at,
  });

const target = (account: string, region?: string) => ({
  ...{ account, secret: 'app/database', application: 'abc1234', profile: 'jkl1234' },
  environments: ['def1234'],
  ...(region === undefined ? {} : { region }),
});

const profiles = [{ name: 'settings' }, { name: 'database', secret: 'shop/database' }];
const application = (more: object) => ({
  name: 'shop',
  account: 'shared',
  environments: [{ name: 'test' }],
  ...more,
});

/** Without the conditions of the alarm's topic. */
const regionConditions = ({ Conditions }: Template) =>
  Object.keys(Conditions ?? {}).filter((name) => !['HasAlarmTopic', 'TopicIsHere'].includes(name));

describe('the events of secrets are forwarded', () => {
  test.each([
    ['nowhere without rotation', {}, [[], [], []]],
    ['from every central account', { secretDeployment: {} }, [['eu-west-1'], ['us-east-1'], ['eu-west-1']]],
    [
      'from more regions when the configuration names them',
      { secretDeployment: { regions: ['us-west-2'] } },
      [
        ['eu-west-1', 'us-west-2'],
        ['us-east-1', 'us-west-2'],
        ['eu-west-1', 'us-west-2'],
      ],
    ],
    [
      'from the account that targets name, and from their regions',
      { secretDeployment: { targets: [target('shared', 'eu-central-1')] } },
      [[], [], ['eu-central-1', 'eu-west-1']],
    ],
    [
      'from where an application serves a secret',
      { applications: [application({ profiles, region: 'us-west-2' })] },
      [[], [], ['eu-west-1', 'us-west-2']],
    ],
    [
      'not from where applications are hosted only',
      { applications: [application({ profiles: profiles.slice(0, 1) })] },
      [[], [], []],
    ],
  ])('forwards the events of secrets %s', (_, more, expected) => {
    const regions = ['eu-central-1', 'eu-west-1', 'us-east-1', 'us-west-2'];
    const from = [log, security, shared].map((accountId) => {
      const { template } = spoke(accountId, more);
      return regions.filter((region) => {
        const there = Object.keys(stackOf(template, { accountId, region }));
        const forwards = ruleIds.every((id) => there.includes(id));
        expect(ruleIds.some((id) => there.includes(id))).toBe(forwards);
        return forwards;
      });
    });
    expect(from).toEqual(expected);
  });

  test("forwards secret events by rules with a queue and an alarm, and from other regions by the home region's role", () => {
    const { template, regions } = spoke(shared, { secretDeployment: { regions: ['us-west-2'] } });
    const there = stackOf(template, { accountId: shared, region: 'us-west-2' });

    expect(regions).toEqual(['eu-west-1', 'us-west-2']);
    expect(Object.keys(there)).toEqual([...ruleIds, ...queue]);
    for (const id of ruleIds)
      expect(there[id]?.Properties.Targets).toMatchObject([
        {
          Arn: `arn:aws:events:us-east-1:${management}:event-bus/default`,
          RoleArn: `arn:aws:iam::${shared}:role/account-onboarding/account-onboarding-flows-forward-events`,
        },
      ]);
    const { ForwarderRole } = stackOf(template, { accountId: shared, region: 'eu-west-1' });
    expect(ForwarderRole?.Properties.AssumeRolePolicyDocument).toMatchObject({
      Statement: [{ Condition: { StringEquals: { 'aws:SourceAccount': shared } } }],
    });
  });

  test('accepts dead letters only from the rules that forward secret events', () => {
    const { template } = spoke(shared, { secretDeployment: {} });
    const stack = stackOf(template, { accountId: shared, region: 'eu-west-1' });
    const names = ruleIds.map((id) => stack[id]?.Properties.Name);

    expect(new Set(names).size).toBe(ruleIds.length);
    expect(stack.DeadLettersPolicy?.Properties.PolicyDocument).toMatchObject({
      Statement: [
        {
          Condition: {
            ArnEquals: {
              'aws:SourceArn': names.map((name) => `arn:aws:events:eu-west-1:${shared}:rule/${name}`),
            },
          },
        },
      ],
    });
  });

  test('forwards nothing when the central account is the hub', () => {
    const { template } = spoke(shared, { secretDeployment: {} }, { accountId: shared, region: 'eu-west-1' });
    expect(template.Resources).not.toHaveProperty('SecretLabelRule');
  });

  test('forwards secret events and resource events from different regions', () => {
    const repositories = `
  - name: many
    kind: ecr-repository-policy
    account: shared
    regions: [us-west-2]
    repositories: ["base/*"]
    preset: pull
    for: { all: true }`;
    const { template } = renderSpokeTemplate({
      configuration: parseConfiguration(
        `${smallText(['secret'], repositories)}secretDeployment: {}\n`,
        'the test',
      ),
      accountId: shared,
      hub,
    });
    const keys = (region: string) => Object.keys(stackOf(template, { accountId: shared, region }));

    expect(keys('us-west-2')).toEqual(['ResourceEventRule', ...queue]);
    expect(keys('eu-west-1').filter((key) => key.endsWith('Rule'))).toEqual(ruleIds);
  });

  test('renders one condition for each set of regions', () => {
    const { template } = spoke(shared, { secretDeployment: {} });
    const wide = spoke(shared, { secretDeployment: { regions: ['us-west-2'] } });
    expect(regionConditions(template)).toEqual(['IsHome']);
    expect(regionConditions(wide.template)).toEqual(['IsHome', 'Forwards']);
  });

  test('forwards an event when AWSCURRENT moves, and none for other labels', () => {
    const labeled = (labelUpdated: string) => ({
      source: 'aws.secretsmanager',
      'detail-type': 'Secret Label Updated',
      detail: { labelUpdated },
    });
    const matches = (event: object) => secretEvents.filter(({ pattern }) => matchesPattern(pattern, event));
    expect(matches(labeled('AWSCURRENT'))).toHaveLength(1);
    expect(matches(labeled('canary'))).toHaveLength(0);
  });
});
