import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, test } from '@jest/globals';
import { createTaskTokens } from '../../simulator/task-tokens.ts';
import { fails, machine, run, type States } from '../fixtures/machines.ts';
import { createEnv, otherServices } from '../fixtures/test-env.ts';

const callback = (more: object = {}): States[string] => ({
  Type: 'Task',
  Resource: '${InvokeAndWaitForTaskToken}',
  TimeoutSecondsPath: '$.seconds',
  Parameters: { FunctionName: '${AskArn}', Payload: { 'token.$': '$$.Task.Token', 'id.$': '$.id' } },
  End: true,
  ...more,
});

const input = { id: 'a', seconds: 86_400 };

describe('a task that waits for its token', () => {
  test('passes a token to a Task that waits for it, and ends the Task with the answer to the token', async () => {
    const tasks = createTaskTokens();
    const asked: unknown[] = [];
    const AskArn = async (payload: unknown) => {
      asked.push(payload);
      tasks.end(tasks.waiting()[0] ?? '', { type: 'succeeded', output: { verdict: 'yes' } });
      return 'dropped';
    };

    const result = await run(machine('Ask', { Ask: callback() }), { AskArn }, { input, tasks });

    expect(asked).toEqual([{ token: 'task-token-1', id: 'a' }]);
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { verdict: 'yes' } });
  });

  test('passes a new token each time a Task is entered', async () => {
    const tasks = createTaskTokens();
    const tokens: unknown[] = [];
    const AskArn = async (payload: unknown) => {
      const { token } = payload as { token: string };
      tokens.push(token);
      tasks.end(token, { type: 'failed', error: 'Again', cause: '' });
    };
    const Retry = [{ ErrorEquals: ['Again'], MaxAttempts: 1 }];

    const result = await run(machine('Ask', { Ask: callback({ Retry }) }), { AskArn }, { input, tasks });

    expect(tokens).toEqual(['task-token-1', 'task-token-2']);
    expect(result).toMatchObject({ status: 'FAILED', error: 'Again' });
  });

  test.each([
    ['its time is over', 'States.Timeout'],
    ['its function throws', 'AccessDeniedError'],
  ])('catches the error of a waiting Task by name when %s', async (_, error) => {
    const tasks = createTaskTokens();
    const AskArn =
      error === 'States.Timeout' ? async () => tasks.timeOut() : fails('AccessDeniedError', 'no topic');
    const states = {
      Ask: callback({ Catch: [{ ErrorEquals: [error], Next: 'Late' }] }),
      Late: { Type: 'Succeed' },
    };

    const result = await run(machine('Ask', states), { AskArn }, { input, tasks });

    expect(result).toMatchObject({ status: 'SUCCEEDED', states: ['Ask', 'Late'], output: { Error: error } });
    expect(tasks.waiting()).toEqual([]);
  });

  test('ends the execution as waiting when no answer to the token comes', async () => {
    const asked: unknown[] = [];
    const states = {
      Ask: callback({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Never' }] }),
      Never: { Type: 'Succeed' },
    };
    const AskArn = async (payload: unknown) => asked.push(payload);

    const result = await run(machine('Ask', states), { AskArn }, { input, untilToken: 'none' });

    expect(result).toEqual({ status: 'WAITING', states: ['Ask'] });
    expect(asked).toEqual([{ token: 'none', id: 'a' }]);
  });
});

test('accepts one answer for each token, and refuses unknown tokens', async () => {
  const env = await createEnv({ ready: false });
  const { sfn } = otherServices(env).hub;
  const { token: taskToken, ended } = env.organization.world.tasks.open();
  const named = (name: string) => expect.objectContaining({ name });

  await sfn.send(new SendTaskHeartbeatCommand({ taskToken }));
  await expect(sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{' }))).rejects.toEqual(
    named('InvalidOutput'),
  );
  await sfn.send(new SendTaskFailureCommand({ taskToken, error: 'No', cause: 'because' }));

  expect(await ended).toEqual({ type: 'failed', error: 'No', cause: 'because' });
  const late = sfn.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
  await expect(late).rejects.toEqual(named('TaskTimedOut'));
  const unknown = sfn.send(new SendTaskHeartbeatCommand({ taskToken: 'made up' }));
  await expect(unknown).rejects.toEqual(named('InvalidToken'));
});
