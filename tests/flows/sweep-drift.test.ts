import { expect, test } from '@jest/globals';
import { created } from '../fixtures/account-events.ts';
import { bucket, key, repository, runner, secret } from '../fixtures/small-configuration.ts';
import { createSweptEnv, sweep } from '../fixtures/sweeps.ts';
import type { Ended, TestEnv } from '../fixtures/test-env.ts';

const repositoryArn = 'arn:aws:ecr:eu-west-1:444444444444:repository/base/node';
const secretName = 'deploy/token';

const driftOf = ({ changes }: Ended): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(changes.map(({ resource, drift }) => [resource, drift]));

/** Takes what is ours out of the bucket's policy, adds to the repository's, breaks the key's, deletes the secret. */
function meddle({ organization, clock }: TestEnv): void {
  clock.advance(10 * 60_000);
  const { world } = organization;
  organization.editPolicy('bucket', 'example-logs', undefined);
  const theirs = organization.policyOf('repository', repositoryArn);
  organization.editPolicy('repository', repositoryArn, {
    Version: '2012-10-17',
    Statement: [
      ...(theirs?.Statement ?? []),
      { Effect: 'Deny', Principal: '*', Action: 'ecr:DeleteRepository' },
    ],
  });
  const brokenKey = [...world.keys.values()].find(({ policy }) => policy !== undefined);
  organization.editPolicy('key', brokenKey?.arn ?? '', '{"Statement": "none"}');
  const secretArn = [...world.secrets.values()].find(({ name }) => name === secretName)?.arn;
  world.secrets.delete(secretArn ?? '');
}

test('reports and counts in the sweep how many resources were equal, changed and pending', async () => {
  const env = await createSweptEnv({ prepare: (organization) => organization.addAccount(runner) });
  meddle(env);

  const ended = await sweep(env);

  expect(driftOf(ended)).toMatchObject({
    [bucket]: 'managed-drift',
    [repository]: 'unmanaged-change',
    [key]: 'unreadable',
    [secret]: 'missing',
  });
  expect(ended.run.counts?.drift).toEqual({
    equal: 1,
    'managed-drift': 1,
    'unmanaged-change': 1,
    missing: 1,
    unreadable: 1,
  });
  expect(ended.run.warnings).toEqual([
    `${bucket}: managed statements were changed externally, and this sweep restored them`,
  ]);
});

test('reports an unmanaged change once, and does not count pending work as drift', async () => {
  const env = await createSweptEnv();
  const policy = env.organization.policyOf('repository', repositoryArn);
  env.organization.editPolicy('repository', repositoryArn, {
    Version: '2012-10-17',
    Statement: (policy?.Statement ?? []).filter(({ Sid }) => Sid !== undefined),
  });
  created(env);

  const first = await sweep(env);
  const second = await sweep(env);

  expect(driftOf(first)).toMatchObject({ [repository]: 'unmanaged-change', [bucket]: 'pending' });
  expect(first.run).toMatchObject({ status: 'succeeded' });
  expect(second.run.counts?.drift).toEqual({ equal: 5 });
});
