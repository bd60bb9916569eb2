import { expect, test } from '@jest/globals';
import { roleTrustPolicy } from '../../shared/grants/role-trust-policy.ts';
import { bucket, people, repository, secret } from '../fixtures/small-configuration.ts';
import { createSweptEnv, sweep } from '../fixtures/sweeps.ts';
import { due, named, outcomes, type TestEnv } from '../fixtures/test-env.ts';

const repositoryArn = 'arn:aws:ecr:eu-west-1:444444444444:repository/base/node';

/** Deletes a resource and makes another one of its name, without a policy, some time after everybody has done what they do. */
type Recreate = (env: TestEnv, time: number) => void;

const recreateRepository: Recreate = ({ organization: { world }, clock }) => {
  const existing = world.repositories.get(repositoryArn);
  if (existing === undefined) throw new Error('There is no repository');
  world.repositories.set(repositoryArn, { ...existing, policy: undefined, createdAt: new Date(clock.now()) });
};

const recreateSecret: Recreate = ({ organization: { world } }, time) => {
  const [arn, existing] = [...world.secrets].find(([, { name }]) => name === 'deploy/token') ?? [];
  if (arn === undefined || existing === undefined) throw new Error('There is no secret');
  world.secrets.delete(arn);
  const another = `${arn.slice(0, -6)}Again${time}`;
  world.secrets.set(another, { ...existing, arn: another, policy: undefined });
};

const recreateGroup: Recreate = ({ organization: { world } }, time) => {
  for (const [arn, group] of world.groups)
    world.groups.set(arn, { ...group, uniqueId: `AGPAEXAMPLE${time}`, attached: new Set() });
};

async function twice(recreate: Recreate) {
  const prepare = (organization: TestEnv['organization']) =>
    organization.addAccount({ id: '999999999999', name: 'runner', tags: { runner: 'yes' } });
  const env = await createSweptEnv({ prepare });
  const ends = [];
  for (const time of [1, 2]) {
    env.clock.advance(10 * 60_000);
    recreate(env, time);
    ends.push(await sweep(env));
  }
  return { env, ends };
}

test.each([
  ['repository', repository, recreateRepository],
  ['secret', secret, recreateSecret],
  ['group', people, recreateGroup],
])(
  'restores the policy of a %s without a conflict when the resource was deleted and created again twice',
  async (_, key, recreate) => {
    const { env, ends } = await twice(recreate);

    expect(ends.map((ended) => outcomes(ended)[key])).toEqual(['written', 'written']);
    expect(await env.store.resources.get(key)).not.toHaveProperty('conflict');
    expect(named(env)).toEqual(due(env));
  },
);

test('reports a conflict when another tool deletes the policy of the same repository twice', async () => {
  const { ends } = await twice(({ organization }) =>
    organization.editPolicy('repository', repositoryArn, undefined),
  );

  expect(ends.map((ended) => outcomes(ended)[repository])).toEqual(['written', 'conflict']);
});

test('reports a conflict when AWS does not say whether the repository is still the same one', async () => {
  const { ends } = await twice(({ organization: { world } }) => {
    const existing = world.repositories.get(repositoryArn);
    const { createdAt: _, ...unknown } = existing ?? { name: '' };
    world.repositories.set(repositoryArn, { ...unknown, policy: undefined } as never);
  });

  expect(ends.map((ended) => outcomes(ended)[repository])).toEqual(['written', 'conflict']);
});

test('reports a conflict when a bucket loses its policy twice, because a bucket has no creation id', async () => {
  const { ends } = await twice(({ organization }) =>
    organization.editPolicy('bucket', 'example-logs', undefined),
  );

  expect(ends.map((ended) => outcomes(ended)[bucket])).toEqual(['written', 'conflict']);
});

test('tells a role from a later role of the same name by its unique id', async () => {
  const Role = { RoleId: 'AROAEXAMPLE', Arn: 'arn:aws:iam::333333333333:role/Reader' };
  const clients = { iam: { send: async () => ({ Role }) } } as never;
  const ref = { kind: 'role-trust-policy', accountId: '333333333333', region: 'us-east-1', id: 'Reader' };
  const state = await roleTrustPolicy.read(clients, ref, undefined as never);

  expect(await roleTrustPolicy.readIdentity?.(clients, ref, state)).toBe('AROAEXAMPLE');
});
