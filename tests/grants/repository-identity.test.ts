import { expect, it } from '@jest/globals';
import { ecrRepositoryPolicy } from '../../shared/grants/ecr-repository-policy.ts';

const ref = {
  kind: 'ecr-repository-policy',
  accountId: '444455556666',
  region: 'eu-west-1',
  id: 'base/node',
};

const identityOf = (answer: object) =>
  ecrRepositoryPolicy.readIdentity?.(
    { ecr: { send: async ({ input }: { input: object }) => ({ ...answer, asked: input }) } } as never,
    ref,
    ecrRepositoryPolicy.empty,
  );

it('returns the creation time of an existing repository', async () => {
  const createdAt = new Date('2026-03-02T09:00:00.000Z');

  expect(await identityOf({ repositories: [{ createdAt }] })).toBe('2026-03-02T09:00:00.000Z');
});

it.each([{}, { repositories: [] }, { repositories: [{}] }])(
  'returns no creation time when ECR answers %j',
  async (answer) => {
    expect(await identityOf(answer)).toBeUndefined();
  },
);
