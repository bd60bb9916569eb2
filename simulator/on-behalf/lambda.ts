import type { Denial } from '../permissions.ts';
import type { SimulatedWorld } from '../world.ts';
import { findDenialOnBehalf } from './authorize-call.ts';
import { sendMessage } from './send-message.ts';

/** A Lambda function and its role. */
export interface DeployedFunction {
  /** `arn:aws:lambda:us-east-1:111122223333:function:record-run` */
  readonly arn: string;
  readonly roleArn: string;
  readonly isTraced: boolean;
}

const toActor = ({ arn, roleArn }: DeployedFunction) => ({
  service: 'lambda.amazonaws.com',
  sourceArn: arn,
  roleArn,
});

/**
 * Why Lambda cannot write the logs and traces of a function with its role, one text for each denied action. Sources:
 * Lambda developer guide, "Sending Lambda function logs to CloudWatch Logs", "Visualize Lambda function invocations
 * using AWS X-Ray".
 */
export function listRunDenials(world: SimulatedWorld, called: DeployedFunction): readonly string[] {
  const [, partition, , region, accountId, , name] = called.arn.split(':');
  const group = `arn:${partition}:logs:${region}:${accountId}:log-group:/aws/lambda/${name}`;
  const stream = `${group}:log-stream:2026/03/01/[$LATEST]0123456789abcdef`;
  const calls = [
    ['logs:CreateLogStream', `${group}:log-stream:`],
    ['logs:PutLogEvents', stream],
    ...(called.isTraced
      ? [
          ['xray:PutTraceSegments', '*'],
          ['xray:PutTelemetryRecords', '*'],
        ]
      : []),
  ];
  return calls.flatMap(
    ([action = '', resource = '']) => findDenialOnBehalf(world, toActor(called), { action, resource }) ?? [],
  );
}

/**
 * Lambda puts a failed asynchronous invocation into the queue, with the role of the function. Source: Lambda developer guide,
 * "Capturing records of Lambda asynchronous invocations".
 */
export const sendFailure = (
  world: SimulatedWorld,
  failed: DeployedFunction,
  queueArn: string,
  record: object,
): Denial => sendMessage(world, toActor(failed), queueArn, { body: JSON.stringify(record) });
