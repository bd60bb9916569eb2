import { beforeAll, describe, expect, test } from '@jest/globals';
import { failedExecutionEvent } from '../../shared/runs/step-schemas.ts';
import { matchesPattern } from '../../simulator/event-pattern.ts';
import { type Deployment, deployment, resourcesOf } from '../fixtures/deployment/deployment.ts';

let deployed: Deployment;
beforeAll(async () => {
  deployed = await deployment();
}, 60_000);

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

  test.each(machines)('records the failed executions of the deployed state machine %s', (machine) => {
    const names = resourcesOf(deployed, 'AWS::StepFunctions::StateMachine').map(
      ([, { Properties }]) => Properties.StateMachineName,
    );
    expect(names).toContain(machine);
    expect(names).toHaveLength(machines.length);
  });

  test.each(['FAILED', 'TIMED_OUT', 'ABORTED'])('records an execution that ended as %s', (status) => {
    for (const machine of machines) {
      expect(matchesPattern(pattern(), changed(status, machine))).toBe(true);
      expect(failedExecutionEvent.safeParse(changed(status, machine)).success).toBe(true);
    }
  });

  test.each(['RUNNING', 'SUCCEEDED'])('ignores an execution that is %s', (status) => {
    expect(matchesPattern(pattern(), changed(status))).toBe(false);
  });

  test('ignores executions of other state machines', () => {
    expect(matchesPattern(pattern(), changed('FAILED', 'another'))).toBe(false);
  });

  test('allows only the rule on failed executions to call the recording function', () => {
    expect(resourcesOf(deployed, 'AWS::Lambda::Permission').map(([, { Properties }]) => Properties)).toEqual([
      expect.objectContaining({
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': ['FailedExecutionRule', 'Arn'] },
      }),
    ]);
  });

  test('keeps an event in a queue when the recording function fails', () => {
    expect(deployed.functions['record-failed-execution']).toMatchObject({
      destinations: { onFailure: { type: 'sqs', arn: { 'Fn::GetAtt': ['FailureDeadLetters', 'Arn'] } } },
    });
  });
});
