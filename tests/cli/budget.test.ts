import { expect, test } from '@jest/globals';
import { exampleConfiguration, objectOf, run } from '../fixtures/screen.ts';

const budget = ['budget', '--simulate', '--config', exampleConfiguration];

interface Row {
  readonly kind: string;
  readonly id: string;
  readonly size?: number;
  readonly limit?: number;
  readonly room?: number | null;
  readonly error?: { readonly name: string };
}

const rowsOf = (screen: Awaited<ReturnType<typeof run>>): readonly Row[] =>
  objectOf(screen).resources as readonly Row[];

test('reports how full each policy is and how many more accounts fit', async () => {
  const screen = await run([...budget, '--json']);

  expect(screen).toMatchObject({ code: 0, stderr: '' });
  expect(objectOf(screen).status).toBe('complete');
  expect(rowsOf(screen)).toHaveLength(13);
  for (const { size = 0, limit = 0, room } of rowsOf(screen)) {
    expect(size).toBeGreaterThan(0);
    expect(size).toBeLessThan(limit);
    expect(room).toBeGreaterThan(20);
  }
});

test('lists budgets by central account, with the fullest resource first', async () => {
  const { stdout, code } = await run(budget);

  expect(code).toBe(0);
  expect(stdout).toMatch(/Shared account 444444444444/);
  expect(stdout).toMatch(
    /= +ECR repository policy +base\/node .* [\d,]+ of 10,240 characters, \d+ % +\d+ accounts more +then refused/,
  );
  expect(stdout).toMatch(
    /= +S3 bucket policy +example-org-config .*accounts more +listed, service-tied after \d+ more, then refused/,
  );
  expect(stdout).toMatch(/Budget: \d+ accounts more until the first is full: ecr-repository-policy/);
});

test('exits with an error when unmanaged statements fill a policy', async () => {
  const screen = await run([...budget, '--json'], {
    outsiders: ({ world }) => {
      const repository = [...world.repositories.values()].find(({ name }) => name === 'base/node');
      const policy = JSON.parse(repository?.policy ?? '') as { Statement: object[] };
      const theirs = {
        Sid: 'x'.repeat(9_500),
        Effect: 'Deny',
        Principal: '*',
        Action: 'ecr:DeleteRepository',
      };
      const text = JSON.stringify({ ...policy, Statement: [...policy.Statement, theirs] });
      if (repository !== undefined) repository.policy = text;
    },
  });

  expect(screen.code).toBe(1);
  expect(rowsOf(screen).find(({ id }) => id === 'base/node')?.error?.name).toBe('PolicyTooLargeError');
});
