import * as z from 'zod';
import { type DeployedMachine, deployedDefinition } from '../../simulator/deployed-machines.ts';

const retrier = z.object({
  ErrorEquals: z.array(z.string()),
  IntervalSeconds: z.number(),
  BackoffRate: z.number(),
  MaxAttempts: z.number(),
  MaxDelaySeconds: z.number(),
});

type Retrier = z.infer<typeof retrier>;

/** A Task of a state machine, wherever it stands. */
export interface Task {
  readonly machine: DeployedMachine;
  readonly state: string;
  /** `PlanChangesFunctionArn` */
  readonly token: string;
  /** Absent where it waits for a token, for as long as the run says. */
  readonly timeoutSeconds?: number;
  readonly retried: readonly string[];
  /** How long it is tried again for an error, in seconds, where no jitter makes it shorter. */
  triesFor(error: string): number;
}

interface State {
  readonly Type: string;
  readonly Branches?: readonly Machine[];
  readonly ItemProcessor?: Machine;
  readonly Catch?: readonly unknown[];
}

interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

const functionArn = z.string().regex(/^\$\{\w+\}$/, 'the token of a function');

const callTask = z.object({ Resource: functionArn, TimeoutSeconds: z.number(), Retry: z.array(retrier) });

/** The function gets the token; what it returns means nothing. */
const callbackTask = z.object({
  Resource: z.literal('${InvokeAndWaitForTaskToken}'),
  TimeoutSecondsPath: z.literal('$.plan.approvalSeconds'),
  Parameters: z.object({
    FunctionName: functionArn,
    Payload: z.looseObject({ 'token.$': z.literal('$$.Task.Token') }),
  }),
  Retry: z.array(retrier),
});

const taskSchema = z.union([callbackTask, callTask]);

export const tasksOf = (machine: DeployedMachine): readonly Task[] =>
  statesOf(deployedDefinition(machine))
    .filter(([, { Type }]) => Type === 'Task')
    .map(([state, definition]) => {
      const task = taskSchema.parse(definition);
      const retried = task.Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
      const triesFor = (error: string) =>
        sum(task.Retry.filter(({ ErrorEquals }) => ErrorEquals.includes(error)).flatMap(delays));
      const common = { machine, state, retried, triesFor };
      return 'Parameters' in task
        ? { ...common, token: task.Parameters.FunctionName.slice(2, -1) }
        : { ...common, token: task.Resource.slice(2, -1), timeoutSeconds: task.TimeoutSeconds };
    });

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

const delays = (retrier: Retrier): readonly number[] =>
  Array.from({ length: retrier.MaxAttempts }, (_, attempt) =>
    Math.min(retrier.IntervalSeconds * retrier.BackoffRate ** attempt, retrier.MaxDelaySeconds),
  );

/** Every state, also those inside Parallel and Map. */
const statesOf = ({ States }: Machine): readonly (readonly [string, State])[] =>
  Object.entries(States).flatMap(([name, state]) => [
    [name, state] as const,
    ...[...(state.Branches ?? []), state.ItemProcessor]
      .filter((machine) => machine !== undefined)
      .flatMap(statesOf),
  ]);

/** Every name that a `Retry` or a `Catch` matches. */
export const matchedErrors = (machine: DeployedMachine): ReadonlySet<string> =>
  new Set(
    [...JSON.stringify(deployedDefinition(machine)).matchAll(/"ErrorEquals":(\[[^\]]*\])/g)].flatMap(
      ([, names = '[]']): string[] => JSON.parse(names),
    ),
  );
