import { createHash } from 'node:crypto';
import type {
  ChangeMessageVisibilityCommandInput,
  DeleteMessageCommandInput,
  ListQueuesCommandInput,
  ListQueuesCommandOutput,
  ReceiveMessageCommandInput,
  ReceiveMessageCommandOutput,
} from '@aws-sdk/client-sqs';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { findDenial } from '../permissions.ts';
import type { SimulatedMessage } from '../simulated-resources.ts';

type Output<T> = Omit<T, '$metadata'>;

/**
 * Amazon SQS: messages that wait in a queue. A received message is hidden for the visibility timeout. Its receipt
 * handle is its id. Source: SQS API reference, "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility",
 * "ListQueues".
 */
export const sqs: ServiceOperations = {
  ListQueues: defineOperation<ListQueuesCommandInput, Output<ListQueuesCommandOutput>>((call) => {
    expectAllowed(call, 'ListQueues', '*');
    const prefix = call.input.QueueNamePrefix ?? '';
    const urls = [...call.world.queues.keys()].filter((url) => url.split('/').at(-1)?.startsWith(prefix));
    // If no queue matches, SQS returns no list.
    return urls.length === 0 ? {} : { QueueUrls: urls };
  }),

  ReceiveMessage: defineOperation<ReceiveMessageCommandInput, Output<ReceiveMessageCommandOutput>>((call) => {
    const { MaxNumberOfMessages: max = 1, VisibilityTimeout: seconds = 30 } = call.input;
    if (max < 1 || max > 10) throw createAwsError('InvalidParameterValue', 'MaxNumberOfMessages: 1 to 10');
    const now = call.world.settings.clock.now();
    const visible = messagesOf(call, 'ReceiveMessage').filter(({ hiddenUntil }) => hiddenUntil <= now);
    const messages = visible.slice(0, max);
    for (const message of messages) message.hiddenUntil = now + seconds * 1_000;
    return messages.length === 0 ? {} : { Messages: messages.map(toOutput) };
  }),

  ChangeMessageVisibility: defineOperation<ChangeMessageVisibilityCommandInput, object>((call) => {
    const { ReceiptHandle: handle, VisibilityTimeout: seconds = 0 } = call.input;
    const message = messagesOf(call, 'ChangeMessageVisibility').find(({ id }) => id === handle);
    if (message === undefined)
      throw createAwsError('ReceiptHandleIsInvalid', 'The receipt handle is invalid');
    message.hiddenUntil = call.world.settings.clock.now() + seconds * 1_000;
    return {};
  }),

  DeleteMessage: defineOperation<DeleteMessageCommandInput, object>((call) => {
    const messages = messagesOf(call, 'DeleteMessage');
    const index = messages.findIndex(({ id }) => id === call.input.ReceiptHandle);
    if (index >= 0) messages.splice(index, 1);
    return {};
  }),
};

const toOutput = ({ id, body, attributes, sentAt }: SimulatedMessage) => ({
  MessageId: id,
  ReceiptHandle: id,
  Body: body,
  MD5OfBody: createHash('md5').update(body).digest('hex'),
  Attributes: { SentTimestamp: String(sentAt) },
  MessageAttributes: Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { StringValue, DataType: 'String' }]),
  ),
});

interface OnQueue {
  readonly QueueUrl: string | undefined;
}

function messagesOf(call: ServiceCall<OnQueue>, name: string): SimulatedMessage[] {
  const { world, caller, region, input } = call;
  const url = input.QueueUrl ?? '';
  const messages = world.queues.get(url);
  if (messages === undefined)
    throw createAwsError('QueueDoesNotExist', 'The specified queue does not exist.', 400);
  const queue = url.split('/').at(-1) ?? '';
  expectAllowed(call, name, `arn:${world.settings.partition}:sqs:${region}:${caller.accountId}:${queue}`);
  return messages;
}

function expectAllowed({ world, caller, region }: ServiceCall<unknown>, name: string, resource: string) {
  const action = `sqs:${name}`;
  const denial = findDenial(world, caller, { action, resource, resourceAccount: caller.accountId, region });
  if (denial !== undefined) throw createAwsError('AccessDenied', denial, 403);
}
