import { describe, expect, test } from '@jest/globals';
import { ThrottledError } from '../../shared/platform/aws/errors.ts';
import { createSimulatedServices } from '../../simulator/simulated-services.ts';
import { fault, losingTheAnswer, refuse } from '../fixtures/call-faults.ts';
import {
  createSecretEnv,
  deliveries,
  deploy,
  deployedTo,
  namedTarget,
  planted,
  rotate,
  servedTo,
  startCount,
} from '../fixtures/secret-env.ts';

describe('an answer that never came', () => {
  test('finds the started deployment when the answer of AppConfig was lost, and starts no second one', async () => {
    const env = await createSecretEnv();
    const event = await rotate(env);
    fault(env, 'StartDeployment', losingTheAnswer);

    const { run } = await deploy(env, event);

    expect(run?.status).toBe('succeeded');
    expect(startCount(env)).toBe(1);
    expect(await deliveries(env)).toEqual([
      expect.objectContaining({ status: 'complete', startAttempts: 1, retriedStarts: 0 }),
    ]);
  });

  test('starts again when the lost answer belonged to a start that had no effect, and reports that', async () => {
    const env = await createSecretEnv();
    const event = await rotate(env);
    fault(env, 'StartDeployment', refuse('InternalServerException', 'We are sorry', 500));

    const { run } = await deploy(env, event);

    expect(run).toMatchObject({
      status: 'succeeded',
      reason: expect.stringContaining('1 started again'),
    });
    expect(await deliveries(env)).toEqual([expect.objectContaining({ startAttempts: 2, retriedStarts: 1 })]);
    expect(deployedTo(env)).toHaveLength(1);
  });

  test("finds the deployment when DynamoDB's answer to the record of the start was lost", async () => {
    const env = await createSecretEnv();
    const event = await rotate(env);
    const { outbox } = env.store;
    let throttled = 0;
    const put: typeof outbox.put = async (delivery, expected) => {
      if (delivery.deployment === undefined || throttled > 0) return outbox.put(delivery, expected);
      throttled += 1;
      throw new ThrottledError('DynamoDB has no capacity for the transaction at the moment.');
    };
    const store = { ...env.store, outbox: { ...outbox, put } };

    await deploy(env, event, { services: createSimulatedServices(env.organization, { store }) });

    expect(throttled).toBe(1);
    expect(startCount(env)).toBe(1);
    expect(await deliveries(env)).toEqual([
      expect.objectContaining({ status: 'complete', startAttempts: 1, retriedStarts: 0 }),
    ]);
  });

  test('ends when AppConfig refuses a late start because of a newer version', async () => {
    const env = await createSecretEnv();
    await deploy(env, { secretId: env.secretArn });
    const event = await rotate(env);
    let late: (() => Promise<unknown>) | undefined;
    fault(env, 'StartDeployment', async (_, proceed) => {
      late = proceed;
      await rotate(env);
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ETIMEDOUT' });
    });
    await deploy(env, event);
    await deploy(env, { secretId: env.secretArn });

    await expect(late?.()).rejects.toMatchObject({ name: 'ConflictException' });
    expect(servedTo(env)).toBe(`${planted}-3`);
  });

  test('tells a start that was never sent from a start whose answer was lost when the process was frozen', async () => {
    const env = await createSecretEnv({ secretDeployment: namedTarget });
    const event = await rotate(env);
    let asked = 0;
    env.organization.intercept(async ({ operation }, proceed) => {
      const answer = await proceed();
      // The last question before the start.
      if (operation === 'DescribeSecret' && ++asked === 2) env.clock.advance(31_000);
      return answer;
    });

    const { run } = await deploy(env, event);

    expect(run?.reason).toBe('1 of 1 deployments complete');
    expect([asked, startCount(env)]).toEqual([3, 1]);
    expect(await deliveries(env)).toEqual([expect.objectContaining({ startAttempts: 1, retriedStarts: 0 })]);
  });

  test('tells a throttled start from a start whose answer was lost', async () => {
    const env = await createSecretEnv();
    const event = await rotate(env);
    fault(env, 'StartDeployment', refuse('ThrottlingException', 'Rate exceeded'), 2);

    const { run } = await deploy(env, event);

    expect(run?.status).toBe('succeeded');
    expect(await deliveries(env)).toEqual([expect.objectContaining({ startAttempts: 1, retriedStarts: 0 })]);
  });
});
