import {
  ExecutionError,
  ExecutionTimeoutError,
  StateMachine,
  type StateMachineDefinition,
} from 'aws-local-stepfunctions';
import {
  formatContextKey,
  type PreparedMachine,
  prepareDefinition,
  type StateMachineText,
} from './state-machine-definition.ts';
import {
  createCallbackHandler,
  createInvokeHandler,
  createTaskHandler,
  type StateFunction,
  tokenPlaceholder,
  WaitsForTokenError,
} from './task-handler.ts';
import type { TaskTokens } from './task-tokens.ts';

/** An event of a state, such as its start or its end. It has `error` if the state failed. */
export interface StateEvent {
  readonly type: 'entered' | 'exited' | 'failed' | 'retried' | 'caught';
  readonly state: string;
  /** Index of the iteration, if the state is inside a Map. */
  readonly index?: number;
  readonly input: unknown;
  readonly output?: unknown;
  readonly error?: string;
}

export interface StateMachineRun {
  /** In the form of `statemachines/definitions.yml`, with its `${token}`s. JSONPath only. */
  readonly definition: StateMachineText;
  /**
   * By the Task's `Resource`: the token of `"${ResolveAccountFunctionArn}"` without its braces, or the whole text of
   * any other resource, which then gets the Task's parameters.
   */
  readonly functions: Readonly<Record<string, StateFunction>>;
  /** Finds a function by name, for a task with `FunctionName.$`. Default: no function. */
  readonly findFunction?: (name: string) => StateFunction | undefined;
  readonly input: unknown;
  /** Name of the execution. */
  readonly name: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Name of the state machine. Default: `state-machine`. */
  readonly stateMachine?: string;
  /** `none` skips Wait states and pauses before a retry. */
  readonly waits: 'none' | 'real';
  readonly onState?: (event: StateEvent) => void;
  /**
   * The waiting tasks, by token. Default: none can wait. Then a task that waits gets `untilToken` as its token, and the
   * execution ends as `WAITING` when its function has been called.
   */
  readonly tasks?: TaskTokens;
  /** Default: `no-task`. */
  readonly untilToken?: string;
}

export interface StateMachineResult {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'WAITING';
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
  /** The states that were entered, in order. States of parallel branches interleave. */
  readonly states: readonly string[];
}

/**
 * Runs a state machine with local functions. If a function throws an error, the state machine gets its `name`, as from
 * Lambda. Between states, the data is copied as JSON.
 * @throws Error before anything runs, if the definition is invalid or a token has no function
 */
export async function runStateMachine(run: StateMachineRun): Promise<StateMachineResult> {
  const machine = prepareDefinition(run.definition, Object.keys(run.functions));
  const execution = new StateMachine(machine.definition as unknown as StateMachineDefinition, {
    // `prepareDefinition` has validated the definition.
    validationOptions: { noValidate: true },
  }).run(asJson(run.input), { overrides: overridesOf(run, machine), context: contextOf(run, machine) });
  const states: string[] = [];
  const drained = drain(execution.eventLogs, (event) => {
    if (event.type === 'entered') states.push(event.state);
    run.onState?.(event);
  });
  const ended = await execution.result.then(succeeded, failed);
  await drained;
  return { ...ended, states };
}

type LibraryEvents = ReturnType<StateMachine['run']>['eventLogs'];
type LibraryEvent = LibraryEvents extends AsyncGenerator<infer Event> ? Event : never;
type Json = Parameters<StateMachine['run']>[0];

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? null));

const succeeded = (output: unknown) => ({ status: 'SUCCEEDED' as const, output });

function failed(thrown: unknown) {
  if (thrown instanceof ExecutionTimeoutError)
    return { status: 'FAILED' as const, error: 'States.Timeout', cause: thrown.message };
  if (thrown instanceof ExecutionError && thrown.cause instanceof WaitsForTokenError)
    return { status: 'WAITING' as const };
  if (thrown instanceof ExecutionError && thrown.cause instanceof Error)
    return { status: 'FAILED' as const, error: thrown.cause.name, cause: thrown.cause.message };
  throw thrown;
}

function overridesOf(run: StateMachineRun, { tasks, waits, retriers }: PreparedMachine) {
  const handlers = tasks.map((task) => [task.state, handlerOf(run, task)] as const);
  const none = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 0]));
  return {
    taskResourceLocalHandlers: Object.fromEntries(handlers),
    ...(run.waits === 'real'
      ? {}
      : { waitTimeOverrides: none(waits), retryIntervalOverrides: none(retriers) }),
  };
}

function handlerOf(run: StateMachineRun, { integration, resource }: PreparedMachine['tasks'][number]) {
  const { functions, findFunction = () => undefined, tasks: tokens, untilToken = 'no-task' } = run;
  if (integration === 'invoke')
    return createInvokeHandler((name) => functions[resource] ?? findFunction(name));
  const handler = functions[resource];
  if (handler === undefined) throw new Error(`There is no function for ${resource}`);
  return integration === 'callback'
    ? createCallbackHandler(handler, tokens, untilToken)
    : createTaskHandler(handler);
}

/** Source: "Accessing execution data from the Context object in Step Functions". */
function contextOf(run: StateMachineRun, { states }: PreparedMachine) {
  const { name, startedAt, stateMachine = 'state-machine' } = run;
  const arn = (kind: string, resource: string) => `arn:aws:states:us-east-1:111122223333:${kind}:${resource}`;
  return {
    GivenExecution: {
      Id: arn('execution', `${stateMachine}:${name}`),
      Name: name,
      StartTime: startedAt,
      Input: asJson(run.input),
    },
    StateMachine: { Id: arn('stateMachine', stateMachine), Name: stateMachine },
    GivenState: Object.fromEntries(
      states.map((state, index) => [formatContextKey(index), { Name: state, EnteredTime: startedAt }]),
    ),
    Task: { Token: tokenPlaceholder },
  };
}

async function drain(events: LibraryEvents, tell: (event: StateEvent) => void): Promise<void> {
  for await (const event of events) {
    const reported = stateEvent(event);
    if (reported !== undefined) tell(reported);
  }
}

const eventTypes = {
  StateEntered: 'entered',
  StateExited: 'exited',
  StateFailed: 'failed',
  StateRetried: 'retried',
  StateCaught: 'caught',
} as const;

function stateEvent(event: LibraryEvent): StateEvent | undefined {
  if (!('state' in event)) return undefined;
  const { name, input, output } = event.state;
  return {
    type: eventTypes[event.type],
    state: name,
    input,
    ...(event.index === undefined ? {} : { index: event.index }),
    ...(output === undefined ? {} : { output }),
    ...('Error' in event ? { error: event.Error } : {}),
  };
}
