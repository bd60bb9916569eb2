import type {
  SendTaskFailureCommandInput,
  SendTaskFailureCommandOutput,
  SendTaskHeartbeatCommandInput,
  SendTaskHeartbeatCommandOutput,
  SendTaskSuccessCommandInput,
  SendTaskSuccessCommandOutput,
} from '@aws-sdk/client-sfn';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { findDenial } from '../permissions.ts';

/**
 * AWS Step Functions: answers of tasks that wait for their tokens. Source: API reference, "SendTaskSuccess" and so on.
 */
export const stepFunctions: ServiceOperations = {
  SendTaskSuccess: defineOperation<SendTaskSuccessCommandInput, SendTaskSuccessCommandOutput>((call) => {
    const token = openTask(call, 'SendTaskSuccess');
    call.world.tasks.end(token, { type: 'succeeded', output: parsed(call.input.output ?? '') });
    return {};
  }),
  SendTaskFailure: defineOperation<SendTaskFailureCommandInput, SendTaskFailureCommandOutput>((call) => {
    const { error = '', cause = '' } = call.input;
    call.world.tasks.end(openTask(call, 'SendTaskFailure'), { type: 'failed', error, cause });
    return {};
  }),
  SendTaskHeartbeat: defineOperation<SendTaskHeartbeatCommandInput, SendTaskHeartbeatCommandOutput>(
    (call) => {
      openTask(call, 'SendTaskHeartbeat');
      return {};
    },
  ),
};

interface OnTask {
  readonly taskToken: string | undefined;
}

function openTask({ world, caller, region, input }: ServiceCall<OnTask>, name: string): string {
  const { taskToken: token = '' } = input;
  const denial = findDenial(world, caller, {
    action: `states:${name}`,
    resource: '*',
    resourceAccount: caller.accountId,
    region,
  });
  if (denial !== undefined) throw createAwsError('AccessDeniedException', denial);
  const open = world.tasks.isOpen(token);
  if (open === undefined) throw createAwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  if (!open) throw createAwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
  return token;
}

function parsed(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    throw createAwsError('InvalidOutput', "Invalid Output: 'The output is not JSON'");
  }
}
