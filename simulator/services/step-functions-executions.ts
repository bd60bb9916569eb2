import type {
  DescribeExecutionCommandInput,
  DescribeExecutionCommandOutput,
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  StartExecutionCommandInput,
  StartExecutionCommandOutput,
} from '@aws-sdk/client-sfn';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { findDenial } from '../permissions.ts';
import type { SimulatedExecution } from '../simulated-resources.ts';
import { makeRandomUuid } from '../world.ts';

type Output<T> = Omit<T, '$metadata'>;

/**
 * AWS Step Functions: executions that were started by the API. `runStartedExecutions` runs them later. Every state
 * machine exists. Source: API reference, "StartExecution" (a repeated start with the same name and input returns the
 * running execution) and "DescribeExecution".
 */
export const stepFunctionsExecutions: ServiceOperations = {
  ListTagsForResource: defineOperation<
    ListTagsForResourceCommandInput,
    Output<ListTagsForResourceCommandOutput>
  >((call) => {
    const { resourceArn = '' } = call.input;
    expectAllowed(call, 'ListTagsForResource', resourceArn);
    const tags = Object.entries(call.world.stateMachineTags.get(resourceArn) ?? {});
    return { tags: tags.map(([key, value]) => ({ key, value })) };
  }),

  StartExecution: defineOperation<StartExecutionCommandInput, Output<StartExecutionCommandOutput>>((call) => {
    const { world, input } = call;
    const { stateMachineArn = '', name = makeRandomUuid(world), input: text = '{}' } = input;
    expectAllowed(call, 'StartExecution', stateMachineArn);
    if (!/^[\w-]{1,80}$/.test(name)) throw createAwsError('InvalidName', `Invalid Name: '${name}'`);
    const arn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const earlier = world.executions.get(arn);
    if (earlier !== undefined && (earlier.status !== 'RUNNING' || earlier.input !== text))
      throw createAwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    const startedAt = earlier?.startedAt ?? world.settings.clock.now();
    const execution = { arn, stateMachineArn, name, input: text, startedAt, status: 'RUNNING' } as const;
    world.executions.set(arn, execution);
    return { executionArn: arn, startDate: new Date(startedAt) };
  }),

  DescribeExecution: defineOperation<DescribeExecutionCommandInput, Output<DescribeExecutionCommandOutput>>(
    (call) => {
      const arn = call.input.executionArn ?? '';
      expectAllowed(call, 'DescribeExecution', arn);
      const execution = call.world.executions.get(arn);
      if (execution === undefined)
        throw createAwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
      return toOutput(execution);
    },
  ),
};

const toOutput = ({ arn, stateMachineArn, name, input, status, startedAt }: SimulatedExecution) => ({
  executionArn: arn,
  stateMachineArn,
  name,
  input,
  status,
  startDate: new Date(startedAt),
});

function expectAllowed({ world, caller, region }: ServiceCall<unknown>, name: string, resource: string) {
  const action = `states:${name}`;
  const denial = findDenial(world, caller, { action, resource, resourceAccount: caller.accountId, region });
  if (denial !== undefined) throw createAwsError('AccessDeniedException', denial);
}
