import { describe, expect, test } from '@jest/globals';
import { runStateMachine, type StateEvent, type StateMachineRun } from '../../simulator/run-state-machine.ts';
import type { StateMachineText } from '../../simulator/state-machine-definition.ts';

type Functions = StateMachineRun['functions'];
type States = StateMachineText['States'];

const machine = (StartAt: string, States: States): StateMachineText => ({ StartAt, States });

const run = (definition: StateMachineText, functions: Functions = {}, more: Partial<StateMachineRun> = {}) =>
  runStateMachine({
    definition,
    functions,
    input: { accountId: '111122223333' },
    name: 'run-1',
    startedAt: '2026-03-01T21:20:50.000Z',
    waits: 'none',
    ...more,
  });

const task = (token: string, more: object = {}): States[string] => ({
  Type: 'Task',
  Resource: `\${${token}}`,
  End: true,
  ...more,
});

const fails =
  (name: string, message = 'not now') =>
  async () => {
    throw Object.assign(new Error(message), { name });
  };

/** Throws `name` for the first `times` calls, then answers with their number. */
const failsFirst = (times: number, name: string) => {
  let calls = 0;
  return async () => {
    calls += 1;
    return calls <= times ? fails(name)() : { calls };
  };
};

describe('a task', () => {
  test('is the function of its token, with the input of the state', async () => {
    const seen: unknown[] = [];
    const result = await run(machine('Resolve', { Resolve: task('ResolveArn') }), {
      ResolveArn: async (input) => {
        seen.push(input);
        return { state: 'ACTIVE' };
      },
    });
    expect(seen).toEqual([{ accountId: '111122223333' }]);
    expect(result).toEqual({ status: 'SUCCEEDED', output: { state: 'ACTIVE' }, states: ['Resolve'] });
  });

  test('may name another resource, whose function gets the parameters', async () => {
    const Resource = 'arn:aws:states:::events:putEvents';
    const definition = machine('Announce', {
      Announce: { Type: 'Task', Resource, Parameters: { 'Entries.$': '$.entries' }, End: true },
    });
    const result = await run(definition, { [Resource]: async (input) => input }, { input: { entries: [] } });
    expect(result.output).toEqual({ Entries: [] });
  });

  test('without a function ends before anything runs', async () => {
    let called = false;
    const definition = machine('First', {
      First: task('FirstArn', { End: undefined, Next: 'Both' }),
      Both: {
        Type: 'Parallel',
        Branches: [machine('A', { A: task('SecondArn') }), machine('B', { B: task('ThirdArn') })],
        End: true,
      },
    });
    const functions = {
      FirstArn: async () => {
        called = true;
      },
      ThirdArn: async () => null,
    };
    await expect(run(JSON.parse(JSON.stringify(definition)), functions)).rejects.toThrow('A: SecondArn');
    expect(called).toBe(false);
  });

  test('hands on JSON, and nothing of what it was given or gave', async () => {
    const input = { at: new Date(0), list: [1, undefined], gone: undefined };
    const given: unknown[] = [];
    const answer = { nested: { value: 1 }, gone: undefined, at: new Date(0) };
    const result = await run(
      machine('A', { A: task('AArn', { End: undefined, Next: 'B' }), B: task('BArn') }),
      {
        AArn: async (value) => {
          given.push(value);
          return answer;
        },
        BArn: async (value) => {
          answer.nested.value = 2;
          return value;
        },
      },
      { input },
    );
    expect(given).toEqual([{ at: '1970-01-01T00:00:00.000Z', list: [1, null] }]);
    expect(result.output).toEqual({ nested: { value: 1 }, at: '1970-01-01T00:00:00.000Z' });
  });

  test('that returns nothing hands on null', async () => {
    expect((await run(machine('A', { A: task('AArn') }), { AArn: async () => undefined })).output).toBeNull();
  });
});

describe('an error', () => {
  const others: States = {
    Recover: { Type: 'Pass', End: true },
    GiveUp: { Type: 'Fail', Error: 'GaveUp', Cause: 'There was nothing to be done' },
  };

  /** One task, and the states that its catchers go on to. */
  const definition = (more: object) => {
    const text = JSON.stringify(more);
    const reached = Object.entries(others).filter(([name]) => text.includes(`"${name}"`));
    return machine('Work', { Work: task('WorkArn', more), ...Object.fromEntries(reached) });
  };

  test('ends the execution under its name, with the cause that Lambda gives', async () => {
    const result = await run(definition({}), { WorkArn: fails('PolicyTooLargeError', 'too large') });
    expect(result).toMatchObject({ status: 'FAILED', error: 'PolicyTooLargeError' });
    expect(JSON.parse(result.cause ?? '')).toEqual({
      errorType: 'PolicyTooLargeError',
      errorMessage: 'too large',
      trace: [],
    });
  });

  test('is caught by its name, and kept where the catcher says', async () => {
    const Catch = [
      { ErrorEquals: ['ThrottledError'], Next: 'GiveUp' },
      { ErrorEquals: ['AccessDeniedError'], Next: 'Recover', ResultPath: '$.error' },
    ];
    const result = await run(definition({ Catch }), { WorkArn: fails('AccessDeniedError') });
    expect(result).toMatchObject({ status: 'SUCCEEDED', states: ['Work', 'Recover'] });
    expect(result.output).toEqual({
      accountId: '111122223333',
      error: { Error: 'AccessDeniedError', Cause: expect.stringContaining('"errorMessage":"not now"') },
    });
  });

  test('of another name is not caught', async () => {
    const Catch = [{ ErrorEquals: ['ThrottledError'], Next: 'Recover' }];
    const result = await run(definition({ Catch }), { WorkArn: fails('AccessDeniedError') });
    expect(result).toMatchObject({ status: 'FAILED', error: 'AccessDeniedError' });
  });

  test('is retried until it succeeds', async () => {
    const Retry = [
      { ErrorEquals: ['ThrottledError'], IntervalSeconds: 60, BackoffRate: 2, JitterStrategy: 'FULL' },
    ];
    const events: StateEvent[] = [];
    const result = await run(
      definition({ Retry }),
      { WorkArn: failsFirst(2, 'ThrottledError') },
      { onState: (event) => events.push(event) },
    );
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { calls: 3 } });
    expect(events.map(({ type, error }) => [type, error])).toEqual([
      ['entered', undefined],
      ['failed', 'ThrottledError'],
      ['retried', undefined],
      ['failed', 'ThrottledError'],
      ['retried', undefined],
      ['exited', undefined],
    ]);
  });

  test('is not retried for ever, and caught at last', async () => {
    const Retry = [{ ErrorEquals: ['ThrottledError'], MaxAttempts: 2 }];
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'GiveUp' }];
    const result = await run(definition({ Retry, Catch }), { WorkArn: failsFirst(3, 'ThrottledError') });
    expect(result).toEqual({
      status: 'FAILED',
      error: 'GaveUp',
      cause: 'There was nothing to be done',
      states: ['Work', 'GiveUp'],
    });
  });

  test('of a result that is too large cannot be caught', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Recover' }];
    const result = await run(definition({ Catch }), { WorkArn: async () => 'x'.repeat(262_143) });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded', states: ['Work'] });
  });

  test('of something that is no Error has a name too', async () => {
    const result = await run(definition({}), {
      WorkArn: () => Promise.reject('just text'),
    });
    expect(result).toMatchObject({
      status: 'FAILED',
      error: 'Error',
      cause: expect.stringContaining('just text'),
    });
  });
});

describe('branches', () => {
  test('that catch inside themselves do not cancel each other', async () => {
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

  test('that fail end the Parallel state, which can catch', async () => {
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

  test('within branches are all entered, to the very last', async () => {
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

  test('of a Map run once per item, with index and value', async () => {
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
  test('is chosen by the data', async () => {
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

  test('does not wait, unless it should', async () => {
    const definition = machine('Wait', {
      Wait: { Type: 'Wait', Seconds: 3_600, Next: 'Done' },
      Done: { Type: 'Succeed' },
    });
    expect((await run(definition)).states).toEqual(['Wait', 'Done']);
    const short = machine('Wait', { Wait: { Type: 'Wait', Seconds: 1, End: true } });
    expect((await run(short, {}, { waits: 'real' })).status).toBe('SUCCEEDED');
  });

  test('knows its execution, also in a branch', async () => {
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

  test('has no end sooner than asked for, however long the time-out', async () => {
    const definition = {
      ...machine('A', { A: task('AArn', { TimeoutSeconds: 99_999_999 }) }),
      TimeoutSeconds: 31_536_000,
    };
    const slow = () => new Promise((resolve) => setTimeout(resolve, 20, 'done'));
    expect(await run(definition, { AArn: slow })).toMatchObject({ output: 'done' });
  });

  test('ends by its time-out', async () => {
    const definition = { ...machine('A', { A: { Type: 'Wait', Seconds: 5, End: true } }), TimeoutSeconds: 1 };
    expect(await run(definition, {}, { waits: 'real' })).toMatchObject({
      status: 'FAILED',
      error: 'States.Timeout',
    });
  });
});

describe('a definition is refused', () => {
  test('that the validator refuses', async () => {
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
  ])('for %s', async (message, definition) => {
    await expect(run(definition)).rejects.toThrow(message);
  });
});
