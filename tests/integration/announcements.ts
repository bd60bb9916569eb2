import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { SubscribeCommand } from '@aws-sdk/client-sns';
import type { Organization } from './organization.ts';

/** What was announced since the last look, each `{title, detail}`; the order of one queue is kept. */
export interface Announcements {
  fromEventBridge(): Promise<readonly Announcement[]>;
  fromTopic(): Promise<readonly Announcement[]>;
}

interface Announcement {
  readonly title: string;
  readonly detail: unknown;
}

/** A queue behind the organization's topic, and one behind a rule of EventBridge. */
export async function listenAt(
  endpoint: string,
  { accounts: { eventBridge, sns }, topic }: Organization,
): Promise<Announcements> {
  const events = await createQueue(endpoint, 'events');
  const notifications = await createQueue(endpoint, 'notifications');
  const EventPattern = JSON.stringify({ source: ['account-onboarding'] });
  const Targets = [{ Id: 'queue', Arn: events.arn }];
  await eventBridge.send(new PutRuleCommand({ Name: 'announcements', EventPattern }));
  await eventBridge.send(new PutTargetsCommand({ Rule: 'announcements', Targets }));
  await sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: 'sqs', Endpoint: notifications.arn }));
  return {
    fromEventBridge: async () =>
      (await drain<Event>(endpoint, events.url)).map(({ 'detail-type': title, detail }) => ({
        title,
        detail,
      })),
    fromTopic: async () =>
      (await drain<Notification>(endpoint, notifications.url)).map(({ Subject: title, Message }) => ({
        title,
        detail: JSON.parse(Message),
      })),
  };
}

interface Event {
  readonly 'detail-type': string;
  readonly detail: unknown;
}

interface Notification {
  readonly Subject: string;
  readonly Message: string;
}

interface Queue {
  readonly url: string;
  readonly arn: string;
}

async function createQueue(endpoint: string, QueueName: string): Promise<Queue> {
  const { QueueUrl } = (await sqs(endpoint, 'CreateQueue', { QueueName })) as { QueueUrl: string };
  const { Attributes } = (await sqs(endpoint, 'GetQueueAttributes', {
    QueueUrl,
    AttributeNames: ['QueueArn'],
  })) as { Attributes: { QueueArn: string } };
  return { url: QueueUrl, arn: Attributes.QueueArn };
}

/** Takes all messages; they stay invisible, so the next look does not see them again. */
async function drain<Body>(endpoint: string, QueueUrl: string): Promise<readonly Body[]> {
  const all: Body[] = [];
  for (;;) {
    const { Messages = [] } = (await sqs(endpoint, 'ReceiveMessage', {
      QueueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 3_600,
      WaitTimeSeconds: 0,
    })) as { Messages?: { Body: string }[] };
    if (Messages.length === 0) return all;
    all.push(...Messages.map(({ Body }): Body => JSON.parse(Body)));
  }
}

/** SQS without its SDK client, which the project does not need: its JSON protocol, and a signature that moto ignores. */
async function sqs(endpoint: string, operation: string, input: object): Promise<unknown> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${operation}`,
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=none',
    },
    body: JSON.stringify(input),
  });
  if (!answer.ok) throw new Error(`SQS answered ${operation} with ${answer.status}: ${await answer.text()}`);
  return answer.json();
}
