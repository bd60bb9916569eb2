import {
  DeleteRepositoryPolicyCommand,
  DescribeRepositoriesCommand,
  GetRepositoryPolicyCommand,
  paginateDescribeRepositories,
  SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Statement } from '../../shared/iam/document.ts';
import {
  createSimulatorEnv,
  member,
  policy,
  refusal,
  type SimulatorEnv,
  shared,
  text,
  textOfLength,
} from '../fixtures/simulator-env.ts';

const repositoryName = 'example/image';
const pull: Statement = { Effect: 'Allow', Principal: { AWS: [member] }, Action: ['ecr:BatchGetImage'] };

let env: SimulatorEnv;

beforeEach(() => {
  env = createSimulatorEnv();
});

const set = (policyText: string, name = repositoryName) =>
  env.clients(shared).ecr.send(new SetRepositoryPolicyCommand({ repositoryName: name, policyText }));

const read = (name = repositoryName) =>
  env.clients(shared).ecr.send(new GetRepositoryPolicyCommand({ repositoryName: name }));

describe('a repository policy', () => {
  test('sets, reads and deletes a repository policy', async () => {
    expect(await refusal(read())).toMatchObject({ name: 'RepositoryPolicyNotFoundException' });
    await set(text(pull));
    const { policyText, registryId } = await read();
    expect(registryId).toBe(shared);
    expect(JSON.parse(policyText ?? '').Statement).toEqual([
      { ...pull, Principal: { AWS: `arn:aws:iam::${member}:root` }, Action: 'ecr:BatchGetImage' },
    ]);
    expect(policyText).toContain('\n');
    await env.clients(shared).ecr.send(new DeleteRepositoryPolicyCommand({ repositoryName }));
    expect(await refusal(read())).toMatchObject({ name: 'RepositoryPolicyNotFoundException' });
  });

  test('requires an existing repository for a repository policy', async () => {
    for (const call of [read('nothing'), set(text(pull), 'nothing')])
      expect(await refusal(call)).toMatchObject({ name: 'RepositoryNotFoundException' });
  });

  test('refuses to delete a repository policy that does not exist', async () => {
    const call = env.clients(shared).ecr.send(new DeleteRepositoryPolicyCommand({ repositoryName }));
    expect(await refusal(call)).toMatchObject({ name: 'RepositoryPolicyNotFoundException' });
  });

  test.each<[string, string]>([
    ['a resource', text({ ...pull, Resource: '*' })],
    ['no principal', text({ Effect: 'Allow', Action: 'ecr:BatchGetImage' })],
    ['no JSON', '['],
  ])('refuses a repository policy with %s', async (_, policyText) => {
    expect(await refusal(set(policyText))).toEqual({
      name: 'InvalidParameterException',
      status: 400,
      message:
        "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
    });
  });

  test('accepts a repository policy of 10,240 characters and refuses a longer one', async () => {
    await expect(set(textOfLength(10_240, pull))).resolves.toBeDefined();
    expect(await refusal(set(textOfLength(10_241, pull)))).toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  test('requires permission on the repository of a policy', async () => {
    env = createSimulatorEnv(policy({ Effect: 'Allow', Action: 'ecr:*', Resource: '*:repository/other' }));
    expect(await refusal(read())).toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(env.repositoryArn),
    });
  });
});

test('describes repositories by name, or all repositories in pages', async () => {
  for (let index = 0; index < 25; index++)
    env.organization.addRepository({ accountId: shared, name: `many/image-${index}` });
  const client = env.clients(shared).ecr;
  const one = await client.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }));
  expect(one.repositories?.[0]?.repositoryArn).toBe(env.repositoryArn);
  const sizes: number[] = [];
  for await (const { repositories = [] } of paginateDescribeRepositories({ client }, {}))
    sizes.push(repositories.length);
  expect(sizes).toEqual([20, 6]);
});
