import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from '@jest/globals';
import {
  findDeadLetterQueue,
  parseEventLetter,
  receiveLetters,
  replayLetters,
  startExecution,
} from '../../cli/dead-letters.ts';
import { installationName } from '../../shared/configuration/installation-names.ts';
import { createClient } from '../../shared/platform/aws/plugins.ts';
import { created } from '../fixtures/account-events.ts';
import { small } from '../fixtures/small-configuration.ts';
import { announcements } from '../fixtures/sweeps.ts';
import { createEnv, due, named, onboard, recordFailedExecution, type TestEnv } from '../fixtures/test-env.ts';
import { delegating, forwardToHub, tooling, withToolingTopic } from '../fixtures/tooling-account.ts';

const createToolingEnv = (): Promise<TestEnv> => {
  const configuration = withToolingTopic(small());
  return createEnv({ configuration, hubAccountId: tooling, prepare: delegating(configuration) });
};

const name = installationName(small());
const machine = `arn:aws:states:us-east-1:${tooling}:stateMachine:${name}`;
const queue = `https://sqs.us-east-1.amazonaws.com/${tooling}/${name}-EventDeadLetters-A1`;

/** EventBridge could not start a run in the hub, and puts the forwarded event into the queue. */
function putDeadLetter({ organization, configuration, clock }: TestEnv, event: unknown): void {
  const letter = {
    id: 'm-1',
    body: JSON.stringify(forwardToHub(configuration, event)),
    attributes: { TARGET_ARN: machine, ERROR_CODE: 'THROTTLING', ERROR_MESSAGE: 'Rate exceeded' },
    sentAt: clock.now(),
    hiddenUntil: 0,
  };
  organization.world.queues.set(queue, [letter]);
}

/** Starts the executions as an operator of the tooling account does by `onboarding replay`. @returns their inputs by name */
async function replay({ organization, services }: TestEnv): Promise<ReadonlyMap<string, unknown>> {
  const { homeRegion } = organization.world.settings;
  const config = { region: homeRegion, credentials: organization.hubCredentials };
  const sqs = createClient(SQSClient, config, [organization.plugin()]);
  const url = await findDeadLetterQueue(sqs, name, 'EventDeadLetters');
  const letters = await receiveLetters(sqs, url, (message) => parseEventLetter(message, name));
  expect(letters.map(({ problem }) => problem)).toEqual([undefined]);
  await replayLetters({ sqs, queue: url }, letters, (letter) => startExecution(services.hub.sfn, letter));
  return new Map(
    [...organization.world.executions.values()].map((each) => [each.name, JSON.parse(each.input)]),
  );
}

describe('a hub in a tooling account', () => {
  test('gives a new account its access when its event is replayed from the dead letters', async () => {
    const env = await createToolingEnv();
    const { id, event } = created(env);
    putDeadLetter(env, event);

    const started = await replay(env);
    const ended = await onboard(env, started.get('replay-m-1'), { name: 'replay-m-1' });

    expect(ended.run).toMatchObject({ status: 'succeeded', accountIds: [id] });
    expect(named(env)).toEqual(due(env));
    expect(env.organization.world.queues.get(queue)).toEqual([]);
  });

  test('records and announces a run when its execution was aborted', async () => {
    const env = await createToolingEnv();
    const { id } = created(env);
    const executionArn = `${machine.replace(':stateMachine:', ':execution:')}:aborted`;

    await recordFailedExecution(env, {
      executionArn,
      stateMachineArn: machine,
      name: 'aborted',
      status: 'ABORTED',
      startDate: env.clock.now(),
      stopDate: env.clock.now(),
      input: JSON.stringify({ accountId: id }),
      cause: null,
      error: null,
    });

    expect(await env.store.runs.get('aborted')).toMatchObject({ status: 'failed' });
    expect(announcements(env)).toHaveLength(1);
    expect(env.organization.world.messages).toHaveLength(1);
  });
});
