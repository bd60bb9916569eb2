import { runStateMachine, type StateMachineRun } from '../../simulator/run-state-machine.ts';
import type { StateMachineText } from '../../simulator/state-machine-definition.ts';

type Functions = StateMachineRun['functions'];
export type States = StateMachineText['States'];

export const machine = (StartAt: string, States: States): StateMachineText => ({ StartAt, States });

export const run = (
  definition: StateMachineText,
  functions: Functions = {},
  more: Partial<StateMachineRun> = {},
) =>
  runStateMachine({
    definition,
    functions,
    input: { accountId: '111122223333' },
    name: 'run-1',
    startedAt: '2026-03-01T21:20:50.000Z',
    waits: 'none',
    ...more,
  });

export const task = (token: string, more: object = {}): States[string] => ({
  Type: 'Task',
  Resource: `\${${token}}`,
  End: true,
  ...more,
});

export const fails =
  (name: string, message = 'not now') =>
  async () => {
    throw Object.assign(new Error(message), { name });
  };

/** Throws `name` for the first `times` calls, then answers with their number. */
export const failsFirst = (times: number, name: string) => {
  let calls = 0;
  return async () => {
    calls += 1;
    return calls <= times ? fails(name)() : { calls };
  };
};
