import type {
  GetTopicAttributesCommandInput,
  GetTopicAttributesCommandOutput,
  PublishCommandInput,
  PublishCommandOutput,
} from '@aws-sdk/client-sns';
import { getPartitionFacts } from '../../shared/platform/partitions.ts';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { findDenial } from '../permissions.ts';
import { makeRandomUuid } from '../world.ts';
import { createKeyAttempt } from './kms-keys.ts';

/** Amazon SNS: published messages are recorded. Source: SNS API reference, "Publish". */
export const sns: ServiceOperations = {
  GetTopicAttributes: defineOperation<
    GetTopicAttributesCommandInput,
    Omit<GetTopicAttributesCommandOutput, '$metadata'>
  >(({ world, caller, region, input: { TopicArn: arn = '' } }) => {
    const request = {
      action: 'sns:GetTopicAttributes',
      resource: arn,
      resourceAccount: caller.accountId,
      region,
    };
    const denial = findDenial(world, caller, request);
    if (denial !== undefined) throw createAwsError('AuthorizationErrorException', denial, 403);
    if (!world.topics.has(arn)) throw createAwsError('NotFoundException', 'Topic does not exist', 404);
    const keyArn = world.topics.get(arn)?.keyArn;
    return { Attributes: { TopicArn: arn, ...(keyArn === undefined ? {} : { KmsMasterKeyId: keyArn }) } };
  }),

  Publish: defineOperation<PublishCommandInput, PublishCommandOutput>(({ world, caller, region, input }) => {
    const arn = input.TopicArn ?? input.TargetArn ?? '';
    const denial = findDenial(world, caller, {
      action: 'sns:Publish',
      resource: arn,
      resourceAccount: caller.accountId,
      region,
    });
    if (denial !== undefined) throw createAwsError('AuthorizationErrorException', denial, 403);
    if (!world.topics.has(arn)) throw createAwsError('NotFoundException', 'Topic does not exist', 404);
    if ((input.Message ?? '') === '')
      throw createAwsError('InvalidParameterException', 'Invalid parameter: Empty message');
    useKey({ world, caller, region, input: {} }, arn);
    world.messages.push({ ...input });
    return { MessageId: makeRandomUuid(world) };
  }),
};

/**
 * SNS uses the key of the topic for the publisher. Sources: SNS developer guide, "Key management"; KMS developer guide,
 * "AWS KMS condition keys" (kms:ViaService).
 */
function useKey(call: ServiceCall<object>, topicArn: string): void {
  const { world, region } = call;
  const { keyArn } = world.topics.get(topicArn) ?? {};
  if (keyArn === undefined) return;
  const key = world.keys.get(keyArn);
  if (key === undefined || key.region !== region)
    throw createAwsError('KMSNotFoundException', `Key '${keyArn}' does not exist`);
  const { dnsSuffix } = getPartitionFacts(world.settings.partition);
  for (const action of ['kms:GenerateDataKey', 'kms:Decrypt']) {
    const denial = findDenial(world, call.caller, {
      ...createKeyAttempt(key, action, key.policy),
      context: {
        'kms:ViaService': `sns.${region}.${dnsSuffix}`,
        'kms:EncryptionContext:aws:sns:topicArn': topicArn,
        'kms:EncryptionContextKeys': ['aws:sns:topicArn'],
      },
    });
    if (denial !== undefined) throw createAwsError('KMSAccessDeniedException', denial);
  }
}
