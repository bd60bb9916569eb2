import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { systemClock } from '../../../shared/platform/clock.ts';
import {
  type ConfigurationReader,
  createConfigurationReader,
  createReaderClient,
} from '../../../shared/secrets/reader/index.ts';
import { createAwsError } from '../../../simulator/aws-error.ts';
import {
  createSecretEnv,
  deploy,
  planted,
  region,
  rotate,
  type SecretEnv,
} from '../../fixtures/secret-env.ts';
import { shared } from '../../fixtures/small-configuration.ts';

const minute = 60_000;
const member = '888888888888';
const schema = z.strictObject({ password: z.string() });

interface Reading {
  readonly env: SecretEnv;
  readonly reader: ConfigurationReader<z.infer<typeof schema>>;
  readonly troubles: string[];
}

/** An application of a member account reads by a role of the account that hosts AppConfig. */
async function reading(
  trusted = member,
  takes: z.ZodType<z.infer<typeof schema>> = schema,
): Promise<Reading> {
  const env = await createSecretEnv();
  const { organization, clock } = env;
  const allow = (statement: object) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow' as const, ...statement }],
  });
  const arn = organization.addRole({
    accountId: shared,
    name: 'ConfigurationReader',
    trust: allow({
      Principal: { AWS: `arn:aws:iam::${trusted}:root` },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': 'shop-1' } },
    }),
    permissions: allow({
      Action: ['appconfig:StartConfigurationSession', 'appconfig:GetLatestConfiguration'],
      Resource: '*',
    }),
  });
  organization.addRole({
    accountId: member,
    name: 'app',
    trust: allow({ Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }),
    permissions: allow({ Action: 'sts:AssumeRole', Resource: arn }),
  });
  const client = createReaderClient({
    region,
    role: { arn, externalId: 'shop-1' },
    credentials: organization.credentialsOf(member, 'app'),
    clock,
    plugins: [organization.plugin()],
  });
  const troubles: string[] = [];
  const reader = createConfigurationReader({
    client,
    application: 'shop',
    environment: 'production',
    profile: 'database',
    schema: takes,
    clock,
    onTrouble: ({ message }) => troubles.push(message),
  });
  await deploy(env, { secretId: env.secretArn });
  organization.resetCalls();
  return { env, reader, troubles };
}

const operations = ({ env }: Reading) => env.organization.calls.map(({ operation }) => operation);

test('a rotated secret arrives at a reader of another account', async () => {
  const { env, reader } = await reading();
  expect(await reader.get()).toEqual({ password: `${planted}-1` });

  await deploy(env, await rotate(env));
  env.clock.advance(minute);

  expect(await reader.get()).toEqual({ password: `${planted}-2` });
});

test('one session, and one question in each interval, however many want to know', async () => {
  const made = await reading();
  await Promise.all(Array.from({ length: 50 }, () => made.reader.get()));
  expect(operations(made)).toEqual(['AssumeRole', 'StartConfigurationSession', 'GetLatestConfiguration']);

  for (let second = 0; second < 120; second += 1) {
    made.env.clock.advance(1_000);
    await made.reader.get();
  }

  expect(operations(made).slice(3)).toEqual(['GetLatestConfiguration', 'GetLatestConfiguration']);
});

test('a session whose token is too old is begun again, with credentials of its own, and no question is wasted', async () => {
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

test('a token that AppConfig does not take any more is one question, and a new session', async () => {
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

  test('which AppConfig refused, the session goes on', async () => {
    const refused = async () => {
      throw createAwsError('AccessDeniedException', 'Not now');
    };
    expect(await failing(await reading(), refused)).toEqual([
      'GetLatestConfiguration',
      'GetLatestConfiguration',
    ]);
  });

  test('because it came too early by the clock of AppConfig, it does, too', async () => {
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
  ])('which got %s, a session is begun: what was lost would not come again', async (_, how) => {
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

  test('which the SDK repeated, and that has no news then, a session is begun, too', async () => {
    const made = await reading();
    let lost: object | undefined;
    const repeated = async (proceed: () => Promise<unknown>) => {
      // As an AppConfig would answer that takes a token again.
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

test('what AppConfig cannot give for a while is answered from memory', async () => {
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

test('a configuration that does not fit is not handed out, and not quoted', async () => {
  let strict = false;
  const takes = z.strictObject({ password: z.string().refine(() => !strict) });
  const { env, reader, troubles } = await reading(member, takes);
  await reader.get();
  strict = true;
  await deploy(env, await rotate(env));
  env.clock.advance(minute);

  expect(await reader.get()).toEqual({ password: `${planted}-1` });

  expect(troubles).toEqual([expect.stringContaining('a form that its reader does not take')]);
  expect(troubles.join()).not.toContain(planted);
});

test('a first configuration that does not fit is told each time, until one fits', async () => {
  let strict = true;
  const takes = z.strictObject({ password: z.string().refine(() => !strict) });
  const { env, reader } = await reading(member, takes);
  for (let time = 0; time < 2; time += 1) {
    await expect(reader.get()).rejects.toThrow(/a form that its reader does not take/);
    env.clock.advance(minute);
  }
  strict = false;
  expect(await reader.get()).toEqual({ password: `${planted}-1` });
});

test('without a first configuration there is an error that says what and why', async () => {
  const made = await reading('777777777777');
  await expect(made.reader.get()).rejects.toMatchObject({
    name: 'ConfigurationUnavailableError',
    message: expect.stringMatching(
      /Configuration database of application shop .* could not be read: AccessDenied/,
    ),
  });
  expect(made.reader.current()).toBeUndefined();
  // And nobody asks again before the interval is over.
  await expect(made.reader.get()).rejects.toThrow(/has not been read yet/);
  expect(operations(made).filter((operation) => operation === 'AssumeRole')).toHaveLength(1);
});

test('a process that lives long is kept fresh', async () => {
  const { env, reader } = await reading();
  const controller = new AbortController();
  const fresh = reader.keepFresh(controller.signal);
  while (reader.current() === undefined) await new Promise(setImmediate);
  await rotate(env).then((event) => deploy(env, event));
  while (reader.current()?.password !== `${planted}-2`) await env.clock.sleep(minute);
  controller.abort();
  await fresh;
});

test('a reader that is kept fresh and asked as well asks once in each interval', async () => {
  const made = await reading();
  const { env, reader } = made;
  await reader.get();
  env.organization.resetCalls();
  env.clock.advance(1_000);
  const controller = new AbortController();
  const fresh = reader.keepFresh(controller.signal);
  for (let second = 0; second < 150; second += 1) {
    await env.clock.sleep(1_000);
    await reader.get();
  }
  controller.abort();
  await fresh;
  expect(operations(made)).toEqual(['GetLatestConfiguration', 'GetLatestConfiguration']);
});

test('an empty answer before the first configuration is no configuration, and the next question begins a session', async () => {
  const made = await reading();
  const stop = made.env.organization.intercept(async ({ operation }, proceed) => {
    const answer = (await proceed()) as object;
    return operation === 'GetLatestConfiguration' ? { ...answer, Configuration: new Uint8Array() } : answer;
  });
  await expect(made.reader.get()).rejects.toThrow(/is empty/);
  stop();
  made.env.clock.advance(minute);
  expect(await made.reader.get()).toEqual({ password: `${planted}-1` });
  expect(operations(made)).toEqual([
    'AssumeRole',
    'StartConfigurationSession',
    'GetLatestConfiguration',
    'StartConfigurationSession',
    'GetLatestConfiguration',
  ]);
});

test.each([
  ['a clock that cannot wake', () => new Promise<void>(() => {}), false],
  ['the clock of the system, of which no timer is left', systemClock.sleep, true],
])('a process that ends does not wait for the next interval by %s', async (_, sleepBy, wakes) => {
  const { env } = await reading();
  const slept: Promise<void>[] = [];
  const sleep = (milliseconds: number, signal?: AbortSignal) => {
    const sleeping = sleepBy(milliseconds, signal);
    if (wakes) slept.push(sleeping);
    return sleeping;
  };
  const failing = { send: () => Promise.reject(new Error('no answer')) };
  const reader = createConfigurationReader({
    client: failing as unknown as Parameters<typeof createConfigurationReader>[0]['client'],
    application: 'shop',
    environment: 'production',
    profile: 'database',
    schema: { parse: (value: unknown) => value },
    clock: { now: () => env.clock.now(), sleep },
  });
  const controller = new AbortController();
  const fresh = reader.keepFresh(controller.signal);
  await new Promise(setImmediate);
  controller.abort();
  await fresh;
  expect(reader.current()).toBeUndefined();
  await Promise.all(slept);
  expect(slept).toHaveLength(wakes ? 1 : 0);
});
