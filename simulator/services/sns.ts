import type { PublishCommandInput, PublishCommandOutput } from '@aws-sdk/client-sns';
import { awsError } from '../aws-error.ts';
import { operation, type ServiceOperations } from '../call.ts';
import { denialOf } from '../permissions.ts';
import { randomUuid } from '../world.ts';

/** Amazon SNS: what is published to a topic is recorded. Source: SNS API reference, "Publish". */
export const sns: ServiceOperations = {
  Publish: operation<PublishCommandInput, PublishCommandOutput>(({ world, caller, region, input }) => {
    const arn = input.TopicArn ?? input.TargetArn ?? '';
    const denial = denialOf(world, caller, {
      action: 'sns:Publish',
      resource: arn,
      resourceAccount: caller.accountId,
      region,
    });
    if (denial !== undefined) throw awsError('AuthorizationErrorException', denial, 403);
    if (!world.topics.has(arn)) throw awsError('NotFoundException', 'Topic does not exist', 404);
    if ((input.Message ?? '') === '')
      throw awsError('InvalidParameterException', 'Invalid parameter: Empty message');
    world.messages.push({ ...input });
    return { MessageId: randomUuid(world) };
  }),
};
