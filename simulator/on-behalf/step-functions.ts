import type { Denial } from '../permissions.ts';
import type { SimulatedWorld } from '../world.ts';
import { findDenialOnBehalf } from './authorize-call.ts';
import type { DeployedMachine } from './deployed-state.ts';

const service = 'states.amazonaws.com';

/**
 * Why the role of a state machine must not call a function. `undefined` if it may. Source: Step Functions developer
 * guide, "Invoke an AWS Lambda function with Step Functions".
 */
export const findInvokeDenial = (
  world: SimulatedWorld,
  { arn, roleArn }: DeployedMachine,
  functionArn: string,
): Denial =>
  findDenialOnBehalf(
    world,
    { service, sourceArn: arn, roleArn },
    { action: 'lambda:InvokeFunction', resource: functionArn },
  );

/**
 * Actions by which Step Functions sets a log group as the destination of a state machine, changes the destination and removes it
 * (Step Functions developer guide, "Using CloudWatch Logs to log execution history in Step Functions"). The log service itself writes
 * the lines, and the policy of the log group admits it. So the role needs no right to write lines.
 */
const deliveryActions = [
  'CreateLogDelivery',
  'DeleteLogDelivery',
  'DescribeLogGroups',
  'DescribeResourcePolicies',
  'GetLogDelivery',
  'ListLogDeliveries',
  'PutResourcePolicy',
  'UpdateLogDelivery',
].map((name) => `logs:${name}`);

/** Step Functions developer guide, "IAM policies for using AWS X-Ray". */
const traceActions = [
  'PutTraceSegments',
  'PutTelemetryRecords',
  'GetSamplingRules',
  'GetSamplingTargets',
].map((name) => `xray:${name}`);

/** Why logs of a state machine cannot be delivered with its role, one text for each denied action. */
export const listLogDenials = (world: SimulatedWorld, machine: DeployedMachine): readonly string[] =>
  listDenials(world, machine, deliveryActions);

/** Why a state machine cannot write traces with its role, one text for each denied action. */
export const listTraceDenials = (world: SimulatedWorld, machine: DeployedMachine): readonly string[] =>
  machine.isTraced ? listDenials(world, machine, traceActions) : [];

const listDenials = (
  world: SimulatedWorld,
  { arn, roleArn }: DeployedMachine,
  actions: readonly string[],
): readonly string[] =>
  actions.flatMap(
    (action) =>
      findDenialOnBehalf(world, { service, sourceArn: arn, roleArn }, { action, resource: '*' }) ?? [],
  );
