import { describe, expect, test } from '@jest/globals';
import { install } from '@sinonjs/fake-timers';
import type { StateMachineText } from '../../simulator/state-machine-definition.ts';
import { fails, machine, run, type States, task } from '../fixtures/machines.ts';

/** Runs what waits on timers, and lets simulated time pass up to `milliseconds`. */
async function inFakeTime<Result>(milliseconds: number, act: () => Promise<Result>): Promise<Result> {
  const timers = install({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const result = act();
    for (let passed = 0; passed < milliseconds; passed += 1) await timers.tickAsync(1);
    return await result;
  } finally {
    timers.uninstall();
  }
}

describe('branches', () => {
  test('continues other branches when a branch catches its own error', async () => {
    const branch = (name: string) =>
      machine(`Update ${name}`, {
        [`Update ${name}`]: task(`${name}Arn`, {
          Catch: [{ ErrorEquals: ['States.ALL'], Next: `${name} failed` }],
        }),
        [`${name} failed`]: {
          Type: 'Pass',
          Parameters: { outcome: 'failed', 'error.$': '$.Error' },
          End: true,
        },
      });
    const result = await run(
      machine('Update', {
        Update: { Type: 'Parallel', Branches: [branch('Log'), branch('Shared')], End: true },
      }),
      { LogArn: fails('AccessDeniedError'), SharedArn: async () => ({ outcome: 'done' }) },
    );
    expect(result.output).toEqual([{ outcome: 'failed', error: 'AccessDeniedError' }, { outcome: 'done' }]);
    expect([...result.states].sort()).toEqual(['Log failed', 'Update', 'Update Log', 'Update Shared']);
  });

  test('ends the Parallel state when a branch fails, and catches the error', async () => {
    const result = await run(
      machine('Update', {
        Update: {
          Type: 'Parallel',
          Branches: [machine('A', { A: task('AArn') }), machine('B', { B: task('BArn') })],
          Catch: [{ ErrorEquals: ['AccessDeniedError'], Next: 'Record' }],
          Next: 'Record',
        },
        Record: { Type: 'Pass', End: true },
      }),
      { AArn: fails('AccessDeniedError'), BArn: async () => 'done' },
    );
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'AccessDeniedError' } });
  });

  test('enters every branch of nested Parallel states', async () => {
    const pass = { Type: 'Pass', End: true };
    const inner: States[string] = {
      Type: 'Parallel',
      Branches: [machine('A', { A: pass }), machine('B', { B: pass })],
      End: true,
    };
    const result = await run(
      machine('Outer', {
        Outer: { Type: 'Parallel', Branches: [machine('Inner', { Inner: inner })], End: true },
      }),
    );
    expect([...result.states].sort()).toEqual(['A', 'B', 'Inner', 'Outer']);
  });

  test('runs the branch of a Map once per item, with index and value', async () => {
    const indices: (number | undefined)[] = [];
    const result = await run(
      machine('Each', {
        Each: {
          Type: 'Map',
          ItemsPath: '$.ids',
          MaxConcurrency: 1,
          ItemSelector: { 'id.$': '$$.Map.Item.Value', 'index.$': '$$.Map.Item.Index' },
          ItemProcessor: machine('Work', { Work: task('WorkArn') }),
          End: true,
        },
      }),
      { WorkArn: async (input) => input },
      {
        input: { ids: ['a', 'b'] },
        onState: ({ type, state, index }) => {
          if (type === 'entered' && state === 'Work') indices.push(index);
        },
      },
    );
    expect(result.output).toEqual([
      { id: 'a', index: 0 },
      { id: 'b', index: 1 },
    ]);
    expect(indices).toEqual([0, 1]);
    expect(result.states).toEqual(['Each', 'Work', 'Work']);
  });
});

describe('the way through', () => {
  test('chooses the next state by the input', async () => {
    const definition = machine('Which', {
      Which: {
        Type: 'Choice',
        Choices: [{ Variable: '$.state', StringEquals: 'ACTIVE', Next: 'Onboard' }],
        Default: 'Ignore',
      },
      Onboard: { Type: 'Succeed' },
      Ignore: { Type: 'Fail', Error: 'Ignored' },
    });
    expect(await run(definition, {}, { input: { state: 'ACTIVE' } })).toMatchObject({
      status: 'SUCCEEDED',
      states: ['Which', 'Onboard'],
    });
    expect(await run(definition, {}, { input: { state: 'SUSPENDED' } })).toMatchObject({ error: 'Ignored' });
  });

  test('skips a Wait state unless the test asks for it', async () => {
    const definition = machine('Wait', {
      Wait: { Type: 'Wait', Seconds: 3_600, Next: 'Done' },
      Done: { Type: 'Succeed' },
    });
    expect((await run(definition)).states).toEqual(['Wait', 'Done']);
    const short = machine('Wait', { Wait: { Type: 'Wait', Seconds: 1, End: true } });
    expect((await run(short, {}, { waits: 'real' })).status).toBe('SUCCEEDED');
  });

  test("reads the execution's context object, even in a branch", async () => {
    const Parameters = {
      'id.$': '$$.Execution.Id',
      'name.$': '$$.Execution.Name',
      'started.$': '$$.Execution.StartTime',
      'account.$': '$$.Execution.Input.accountId',
      'state.$': '$$.State.Name',
      'machine.$': '$$.StateMachine.Name',
      'title.$': "States.Format('run {}', $$.Execution.Name)",
    };
    const branch = machine("Log's part", { "Log's part": { Type: 'Pass', Parameters, End: true } });
    const result = await run(
      machine('Update', {
        Update: { Type: 'Parallel', Parameters: { other: 1 }, Branches: [branch], End: true },
      }),
      {},
      { stateMachine: 'account-onboarding' },
    );
    expect(result.output).toEqual([
      {
        id: 'arn:aws:states:us-east-1:111122223333:execution:account-onboarding:run-1',
        name: 'run-1',
        started: '2026-03-01T21:20:50.000Z',
        account: '111122223333',
        state: "Log's part",
        machine: 'account-onboarding',
        title: 'run run-1',
      },
    ]);
  });

  test('accepts a timeout of any length', async () => {
    const definition = {
      ...machine('A', { A: task('AArn', { TimeoutSeconds: 99_999_999 }) }),
      TimeoutSeconds: 31_536_000,
    };
    const slow = () => new Promise((resolve) => setTimeout(resolve, 20, 'done'));
    const result = await inFakeTime(20, () => run(definition, { AArn: slow }));
    expect(result).toMatchObject({ output: 'done' });
  });

  test('ends an execution when its timeout is reached', async () => {
    const definition = { ...machine('A', { A: { Type: 'Wait', Seconds: 5, End: true } }), TimeoutSeconds: 1 };
    const result = await inFakeTime(1_000, () => run(definition, {}, { waits: 'real' }));
    expect(result).toMatchObject({
      status: 'FAILED',
      error: 'States.Timeout',
    });
  });
});

describe('a definition is refused', () => {
  test('refuses a definition that the ASL validator refuses', async () => {
    await expect(run(machine('A', { A: { Type: 'Pass', Next: 'Nowhere' } }))).rejects.toThrow('invalid');
  });

  test.each<[string, StateMachineText]>([
    ['QueryLanguage JSONata', machine('A', { A: { Type: 'Pass', QueryLanguage: 'JSONata', End: true } })],
    ['Assign', machine('A', { A: { Type: 'Pass', Assign: { a: 1 }, End: true } })],
    [
      'DUPLICATE_STATE_NAMES',
      machine('A', {
        A: { Type: 'Parallel', Branches: [machine('A', { A: { Type: 'Pass', End: true } })], End: true },
      }),
    ],
    [
      '$$.State.RetryCount',
      machine('A', { A: { Type: 'Pass', Parameters: { 'n.$': '$$.State.RetryCount' }, End: true } }),
    ],
  ])('refuses a definition with %s', async (message, definition) => {
    await expect(run(definition)).rejects.toThrow(message);
  });
});
