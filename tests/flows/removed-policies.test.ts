import { expect, test } from '@jest/globals';
import { small } from '../fixtures/small-configuration.ts';
import { createEnv, named, onboard } from '../fixtures/test-env.ts';

const only = '555566667777';

test('deletes policies that have no other statements when their only account closes', async () => {
  const grants = small().grants.map((grant) => ({ ...grant, for: { accounts: [only] } }));
  const env = await createEnv({
    configuration: { ...small(), grants },
    prepare: (organization) => {
      organization.addAccount({ id: only, name: 'only' });
      const { buckets, repositories, secrets } = organization.world;
      for (const each of [...buckets.values(), ...repositories.values(), ...secrets.values()])
        each.policy = undefined;
    },
  });
  await onboard(env, { accountId: only });
  env.organization.closeAccount(only);
  env.organization.resetCalls();

  const { run } = await onboard(env, { accountId: only, mode: 'sync' });

  expect(run.status).toBe('succeeded');
  expect(Object.values(named(env)).flat()).toEqual([]);
  const calls = env.organization.calls.map(({ operation }) => operation);
  expect(calls.filter((call) => /^(Delete|Detach)/.test(call)).toSorted()).toEqual([
    'DeleteBucketPolicy',
    'DeletePolicy',
    'DeleteRepositoryPolicy',
    'DeleteResourcePolicy',
    'DetachGroupPolicy',
  ]);
});
