import type {
  GetTopicAttributesCommandInput,
  GetTopicAttributesCommandOutput,
  PublishCommandInput,
  PublishCommandOutput,
} from '@aws-sdk/client-sns';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceOperations } from '../call.ts';
import { findDenial } from '../permissions.ts';
import { makeRandomUuid } from '../world.ts';

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
    return { Attributes: { TopicArn: arn } };
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
    world.messages.push({ ...input });
    return { MessageId: makeRandomUuid(world) };
  }),
};
