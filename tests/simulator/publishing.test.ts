import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import {
  createSimulatorEnv,
  hub,
  policy,
  refusal,
  region,
  type SimulatorEnv,
} from '../fixtures/simulator-env.ts';

let env: SimulatorEnv;

beforeEach(() => {
  env = createSimulatorEnv();
});

const Entry = { Source: 'shop', DetailType: 'Order Placed', Detail: '{"orderId":"1"}' };

const powerless = () => {
  env.organization.addRole({ accountId: hub, name: 'powerless', trust: policy() });
  return { region, credentials: env.organization.credentialsOf(hub, 'powerless') };
};

describe('EventBridge', () => {
  test('stores events that were sent to an event bus', async () => {
    const { FailedEntryCount, Entries } = await env.hubClients.eventBridge.send(
      new PutEventsCommand({ Entries: [Entry, { ...Entry, DetailType: 'Order Canceled' }] }),
    );
    expect(FailedEntryCount).toBe(0);
    expect(new Set(Entries?.map(({ EventId }) => EventId)).size).toBe(2);
    expect(env.organization.world.putEvents).toEqual([Entry, { ...Entry, DetailType: 'Order Canceled' }]);
  });

  test('accepts between one and ten entries in PutEvents', async () => {
    for (const Entries of [[], Array.from({ length: 11 }, () => Entry)]) {
      const call = env.hubClients.eventBridge.send(new PutEventsCommand({ Entries }));
      expect(await refusal(call)).toMatchObject({ name: 'ValidationException' });
    }
  });

  test('refuses an event of this project in PutEvents when it breaks the contract', async () => {
    const wrong = { Source: 'account-onboarding', DetailType: 'Account Onboarded', Detail: '{}' };
    const call = env.hubClients.eventBridge.send(new PutEventsCommand({ Entries: [wrong] }));
    expect(await refusal(call)).toMatchObject({ name: 'EventContractError' });
    expect(env.organization.world.putEvents).toEqual([]);
  });

  test('requires permission for PutEvents', async () => {
    const client = withPlugins(new EventBridgeClient(powerless()), [env.organization.plugin()]);
    expect(await refusal(client.send(new PutEventsCommand({ Entries: [Entry] })))).toMatchObject({
      name: 'AccessDeniedException',
    });
    expect(env.organization.world.putEvents).toEqual([]);
  });
});

describe('SNS', () => {
  const publish = (TopicArn: string, Message: string) =>
    env.hubClients.sns.send(new PublishCommand({ TopicArn, Message }));

  test('stores messages that were published to a topic', async () => {
    await publish(env.topicArn, 'done');
    expect(env.organization.world.messages).toEqual([{ TopicArn: env.topicArn, Message: 'done' }]);
  });

  test('requires a topic and a message for Publish', async () => {
    expect(await refusal(publish(`${env.topicArn}-2`, 'done'))).toMatchObject({
      name: 'NotFoundException',
      status: 404,
    });
    expect(await refusal(publish(env.topicArn, ''))).toMatchObject({ name: 'InvalidParameterException' });
  });

  test('requires permission for Publish', async () => {
    const client = withPlugins(new SNSClient(powerless()), [env.organization.plugin()]);
    const call = client.send(new PublishCommand({ TopicArn: env.topicArn, Message: 'done' }));
    expect(await refusal(call)).toMatchObject({ name: 'AuthorizationErrorException', status: 403 });
  });
});
