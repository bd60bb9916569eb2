import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parseAccountEvent } from '../../shared/accounts/account-event.ts';
import { eventReaders } from '../../shared/accounts/event-readers.ts';
import { apiCall } from '../../shared/accounts/resource-event.ts';
import { accountEvents } from '../../shared/cloudformation/account-events.ts';
import { createResourceEventPattern } from '../../shared/cloudformation/forwarding.ts';
import { getAccountForwarderName, getForwarderRoleName } from '../../shared/cloudformation/names.ts';
import { secretEvents } from '../../shared/cloudformation/secret-events.ts';
import { rolePath } from '../../shared/configuration/installation-names.ts';
import { listCallEvents } from '../../shared/grants/kinds.ts';
import { parseRotationEvent, rotationEventNames } from '../../shared/secrets/deployment/event.ts';
import { findMatchingRules, getRules } from '../../simulator/rules.ts';
import {
  type Deployment,
  deployment,
  readJson,
  resourcesOf,
  root,
} from '../fixtures/deployment/deployment.ts';

let deployed: Deployment;
beforeAll(async () => {
  deployed = await deployment('tests/deployment/every-rule.yml');
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
  test('starts the state machine by one rule for each kind of readable event', () => {
    const names = patterns.flatMap(({ detail }) => detail.eventName ?? []);
    expect(names.toSorted()).toEqual(Object.keys(eventReaders).toSorted());
  });

  test('matches the events that the management account forwards by rules with equal names', () => {
    expect(accountRules.map(({ ruleId, pattern }) => ({ ruleId, pattern }))).toEqual(
      accountEvents.map(({ ruleId, pattern }) => ({ ruleId, pattern })),
    );
  });

  test('reads each event from the source that its rule matches', () => {
    for (const [eventName, { source }] of Object.entries(eventReaders))
      expect(findMatchingRules(accountRules, { source, detail: { eventName } })).toHaveLength(1);
  });

  test('matches events of any detail type', () => {
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

  test('matches in the hub the API calls that the central accounts forward', () => {
    const [rule] = startingRules.filter(({ ruleId }) => ruleId === 'ResourceCallRule');
    expect(rule?.pattern).toEqual(createResourceEventPattern(listCallEvents()));
  });

  test('starts one run for each successful call about a resource, and none for a failed call', () => {
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

test('accepts events only from the forwarding roles of central accounts and the management account', () => {
  const [policy, ...more] = resourcesOf(deployed, 'AWS::Events::EventBusPolicy');
  const { Statement } = policy?.[1].Properties ?? {};
  const name = `role${rolePath}${getForwarderRoleName({ installation: 'example' })}`;
  const roles = ['222222222222', '333333333333', '444444444444'].map(
    (id) => `arn:\${AWS::Partition}:iam::${id}:${name}`,
  );
  const management = `arn:\${AWS::Partition}:iam::111111111111:role${rolePath}${getAccountForwarderName({ installation: 'example' })}`;
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
      ArnEquals: {
        'aws:PrincipalArn': [
          ...roles.map((arn) => ({ 'Fn::Sub': arn })),
          { 'Fn::If': ['HubIsElsewhere', { 'Fn::Sub': management }, { Ref: 'AWS::NoValue' }] },
        ],
      },
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
    'starts a run on the example event $name',
    ({ event }) => {
      expect(findMatchingRules(rules, event).map(({ target }) => target)).toEqual([
        expect.objectContaining({ Arn: { Ref: 'AccountOnboardingStateMachine' } }),
      ]);
    },
  );

  test.each(fixtures.filter(({ event }) => event.detail.errorCode !== undefined))(
    'starts no run on the failed call $name',
    ({ event }) => expect(findMatchingRules(rules, event)).toEqual([]),
  );

  test('starts no run on events that change no account, with few exceptions', () => {
    const started = fixtures
      .filter(
        ({ reading, event }) => reading.type === 'ignored' && findMatchingRules(rules, event).length > 0,
      )
      .map(({ name }) => name);
    expect(started).toEqual(startAnIgnoredRun);
  });
});

describe('the sweep', () => {
  test('starts the sweep only by its schedule, with an empty input', () => {
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

  test('starts a secret deployment on the events that central accounts forward, by rules with equal names', () => {
    const forwarded = secretEvents.map(({ ruleId, pattern }) => ({ ruleId, pattern }));
    const starting = rules.filter(({ targets }) => JSON.stringify(targets).includes('ConfigDeployment'));
    expect(starting.map(({ ruleId, pattern }) => ({ ruleId, pattern }))).toEqual(forwarded);
  });

  test('starts a secret deployment when AWSCURRENT moves, and not for other labels', () => {
    expect(started(labeled('AWSCURRENT'))).toEqual([{ Ref: 'ConfigDeploymentStateMachine' }]);
    expect(started(labeled('canary'))).toEqual([]);
    expect(parseRotationEvent(labeled('AWSCURRENT'))).toMatchObject({ type: 'secret' });
  });

  test.each(rotationEventNames)(
    'starts a secret deployment on the CloudTrail event %s with any detail type',
    (eventName) => {
      const event = {
        source: 'aws.secretsmanager',
        'detail-type': 'AWS API Call via CloudTrail',
        detail: { eventName, additionalEventData: { SecretId: arn } },
      };
      expect(started(event)).toEqual([{ Ref: 'ConfigDeploymentStateMachine' }]);
      expect(parseRotationEvent(event).type).not.toBe('ignored');
    },
  );

  test('starts the check of secrets by a schedule, with an input that the function accepts', () => {
    const { ScheduleExpression, Targets } = deployed.resources.UnfinishedDeploymentsRule?.Properties ?? {};
    expect(ScheduleExpression).toBe('rate(15 minutes)');
    const [target] = Targets as readonly { readonly Input: string }[];
    expect(parseRotationEvent(JSON.parse(target?.Input ?? ''))).toMatchObject({ type: 'look' });
  });
});
