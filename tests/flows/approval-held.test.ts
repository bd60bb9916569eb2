import { expect, test } from '@jest/globals';
import { created } from '../fixtures/account-events.ts';
import { small } from '../fixtures/small-configuration.ts';
import { createSweptEnv, sweep } from '../fixtures/sweeps.ts';

/** A person approves every account, and one grant is for the whole organization by a condition. */
const configuration = small(
  ['bucket'],
  `
  - name: images
    kind: ecr-repository-policy
    account: shared
    repositories: [base/node]
    preset: pull
    match: organization
    for: { all: true }
approval: { for: { all: true } }`,
);

test('gives no access to waiting accounts when a removed grant with a condition becomes a list', async () => {
  const env = await createSweptEnv({ configuration });
  const before = env.organization.policyOf(
    'repository',
    [...env.organization.world.repositories.keys()][0] ?? '',
  );
  for (let count = 0; count < 7; count += 1) created(env);

  const ended = await sweep(env);

  expect(ended.run).toMatchObject({ counts: { held: 0, written: 0, changed: 7 } });
  expect(ended.run.unresolved).toHaveLength(7);
  expect(ended.run.unresolved?.every((line) => line.includes('waits for approval'))).toBe(true);
  expect(ended.run).not.toHaveProperty('accessChanges');
  expect(
    env.organization.policyOf('repository', [...env.organization.world.repositories.keys()][0] ?? ''),
  ).toEqual(before);
});
