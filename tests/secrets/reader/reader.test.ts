import { describe, expect, test } from '@jest/globals';
import { createAwsError } from '../../../simulator/aws-error.ts';
import { deploy, planted, rotate } from '../../fixtures/secret-env.ts';
import { minute, operations, type Reading, reading } from '../../fixtures/secret-reader.ts';

test('reads a rotated secret in another account', async () => {
  const { env, reader } = await reading();
  expect(await reader.get()).toEqual({ password: `${planted}-1` });

  await deploy(env, await rotate(env));
  env.clock.advance(minute);

  expect(await reader.get()).toEqual({ password: `${planted}-2` });
});

test('starts one session and polls once in each interval for any number of callers', async () => {
  const made = await reading();
  await Promise.all(Array.from({ length: 50 }, () => made.reader.get()));
  expect(operations(made)).toEqual(['AssumeRole', 'StartConfigurationSession', 'GetLatestConfiguration']);

  for (let second = 0; second < 120; second += 1) {
    made.env.clock.advance(1_000);
    await made.reader.get();
  }

  expect(operations(made).slice(3)).toEqual(['GetLatestConfiguration', 'GetLatestConfiguration']);
});

test('starts a new session with new credentials when its token is too old', async () => {
  const made = await reading();
  await made.reader.get();
  made.env.clock.advance(25 * 60 * minute);

  expect(await made.reader.get()).toEqual({ password: `${planted}-1` });

  expect(operations(made).slice(3)).toEqual([
    'AssumeRole',
    'StartConfigurationSession',
    'GetLatestConfiguration',
  ]);
  expect(made.troubles).toEqual([]);
});

test('starts a new session after one poll when AppConfig refuses the token', async () => {
  const made = await reading();
  await made.reader.get();
  made.env.organization.world.appConfig.sessions.clear();
  made.env.clock.advance(minute);

  expect(await made.reader.get()).toEqual({ password: `${planted}-1` });

  expect(operations(made).slice(3)).toEqual([
    'GetLatestConfiguration',
    'StartConfigurationSession',
    'GetLatestConfiguration',
  ]);
  expect(made.troubles).toEqual([]);
});

describe('after a question that failed', () => {
  const failing = async (made: Reading, effect: (proceed: () => Promise<unknown>) => Promise<unknown>) => {
    await made.reader.get();
    await deploy(made.env, await rotate(made.env));
    made.env.clock.advance(minute);
    made.env.organization.resetCalls();
    const stop = made.env.organization.intercept(({ service }, proceed) =>
      service === 'appconfigdata' ? effect(proceed) : proceed(),
    );
    expect(await made.reader.get()).toEqual({ password: `${planted}-1` });
    stop();
    made.env.clock.advance(minute);
    expect(await made.reader.get()).toEqual({ password: `${planted}-2` });
    return operations(made);
  };

  test('keeps the session after a poll that AppConfig refused', async () => {
    const refused = async () => {
      throw createAwsError('AccessDeniedException', 'Not now');
    };
    expect(await failing(await reading(), refused)).toEqual([
      'GetLatestConfiguration',
      'GetLatestConfiguration',
    ]);
  });

  test('keeps the session after a poll that AppConfig calls too early', async () => {
    const early = async () => {
      const Details = { InvalidParameters: { ConfigurationToken: { Problem: 'PollIntervalNotSatisfied' } } };
      throw Object.assign(createAwsError('BadRequestException', 'Too early'), { Details });
    };
    expect(await failing(await reading(), early)).toEqual([
      'GetLatestConfiguration',
      'GetLatestConfiguration',
    ]);
  });

  test.each([
    ['no answer', {}],
    ['half an answer', { $metadata: { httpStatusCode: 200 } }],
  ])('starts a new session when a poll got %s, because a lost answer is not repeated', async (_, how) => {
    const lost = async (proceed: () => Promise<unknown>) => {
      await proceed();
      throw Object.assign(new Error('The answer was lost'), how);
    };
    expect(await failing(await reading(), lost)).toEqual([
      'GetLatestConfiguration',
      'StartConfigurationSession',
      'GetLatestConfiguration',
    ]);
  });

  test('starts a new session when the SDK retried a poll and the answer is empty', async () => {
    const made = await reading();
    let lost: object | undefined;
    const repeated = async (proceed: () => Promise<unknown>) => {
      // As AppConfig would answer if it accepted a token again.
      if (lost !== undefined) return { ...lost, Configuration: new Uint8Array() };
      lost = (await proceed()) as object;
      throw Object.assign(new Error('The answer was lost'), { name: 'TimeoutError' });
    };
    expect(await failing(made, repeated)).toEqual([
      'GetLatestConfiguration',
      'GetLatestConfiguration',
      'StartConfigurationSession',
      'GetLatestConfiguration',
    ]);
  });
});

test('returns the configuration from memory while AppConfig is unavailable', async () => {
  const { env, reader, troubles } = await reading();
  await reader.get();
  const stop = env.organization.intercept(async ({ service }, proceed) => {
    if (service !== 'appconfigdata') return proceed();
    throw createAwsError('InternalServerException', 'We are sorry');
  });
  env.clock.advance(minute);

  expect(await reader.get()).toEqual({ password: `${planted}-1` });
  expect(troubles).toEqual([expect.stringContaining('could not be read: InternalServerException')]);
  stop();
  await deploy(env, await rotate(env));
  env.clock.advance(minute);
  expect(await reader.get()).toEqual({ password: `${planted}-2` });
});
