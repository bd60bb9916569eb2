import { StateMachine } from 'aws-local-stepfunctions';
import { memoizeByObject } from '../shared/platform/memoize.ts';

/** A state machine in Amazon States Language. */
export interface StateMachineText {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, StateText>>;
  readonly [field: string]: unknown;
}

interface StateText {
  readonly Type: string;
  readonly Resource?: string;
  readonly Branches?: readonly StateMachineText[];
  readonly ItemProcessor?: StateMachineText;
  readonly Iterator?: StateMachineText;
  readonly [field: string]: unknown;
}

export interface PreparedMachine {
  readonly definition: StateMachineText;
  /** Each Task with the key of its function. */
  readonly tasks: readonly PreparedTask[];
  readonly states: readonly string[];
  readonly waits: readonly string[];
  readonly retriers: readonly string[];
}

/**
 * How a task calls its function: directly (`function`), by `lambda:invoke` with a name in its input (`invoke`), or with
 * a token for which it then waits (`callback`).
 */
type Integration = 'function' | 'invoke' | 'callback';

interface PreparedTask {
  readonly state: string;
  readonly integration: Integration;
  /** The key of the task's function. Empty if the task's input has the name of the function. */
  readonly resource: string;
}

/**
 * Checks a definition, and prepares it for the local interpreter. The interpreter supports less of `$$.Execution` and
 * `$$.State` than AWS, and counts time-outs in a 32-bit number of milliseconds.
 * @throws Error with all mistakes, before anything runs
 */
export function prepareDefinition(
  definition: StateMachineText,
  functions: readonly string[],
): PreparedMachine {
  const machine = preparedDefinition(definition);
  expectFunctions(machine.tasks, functions);
  return machine;
}

/** The validator takes a fifth of a second, and a simulation runs one machine many times. */
const preparedDefinition = memoizeByObject((definition: StateMachineText): PreparedMachine => {
  expectValid(definition);
  const all = allStates(definition);
  expectNothingUnsupported(all);
  const named = (test: (state: StateText) => boolean) =>
    all.filter(([, state]) => test(state)).map(([name]) => name);
  return {
    definition: preparedMachine(definition, (name) =>
      formatContextKey(all.findIndex(([each]) => each === name)),
    ),
    tasks: all
      .filter(([, { Type }]) => Type === 'Task')
      .map(([state, task]) => ({ state, ...functionOf(task) })),
    states: all.map(([name]) => name),
    waits: named(({ Type }) => Type === 'Wait'),
    retriers: named((state) => 'Retry' in state),
  };
});

/** Validates a definition. The error contains the messages of the validator. Each token is replaced by an ARN first. */
function expectValid(definition: StateMachineText): void {
  const text = JSON.stringify(definition).replace(
    /"Resource":"\$\{([^{}"]+)\}"/g,
    '"Resource":"arn:aws:lambda:us-east-1:111122223333:function:$1"',
  );
  new StateMachine(JSON.parse(text), { validationOptions: { checkArn: false } });
}

/** The function of a Task. In a service integration, the parameters contain its name, and `Payload` is its input. */
function functionOf({ Resource = '', Parameters }: StateText): Omit<PreparedTask, 'state'> {
  const integration = integrationOf(Resource);
  const { FunctionName = '' } = (Parameters ?? {}) as { readonly FunctionName?: string };
  return { integration, resource: tokenOf(integration === 'function' ? Resource : FunctionName) };
}

/**
 * The `Resource` of a task that invokes a function. A token may stand for the ARN, because the ARN contains the
 * partition.
 */
const invokeTask = /:states:::lambda:invoke$|^\$\{InvokeFunction\}$/;
const callbackTask = /:states:::lambda:invoke\.waitForTaskToken$|^\$\{InvokeAndWaitForTaskToken\}$/;

function integrationOf(resource: string): Integration {
  if (callbackTask.test(resource)) return 'callback';
  return invokeTask.test(resource) ? 'invoke' : 'function';
}

/** The name of a token: `${Token}` becomes `Token`. Any other text stays unchanged. */
const tokenOf = (resource: string): string => /^\$\{([^{}]+)\}$/.exec(resource)?.[1] ?? resource;

/** All states, also those inside Parallel and Map. */
const allStates = (machine: StateMachineText): readonly (readonly [string, StateText])[] =>
  Object.entries(machine.States).flatMap(([name, state]) => [
    [name, state] as const,
    ...nestedMachines(state).flatMap(allStates),
  ]);

const nestedMachines = ({ Branches, ItemProcessor, Iterator }: StateText): readonly StateMachineText[] =>
  [...(Branches ?? []), ItemProcessor, Iterator].filter((machine) => machine !== undefined);

function expectFunctions(tasks: PreparedMachine['tasks'], functions: readonly string[]): void {
  const fixed = tasks.filter(({ integration, resource }) => integration !== 'invoke' || resource !== '');
  const missing = fixed.filter(({ resource }) => !functions.includes(resource));
  if (missing.length === 0) return;
  const list = missing.map(({ state, resource }) => `  ${state}: ${resource}`).join('\n');
  throw new Error(`The state machine has tasks without a function:\n${list}\nKnown: ${functions.join(', ')}`);
}

/** Rejects parts of a definition that the interpreter would ignore silently. */
function expectNothingUnsupported(all: readonly (readonly [string, StateText])[]): void {
  const findings = all.flatMap(([name, state]) => unsupported(state).map((what) => `  ${name}: ${what}`));
  if (findings.length > 0)
    throw new Error(`The state machine cannot run locally, for it uses:\n${findings.join('\n')}`);
}

function unsupported(state: StateText): readonly string[] {
  const fields = [
    'Assign',
    'Output',
    'Arguments',
    'ItemReader',
    'ItemBatcher',
    'ResultWriter',
    'Credentials',
  ];
  const paths = ['$$.State.RetryCount', '$$.Map.Execution'];
  const text = JSON.stringify({ ...state, Branches: 0, ItemProcessor: 0, Iterator: 0 });
  return [
    ...fields.filter((field) => field in state),
    ...(state.QueryLanguage === 'JSONata' ? ['QueryLanguage JSONata'] : []),
    ...paths.filter((path) => text.includes(path)),
  ];
}

/** A longer time would make `setTimeout` fire at once. No local execution lasts that long. */
const longestTimeout = 2_000_000;

type KeyOf = (state: string) => string;

/**
 * The path under which the values of a state are stored. A number is used, because a name may have characters that a
 * path cannot contain.
 */
export const formatContextKey = (index: number): string => `s${index}`;

const preparedMachine = (machine: StateMachineText, keyOf: KeyOf): StateMachineText => ({
  ...machine,
  ...(typeof machine.TimeoutSeconds === 'number'
    ? { TimeoutSeconds: Math.min(machine.TimeoutSeconds, longestTimeout) }
    : {}),
  States: Object.fromEntries(
    Object.entries(machine.States).map(([name, state]) => [name, preparedState(state, keyOf(name), keyOf)]),
  ),
});

function preparedState(state: StateText, key: string, keyOf: KeyOf): StateText {
  const nested = (machine: StateMachineText) => preparedMachine(machine, keyOf);
  const { Branches, ItemProcessor, Iterator, ...own } = state;
  return {
    Type: state.Type,
    ...withGivenContext(key, own),
    ...(state.Type === 'Task' &&
    !('TimeoutSecondsPath' in state && functionOf(state).integration !== 'callback')
      ? { TimeoutSeconds: timeoutOf(state) }
      : {}),
    ...(Branches === undefined ? {} : { Branches: Branches.map(nested) }),
    ...(ItemProcessor === undefined ? {} : { ItemProcessor: nested(ItemProcessor) }),
    ...(Iterator === undefined ? {} : { Iterator: nested(Iterator) }),
  };
}

/**
 * The time-out of a task. It is always set, because the interpreter's default is one minute and AWS has none. A task
 * that waits for a token is ended by `TaskTokens.timeOut` instead.
 */
const timeoutOf = ({ TimeoutSeconds }: StateText): number =>
  typeof TimeoutSeconds === 'number' ? Math.min(TimeoutSeconds, longestTimeout) : longestTimeout;

/**
 * The interpreter replaces `$$.Execution` by its own time and, in a branch, by the branch's input. So the right values
 * are stored in another place.
 */
const withGivenContext = (key: string, state: object): object =>
  JSON.parse(
    JSON.stringify(state)
      .replace(/\$\$\.Execution\b/g, '$$$$.GivenExecution')
      .replace(/\$\$\.State\b/g, `$$$$.GivenState.${key}`),
  );
