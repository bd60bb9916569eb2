import { describe, expect, test } from '@jest/globals';
import { findMatchingRules, getRules } from '../../simulator/rules.ts';
import { createSimulatorEnv, member } from '../fixtures/simulator-env.ts';

const template = `
Resources:
  Machine:
    Type: AWS::StepFunctions::StateMachine
  AccountCreated:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: [aws.organizations]
        detail: { eventName: [CreateAccountResult, CloseAccountResult] }
      Targets:
        - Id: onboarding
          Arn: !GetAtt Machine.Arn
          RoleArn: !GetAtt [Role, Arn]
          DeadLetterConfig: { Arn: !Sub "arn:\${AWS::Partition}:sqs:::letters" }
  AccountMoved:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: [aws.organizations]
        detail: { eventName: [MoveAccount], errorCode: [{ exists: false }] }
      Targets:
        - { Id: onboarding, Arn: !Ref Machine }
        - { Id: audit, Arn: !Ref Queue }
  Disabled:
    Type: AWS::Events::Rule
    Properties:
      State: DISABLED
      EventPattern: { source: [aws.organizations] }
      Targets: [{ Id: none, Arn: !Ref Machine }]
  Nightly:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 day)
      Targets: [{ Id: sweep, Arn: !Ref Sweep }]
`;

describe('the rules of a template', () => {
  const rules = getRules(template);

  test('returns the enabled rules that have a pattern', () => {
    expect(rules.map(({ ruleId }) => ruleId)).toEqual(['AccountCreated', 'AccountMoved']);
  });

  test("matches events of the simulated organization by the template's rules", () => {
    const { organization } = createSimulatorEnv();
    const matched: (readonly [string, readonly string[]])[] = [];
    organization.onEvent((event) =>
      matched.push([
        String(event.detail.eventName),
        findMatchingRules(rules, event).map(({ ruleId, target }) => `${ruleId}: ${JSON.stringify(target)}`),
      ]),
    );
    organization.createAccount({ id: '333344445555', name: 'workload-2' });
    organization.moveAccount(member, 'r-abcd');
    organization.tagAccount(member, { stage: 'test' });
    expect(matched).toEqual([
      ['CreateAccountResult', [expect.stringContaining('AccountCreated: {"Id":"onboarding"')]],
      [
        'MoveAccount',
        [
          'AccountMoved: {"Id":"onboarding","Arn":{"Ref":"Machine"}}',
          'AccountMoved: {"Id":"audit","Arn":{"Ref":"Queue"}}',
        ],
      ],
      ['TagResource', []],
    ]);
  });

  test('keeps the intrinsic functions of rule targets', () => {
    expect(rules[0]?.targets).toEqual([
      {
        Id: 'onboarding',
        Arn: { 'Fn::GetAtt': 'Machine.Arn' },
        RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
        DeadLetterConfig: { Arn: { 'Fn::Sub': 'arn:${AWS::Partition}:sqs:::letters' } },
      },
    ]);
  });

  test('returns no rules when the template has no resources', () => {
    expect(getRules('Outputs: {}')).toEqual([]);
  });

  test('refuses a template that is not valid YAML', () => {
    expect(() => getRules('Resources: [')).toThrow('The template of the rules');
  });
});

describe('a rule that is enabled', () => {
  const withState = (state: string) =>
    getRules(`Resources:
  KeyUse:
    Type: AWS::Events::Rule
    Properties:
      State: ${state}
      EventPattern: { source: [aws.kms] }
      Targets: [{ Id: queue, Arn: queue }]
`);
  const event = (more: object, detailType = 'AWS API Call via CloudTrail') => ({
    source: 'aws.kms',
    'detail-type': detailType,
    detail: { eventName: 'Decrypt', readOnly: true, managementEvent: true, ...more },
  });
  const all = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';

  test.each([
    ['no read-only management event', 'ENABLED', event({}), 0],
    ['a management event that changes something', 'ENABLED', event({ readOnly: false }), 1],
    ['a read-only data event', 'ENABLED', event({ managementEvent: false }), 1],
    ['an event that does not come through CloudTrail', 'ENABLED', event({}, 'KMS CMK Rotation'), 1],
    ['a read-only management event if its state includes them', all, event({}), 1],
    [
      'a management event that changes something if its state includes all',
      all,
      event({ readOnly: false }),
      1,
    ],
  ])('delivers to a rule %s', (_, state, given, count) => {
    expect(findMatchingRules(withState(state), given)).toHaveLength(count);
  });
});
