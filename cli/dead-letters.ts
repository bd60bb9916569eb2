import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ListQueuesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { parseAccountEvent } from '../shared/accounts/account-event.ts';
import { listCallEvents } from '../shared/grants/kinds.ts';
import { ResourceMissingError } from '../shared/platform/aws/errors.ts';
import { parseRotationEvent } from '../shared/secrets/deployment/event.ts';

/** The queues of the hub, by their names in the stack (infrastructure/dead-letters.yml). */
export type DeadLetterQueue = 'EventDeadLetters' | 'FailureDeadLetters';

/** A message that AWS could not deliver: an event for a state machine, or the failure of an execution. */
export interface DeadLetter {
  readonly id: string;
  readonly receipt: string;
  /** The input of the execution, or the event of its failure; `undefined` if it is no JSON object. */
  readonly input: unknown;
  /** ARN of the state machine, or of the failed execution. `undefined` if the message names none. */
  readonly target: string | undefined;
  /** When EventBridge sent the message to the queue (ISO 8601). */
  readonly sentAt: string;
  /** Why EventBridge stopped trying to deliver the message. */
  readonly cause: string;
  /** Why the message cannot be replayed. Absent if it can. */
  readonly problem?: string;
}

/**
 * The queue of the installation. CloudFormation names it after the stack and the resource.
 * @throws ResourceMissingError
 */
export async function findDeadLetterQueue(
  sqs: SQSClient,
  installation: string,
  queue: DeadLetterQueue,
): Promise<string> {
  const prefix = `${installation}-${queue}-`;
  const { QueueUrls: [url] = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: prefix }));
  if (url !== undefined) return url;
  throw new ResourceMissingError(
    `No queue begins with ${prefix} in this account and region. Check AWS_REGION and the credentials, or give the URL ` +
      'of the queue with --queue',
    { service: 'sqs' },
  );
}

/** For how many seconds SQS hides received messages, so that no second replay receives them at the same time. */
const hiddenFor = 300;

/** Receives all visible messages of a queue. SQS then hides them, so that each is received once. */
export async function receiveLetters(
  sqs: SQSClient,
  queue: string,
  parse: (message: Message) => DeadLetter,
): Promise<readonly DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (;;) {
    const { Messages: messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queue,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: hiddenFor,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['SentTimestamp'],
      }),
    );
    if (messages.length === 0) return letters.toSorted((a, b) => a.sentAt.localeCompare(b.sentAt));
    letters.push(...messages.map(parse));
  }
}

/** Makes messages visible to other readers of the queue again. */
export async function releaseLetters(sqs: SQSClient, queue: string, letters: readonly DeadLetter[]) {
  for (const { receipt } of letters)
    await sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: queue, ReceiptHandle: receipt, VisibilityTimeout: 0 }),
    );
}

interface Queue {
  readonly sqs: SQSClient;
  readonly queue: string;
}

/**
 * Replays each message, and then deletes it from the queue.
 * @param replay returns the id of the run. It may be called again for the same message
 * @returns the ids of the runs
 */
export async function replayLetters(
  { sqs, queue }: Queue,
  letters: readonly DeadLetter[],
  replay: (letter: DeadLetter) => Promise<string>,
): Promise<readonly string[]> {
  const runs: string[] = [];
  for (const letter of letters) {
    runs.push(await replay(letter));
    await deleteLetter(sqs, queue, letter);
  }
  return runs;
}

/**
 * Starts an execution for an undelivered event. A second replay uses the same name, so it starts no other execution.
 * @returns the name
 */
export async function startExecution(sfn: SFNClient, { id, input, target }: DeadLetter): Promise<string> {
  const name = `replay-${id}`;
  await sfn
    .send(new StartExecutionCommand({ stateMachineArn: target, name, input: JSON.stringify(input) }))
    .catch(ignoreEarlierReplay);
  return name;
}

function ignoreEarlierReplay(error: unknown): void {
  if (!(error instanceof ExecutionAlreadyExists) && (error as Error).name !== 'ExecutionAlreadyExists')
    throw error;
}

/** Deletes messages from the queue without starting anything. */
export async function discardLetters({ sqs, queue }: Queue, letters: readonly DeadLetter[]): Promise<void> {
  for (const letter of letters) await deleteLetter(sqs, queue, letter);
}

const deleteLetter = (sqs: SQSClient, queue: string, { receipt }: DeadLetter) =>
  sqs.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: receipt }));

/**
 * Reads an event that EventBridge could not deliver. EventBridge adds the attributes of the message (EventBridge user
 * guide, "Using dead-letter queues").
 */
export function parseEventLetter(message: Message, installation: string): DeadLetter {
  const { Body = '', MessageAttributes = {} } = message;
  const input = parseObject(Body);
  const target = MessageAttributes.TARGET_ARN?.StringValue;
  const problem = findProblem(input, target, installation);
  return { ...readEnvelope(message), input, target, ...(problem === undefined ? {} : { problem }) };
}

/** Reads the fields that the messages of both queues have. */
export function readEnvelope({
  MessageId = '',
  ReceiptHandle = '',
  Attributes,
  MessageAttributes = {},
}: Message): Pick<DeadLetter, 'id' | 'receipt' | 'sentAt' | 'cause'> {
  const read = (name: string): string | undefined => MessageAttributes[name]?.StringValue;
  return {
    id: MessageId,
    receipt: ReceiptHandle,
    sentAt: new Date(Number(Attributes?.SentTimestamp ?? 0)).toISOString(),
    cause: [read('ERROR_CODE'), read('ERROR_MESSAGE')].filter(Boolean).join(': ') || 'not named',
  };
}

export function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function findProblem(
  input: object | undefined,
  target: string | undefined,
  installation: string,
): string | undefined {
  if (input === undefined) return 'its body is no JSON object: EventBridge did not send it';
  if (target === undefined || !target.includes(':stateMachine:'))
    return 'it names no state machine in TARGET_ARN: EventBridge did not send it';
  const machine = target.split(':').at(-1);
  // A sweep has no input to check.
  if (machine === `${installation}-sweep`) return undefined;
  if (machine === `${installation}-deployment`) return findMistake(() => parseRotationEvent(input));
  if (machine !== installation) return `its state machine ${machine} is not of this installation`;
  return findMistake(() => parseAccountEvent(input, listCallEvents()));
}

/**
 * What is wrong with the input of an execution. Another version of this project may have sent it, and a run would fail
 * with it.
 */
function findMistake(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    return `this version does not understand it. ${error instanceof Error ? error.message : String(error)}`;
  }
}
