import { beforeAll, describe, expect, test } from '@jest/globals';
import { arnText, type Deployment, deployment, resourcesOf } from '../fixtures/deployment/deployment.ts';

let deployed: Deployment;
beforeAll(async () => {
  deployed = await deployment();
}, 60_000);

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

  test('retries every event target for a day, and gives it a dead-letter queue', () => {
    for (const { target } of targets()) {
      expect(target.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 });
      expect(queueOf(target)).toMatch(/DeadLetters\.Arn$/);
    }
  });

  test('accepts dead letters only from the rules that use the queue', () => {
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
});
