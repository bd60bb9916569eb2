import { expect, test } from '@jest/globals';
import { advance, ask, createHostedEnv, ends, moment, occupy } from '../fixtures/hosted-env.ts';
import { currentVersion, deployedTo } from '../fixtures/secret-env.ts';

const minute = 60_000;

test('deploys the version that was requested last, whichever run arrives first', async () => {
  const env = await createHostedEnv();
  const [earlier, later] = [moment(env), moment(env)];
  const second = await ask(env, '2', { startedAt: later });
  const first = await ask(env, '1', { startedAt: earlier });

  await advance(env, [...first, ...second]);

  expect(deployedTo(env)).toEqual(['2']);
  expect(await ends(env)).toEqual([
    ['1', 'superseded'],
    ['2', 'complete'],
  ]);
});

test('ends a late run when a newer request exists', async () => {
  const env = await createHostedEnv();
  const early = moment(env);
  await advance(env, await ask(env, '1'));
  await advance(env, await ask(env, '2'));

  expect(await ask(env, '1', { runId: 'late', startedAt: early })).toEqual([]);

  expect(deployedTo(env)).toEqual(['1', '2']);
});

test('treats a repeated request for a waiting version as the latest request', async () => {
  const env = await createHostedEnv();
  await occupy(env);
  const first = await ask(env, '1');
  const between = moment(env);
  expect(await ask(env, '1', { runId: 'again' })).toEqual([]);
  const other = await ask(env, '2', { startedAt: between });

  await advance(env, [...other, ...first]);

  expect(deployedTo(env)).toEqual([currentVersion(env), '1']);
});

test('accepts later requests after a request from a machine whose clock is ahead', async () => {
  const env = await createHostedEnv();
  const fast = new Date(env.clock.now() + 5 * minute).toISOString();
  await advance(env, await ask(env, '1', { startedAt: fast }));
  await advance(env, await ask(env, '2'));
  await advance(env, await ask(env, '1', { runId: 'back' }));

  expect(deployedTo(env)).toEqual(['1', '2', '1']);
});
