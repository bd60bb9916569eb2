import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { systemClock } from '../../../shared/platform/clock.ts';
import { createConfigurationReader } from '../../../shared/secrets/reader/index.ts';
import { deploy, planted, rotate } from '../../fixtures/secret-env.ts';
import { member, minute, operations, reading } from '../../fixtures/secret-reader.ts';

test('refuses a first configuration that does not fit the schema, without quoting it', async () => {
  let strict = false;
  const takes = z.strictObject({ password: z.string().refine(() => !strict) });
  const { env, reader, troubles } = await reading(member, takes);
  await reader.get();
  strict = true;
  await deploy(env, await rotate(env));
  env.clock.advance(minute);

  expect(await reader.get()).toEqual({ password: `${planted}-1` });

  expect(troubles).toEqual([expect.stringContaining('a form that its reader does not accept')]);
  expect(troubles.join()).not.toContain(planted);
});

test('reports a first configuration that does not fit each time until one fits', async () => {
  let strict = true;
  const takes = z.strictObject({ password: z.string().refine(() => !strict) });
  const { env, reader } = await reading(member, takes);
  for (let time = 0; time < 2; time += 1) {
    await expect(reader.get()).rejects.toThrow(/a form that its reader does not accept/);
    env.clock.advance(minute);
  }
  strict = false;
  expect(await reader.get()).toEqual({ password: `${planted}-1` });
});

test('throws an error with the cause when AppConfig returns no first configuration', async () => {
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

test('refreshes the configuration of a long-lived process', async () => {
  const { env, reader } = await reading();
  const controller = new AbortController();
  const fresh = reader.keepFresh(controller.signal);
  while (reader.current() === undefined) await new Promise(setImmediate);
  await rotate(env).then((event) => deploy(env, event));
  while (reader.current()?.password !== `${planted}-2`) await env.clock.sleep(minute);
  controller.abort();
  await fresh;
});

test('polls AppConfig once in each interval when a reader is both refreshed and read', async () => {
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

test('treats an empty first answer as no configuration, and starts a new session', async () => {
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
  ['a clock without timers', () => new Promise<void>(() => {}), false],
  ['the system clock, which leaves no timer', systemClock.sleep, true],
])(
  'lets the process exit without a wait for the next interval when it uses %s',
  async (_, sleepBy, wakes) => {
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
  },
);
