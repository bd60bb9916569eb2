import type { Message } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { failedExecutionEvent } from '../shared/runs/step-schemas.ts';
import { type DeadLetter, parseObject, readEnvelope } from './dead-letters.ts';

/**
 * Lambda's record of a call whose every attempt failed (AWS Lambda developer guide, "Capturing records of Lambda
 * asynchronous invocations").
 */
const invocationRecord = z.object({
  requestPayload: z.looseObject({}),
  responsePayload: z
    .object({ errorType: z.string().optional(), errorMessage: z.string().optional() })
    .nullish(),
});

const failedExecution = failedExecutionEvent.extend({
  detail: failedExecutionEvent.shape.detail.extend({
    executionArn: z.string(),
    stateMachineArn: z.string(),
  }),
});

/**
 * Reads the message about a failed execution that has no record yet. If EventBridge sent the message, it is the event,
 * with the reason as attributes. If Lambda sent it after failed attempts, the event is inside a record of Lambda.
 */
export function parseFailureLetter(message: Message, installation: string): DeadLetter {
  const envelope = readEnvelope(message);
  const body = parseObject(message.Body ?? '');
  const { data: record } = invocationRecord.safeParse(body);
  const { data: event } = failedExecution.safeParse(record?.requestPayload ?? body);
  const { errorType, errorMessage } = record?.responsePayload ?? {};
  const cause = [errorType, errorMessage].filter(Boolean).join(': ') || envelope.cause;
  const problem = findProblem(event, installation);
  return {
    ...envelope,
    cause,
    input: event ?? body,
    target: event?.detail.executionArn,
    ...(problem === undefined ? {} : { problem }),
  };
}

function findProblem(
  event: z.infer<typeof failedExecution> | undefined,
  installation: string,
): string | undefined {
  if (event === undefined) return 'it is no event of a failed execution';
  const machine = event.detail.stateMachineArn.split(':').at(-1) ?? '';
  const own = [installation, `${installation}-sweep`, `${installation}-deployment`];
  return own.includes(machine) ? undefined : `its state machine ${machine} is not of this installation`;
}
