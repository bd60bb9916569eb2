import type * as sdk from '@aws-sdk/client-cloudformation';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { createStack, deleteStack, expectCapabilities } from '../cloudformation/stacks.ts';
import type { SimulatedStack } from '../cloudformation/state.ts';
import { findDenial } from '../permissions.ts';

/** Plain stacks, created at once. Source: CloudFormation API reference. */
export const cloudFormationStacks: ServiceOperations = {
  CreateStack: defineOperation<sdk.CreateStackCommandInput, sdk.CreateStackCommandOutput>((call) => {
    const { StackName = '', TemplateBody, Parameters, Capabilities } = call.input;
    authorizeStack(call, 'CreateStack', StackName);
    if (findStack(call, StackName) !== undefined)
      throw createAwsError('AlreadyExistsException', `Stack [${StackName}] already exists`);
    const templateBody = expectTemplate(TemplateBody, Capabilities);
    const stack = createStack(call, {
      name: StackName,
      templateBody,
      parameters: toParameters(Parameters),
      failure: call.world.cloudFormation.failures.get(call.caller.accountId),
    });
    call.world.cloudFormation.stacks.set(stack.id, stack);
    return { StackId: stack.id };
  }),

  DescribeStacks: defineOperation<sdk.DescribeStacksCommandInput, sdk.DescribeStacksCommandOutput>(
    (call) => ({
      Stacks: [describe(existingStack(call, 'DescribeStacks'))],
    }),
  ),

  /** Deleting a stack that does not exist succeeds. */
  DeleteStack: defineOperation<sdk.DeleteStackCommandInput, sdk.DeleteStackCommandOutput>((call) => {
    authorizeStack(call, 'DeleteStack', call.input.StackName ?? '');
    const stack = findStack(call, call.input.StackName);
    if (stack !== undefined) deleteStack(stack);
    return {};
  }),
};

interface NameInput {
  readonly StackName?: string | undefined;
}

function authorizeStack({ world, caller, region }: ServiceCall<object>, name: string, stack: string): void {
  const denial = findDenial(world, caller, {
    action: `cloudformation:${name}`,
    resource: `arn:${world.settings.partition}:cloudformation:${region}:${caller.accountId}:stack/${stack}/*`,
    resourceAccount: caller.accountId,
    region,
  });
  if (denial !== undefined) throw createAwsError('AccessDenied', denial, 403);
}

/** Finds a stack by its name or id, in the account and region of the caller. */
const findStack = (
  { world, caller, region }: ServiceCall<object>,
  name: string | undefined,
): SimulatedStack | undefined =>
  [...world.cloudFormation.stacks.values()].find(
    (stack) =>
      stack.accountId === caller.accountId &&
      stack.region === region &&
      (stack.id === name || (stack.name === name && stack.status !== 'DELETE_COMPLETE')),
  );

function existingStack(call: ServiceCall<NameInput>, action: string): SimulatedStack {
  const { StackName } = call.input;
  authorizeStack(call, action, StackName ?? '');
  const stack = findStack(call, StackName);
  if (stack === undefined)
    throw createAwsError('ValidationError', `Stack with id ${StackName} does not exist`);
  return stack;
}

const describe = ({ id, name, createdAt, status, statusReason, outputs }: SimulatedStack): sdk.Stack => ({
  StackId: id,
  StackName: name,
  CreationTime: createdAt,
  StackStatus: status,
  ...(statusReason === undefined ? {} : { StackStatusReason: statusReason }),
  Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
});

/** @throws ServiceException `ValidationError`, `InsufficientCapabilitiesException` */
export function expectTemplate(
  body: string | undefined,
  capabilities: readonly sdk.Capability[] | undefined,
): string {
  if (body === undefined)
    throw createAwsError('NotSimulated', 'The simulated organization takes templates as TemplateBody', 501);
  if (new TextEncoder().encode(body).length > 51_200)
    throw createAwsError(
      'ValidationError',
      "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200",
    );
  try {
    expectCapabilities(body, capabilities);
  } catch (error) {
    if (!(error instanceof Error) || '$fault' in error) throw error;
    throw createAwsError('ValidationError', error.message);
  }
  return body;
}

export const toParameters = (
  parameters: readonly sdk.Parameter[] | undefined,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (parameters ?? []).map(({ ParameterKey = '', ParameterValue = '' }) => [ParameterKey, ParameterValue]),
  );
