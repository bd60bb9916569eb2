import { describe, expect, test } from '@jest/globals';
import { advanceDelivery } from '../../shared/secrets/deployment/advance.ts';
import { fault, losingTheAnswer } from '../fixtures/call-faults.ts';
import { advance, ask, createHostedEnv, ends, inputOf, minute, occupy } from '../fixtures/hosted-env.ts';
import { createSecretEnv, currentVersion, deploy, deployedTo, profileId } from '../fixtures/secret-env.ts';
import { announcements } from '../fixtures/sweeps.ts';

test('deploys no version over a later request when the earlier run died before the start', async () => {
  const env = await createHostedEnv();
  await ask(env, '1');
  expect((await deploy(env, inputOf(env, '2'))).run?.status).toBe('succeeded');
  env.clock.advance(21 * minute);

  const { run } = await deploy(env, { resumePending: true });

  expect(run).toMatchObject({ status: 'succeeded', reason: expect.stringContaining('1 overtaken') });
  expect(deployedTo(env)).toEqual(['2']);
  expect(await ends(env)).toEqual([
    ['1', 'superseded'],
    ['2', 'complete'],
  ]);
});

test('deploys only the latest request when several versions wait for one environment', async () => {
  const env = await createHostedEnv();
  await occupy(env);
  const [first, third, second] = [await ask(env, '1'), await ask(env, '3'), await ask(env, '2')];

  await advance(env, [...third, ...first, ...second]);

  expect(deployedTo(env)).toEqual([currentVersion(env), '2']);
});

test('deploys a waiting version when it is requested again after another version', async () => {
  const env = await createHostedEnv();
  await occupy(env);
  const claimed = [await ask(env, '1'), await ask(env, '2'), await ask(env, '1', { runId: 'asks-again' })];

  await advance(env, claimed.flat());

  expect(deployedTo(env)).toEqual([currentVersion(env), '1']);
});

test('deploys the higher of two versions that were requested at the same moment', async () => {
  const env = await createHostedEnv();
  const { outbox } = env.store;
  const claimed = [await ask(env, '1'), await ask(env, '2')].flat();
  for (const key of claimed) {
    const delivery = await outbox.get(key);
    if (delivery === undefined) throw new Error('It is not there');
    const requestedAt = '2026-03-02T09:00:00.000Z';
    await outbox.put({ ...delivery, requestedAt, revision: delivery.revision + 1 }, delivery.revision);
  }

  await advance(env, claimed);

  expect(deployedTo(env)).toEqual(['2']);
});

test('counts a start without an answer for the old request only', async () => {
  const env = await createHostedEnv();
  fault(env, 'StartDeployment', losingTheAnswer);
  const [key] = await ask(env, '1');
  if (key === undefined) throw new Error('It is not there');
  await expect(advanceDelivery(env.services, key)).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
  await deploy(env, inputOf(env, '2'));

  await advance(env, [key]);

  expect(await ends(env)).toEqual([
    ['1', 'superseded'],
    ['2', 'complete'],
  ]);
});

test('rolls back a hosted configuration by hand, after a deployment and during one', async () => {
  const env = await createHostedEnv();
  for (const version of ['1', '2', '1']) {
    env.clock.advance(1_000);
    await deploy(env, inputOf(env, version));
  }
  expect(deployedTo(env)).toEqual(['1', '2', '1']);

  const newer = await ask(env, '3');
  const back = await ask(env, '1', { runId: 'back-again' });
  await advance(env, [...newer, ...back]);

  expect(deployedTo(env)).not.toContain('3');
  expect(await ends(env)).toEqual([
    ['1', 'complete'],
    ['2', 'complete'],
    ['3', 'superseded'],
  ]);
});

test('deploys a hosted configuration by hand, even an earlier version', async () => {
  const env = await createSecretEnv({ environments: ['production', 'test'] });
  const profile = profileId(env, 'settings');
  const versions = env.application.profiles.get(profile)?.versions;
  versions?.push({ content: '{}', contentType: 'application/json' });
  versions?.push({ content: '{"color":"red"}', contentType: 'application/json' });
  const start = (version: string) =>
    deploy(env, { application: env.application.id, profile, version, account: 'shared' });

  for (const version of ['1', '2', '1']) expect((await start(version)).run?.status).toBe('succeeded');

  expect(deployedTo(env)).toEqual(['1', '2', '1']);
  expect(deployedTo(env, 'test')).toEqual(['1', '2', '1']);
});

describe('a request for something that does not exist', () => {
  test.each<[string, object, RegExp]>([
    [
      'a version',
      { version: '9' },
      /ResourceMissingError: There is no version 9 of configuration profile \w+\. There are: 3, 2, 1$/,
    ],
    ['a label', { version: 'newest' }, /There is no version newest/],
    ['an environment', { version: '2', environments: ['produktion'] }, /There is no environment/],
    ['a profile', { version: '2', profile: 'setings' }, /There is no configuration profile/],
    [
      'a profile that AppConfig hosts',
      { version: '2', profile: 'database' },
      /MalformedEventError: .*\n {2}profile: must be a profile whose content AppConfig hosts; the content of database is secretsmanager:\/\/app\/database/,
    ],
  ])(
    'keeps the earlier request when the new request names %s that does not exist',
    async (_, change, says) => {
      const env = await createHostedEnv();
      const earlier = await ask(env, '1');

      const { status, run } = await deploy(env, { ...inputOf(env, '2'), ...change });

      expect(status).toBe('FAILED');
      expect(run?.unresolved).toEqual([expect.stringMatching(says)]);
      expect(announcements(env)).toEqual(['Configuration Deployment Failed']);
      await advance(env, earlier);
      expect(await ends(env)).toEqual([['1', 'complete']]);
      expect(deployedTo(env)).toEqual(['1']);
    },
  );
});

test('treats a version that is named by label and by number as one request', async () => {
  const env = await createHostedEnv();
  const [, second] = env.application.profiles.get(profileId(env, 'settings'))?.versions ?? [];
  Object.assign(second ?? {}, { label: 'spring' });

  for (const version of ['spring', '2'])
    expect((await deploy(env, inputOf(env, version))).run?.status).toBe('succeeded');

  expect(await ends(env)).toEqual([['2', 'complete']]);
  expect(deployedTo(env)).toEqual(['2']);
});
