import { readdirSync } from 'node:fs';
import * as z from 'zod';
import { readJson, root } from './deployment.ts';

const retrier = z.object({ ErrorEquals: z.array(z.string()), MaxAttempts: z.number() });

/** A Task of a state machine file, wherever it stands. */
export interface Task {
  readonly machine: string;
  readonly state: string;
  /** `PlanChangesFunctionArn` */
  readonly token: string;
  readonly timeoutSeconds: number;
  readonly retried: readonly string[];
}

interface State {
  readonly Type: string;
  readonly Branches?: readonly Machine[];
  readonly ItemProcessor?: Machine;
  readonly Catch?: readonly unknown[];
}

interface Machine {
  readonly States: Readonly<Record<string, State>>;
}

const taskSchema = z.object({
  Resource: z.string().regex(/^\$\{\w+\}$/, 'the token of a function'),
  TimeoutSeconds: z.number(),
  Retry: z.array(retrier),
});

const suffix = '.asl.json';

/** The names of the files in `statemachines`, without their ending. */
export const stateMachines = readdirSync(`${root}statemachines`)
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length));

export const definitionOf = (machine: string): Machine & Readonly<Record<string, unknown>> =>
  readJson(`statemachines/${machine}${suffix}`) as Machine & Readonly<Record<string, unknown>>;

export const tasksOf = (machine: string): readonly Task[] =>
  statesOf(definitionOf(machine))
    .filter(([, { Type }]) => Type === 'Task')
    .map(([state, definition]) => {
      const { Resource, TimeoutSeconds, Retry } = taskSchema.parse(definition);
      const retried = Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
      return { machine, state, token: Resource.slice(2, -1), timeoutSeconds: TimeoutSeconds, retried };
    });

/** Every state, also those inside Parallel and Map. */
const statesOf = ({ States }: Machine): readonly (readonly [string, State])[] =>
  Object.entries(States).flatMap(([name, state]) => [
    [name, state] as const,
    ...[...(state.Branches ?? []), state.ItemProcessor]
      .filter((machine) => machine !== undefined)
      .flatMap(statesOf),
  ]);

/** Every name that a `Retry` or a `Catch` matches. */
export const matchedErrors = (machine: string): ReadonlySet<string> =>
  new Set(
    [...JSON.stringify(definitionOf(machine)).matchAll(/"ErrorEquals":(\[[^\]]*\])/g)].flatMap(
      ([, names = '[]']): string[] => JSON.parse(names),
    ),
  );
