import { describe, expect, test } from '@jest/globals';
import type { StateEvent } from '../../simulator/run-state-machine.ts';
import { fails, failsFirst, machine, run, type States, task } from '../fixtures/machines.ts';

describe('a task', () => {
  test("calls the function of the Task's ARN with the input of the state", async () => {
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

  test('calls the function of another resource with the parameters', async () => {
    const Resource = 'arn:aws:states:::events:putEvents';
    const definition = machine('Announce', {
      Announce: { Type: 'Task', Resource, Parameters: { 'Entries.$': '$.entries' }, End: true },
    });
    const result = await run(definition, { [Resource]: async (input) => input }, { input: { entries: [] } });
    expect(result.output).toEqual({ Entries: [] });
  });

  describe('of lambda:invoke', () => {
    const invoke = (Resource: string) =>
      machine('Update', {
        Update: {
          Type: 'Task',
          Resource,
          Parameters: { 'FunctionName.$': '$.functionName', Payload: { 'id.$': '$.accountId' } },
          OutputPath: '$.Payload',
          Retry: [{ ErrorEquals: ['ResourceBusyError'], MaxAttempts: 2 }],
          Catch: [
            { ErrorEquals: ['Lambda.ResourceNotFoundException'], ResultPath: '$.error', Next: 'Missing' },
          ],
          End: true,
        },
        Missing: { Type: 'Pass', End: true },
      });
    const input = { functionName: 'update-network-account', accountId: '111122223333' };

    test.each(['${InvokeFunction}', 'arn:aws-cn:states:::lambda:invoke'])(
      'calls the function that the input names when the resource is %s',
      async (resource) => {
        const seen: unknown[] = [];
        const again = failsFirst(1, 'ResourceBusyError');
        const update = async (payload: unknown) => {
          seen.push(payload);
          return again();
        };
        const findFunction = (name: string) => (name === 'update-network-account' ? update : undefined);

        const result = await run(invoke(resource), {}, { input, findFunction });

        expect(seen).toEqual([{ id: '111122223333' }, { id: '111122223333' }]);
        expect(result).toMatchObject({ status: 'SUCCEEDED', output: { calls: 2 } });
      },
    );

    test('fails as Lambda does when no function has the name', async () => {
      const result = await run(invoke('${InvokeFunction}'), {}, { input });

      expect(result.states).toEqual(['Update', 'Missing']);
      expect(result.output).toMatchObject({
        ...input,
        error: {
          Error: 'Lambda.ResourceNotFoundException',
          Cause: 'Function not found: update-network-account',
        },
      });
    });
  });

  test('refuses an execution before its first state when a Task has no function', async () => {
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

  test('passes JSON copies between states, and never the objects themselves', async () => {
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

  test('passes null on when a Task returns nothing', async () => {
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

  test("ends the execution with the error's name and the cause that Lambda returns", async () => {
    const result = await run(definition({}), { WorkArn: fails('PolicyTooLargeError', 'too large') });
    expect(result).toMatchObject({ status: 'FAILED', error: 'PolicyTooLargeError' });
    expect(JSON.parse(result.cause ?? '')).toEqual({
      errorType: 'PolicyTooLargeError',
      errorMessage: 'too large',
      trace: [],
    });
  });

  test('catches an error by its name, and stores it where the catcher says', async () => {
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

  test('fails when no catcher names the error', async () => {
    const Catch = [{ ErrorEquals: ['ThrottledError'], Next: 'Recover' }];
    const result = await run(definition({ Catch }), { WorkArn: fails('AccessDeniedError') });
    expect(result).toMatchObject({ status: 'FAILED', error: 'AccessDeniedError' });
  });

  test('retries an error until the task succeeds', async () => {
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

  test('stops retrying after the last attempt, and catches the error', async () => {
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

  test('fails without a catch when a result is too large', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Recover' }];
    const result = await run(definition({ Catch }), { WorkArn: async () => 'x'.repeat(262_143) });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded', states: ['Work'] });
  });

  test('names an error that is not an Error object', async () => {
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
