import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { applyJson, outcomes, simulate, writesTo } from '../fixtures/apply-command.ts';
import { exampleConfiguration, objectOf, run } from '../fixtures/screen.ts';

const folder = mkdtempSync(join(tmpdir(), 'onboarding-'));

let files = 0;

const keep = (text: string, ending = 'json'): string => {
  files += 1;
  const file = join(folder, `${files}.${ending}`);
  writeFileSync(file, text);
  return file;
};

/** The plan of the example, changed as a person or a script may change it. */
async function planned(
  change: (text: string) => string = String,
  argv: readonly string[] = [],
): Promise<string> {
  const file = join(folder, 'plan.json');
  await run(['plan', ...simulate, '--out', file, ...argv]);
  return keep(change(readFileSync(file, 'utf8')));
}

describe('apply --plan', () => {
  test('makes the changes of a plan file without a question', async () => {
    const screen = await applyJson(['--plan', await planned()]);

    expect(screen.code).toBe(0);
    expect(Object.values(outcomes(screen))).toEqual(Array.from({ length: 13 }, () => 'written'));
  });

  test("applies only one account's resources when the plan file is for one account", async () => {
    const file = await planned(String, ['--account', '777777777777']);
    const screen = await applyJson(['--plan', file]);

    expect(objectOf(screen)).toMatchObject({ status: 'succeeded', accountId: '777777777777' });
    expect(outcomes(screen)).not.toHaveProperty('deploy/runner-token');
  });

  test('names every resource that has changed since the plan, and writes none', async () => {
    const written: string[] = [];
    const screen = await applyJson(['--plan', await planned()], {
      prepareWorld: (organization) => {
        const { buckets, repositories } = organization.world;
        buckets.delete('example-org-config');
        for (const repository of repositories.values())
          if (repository.name === 'base/python') Object.assign(repository, { policy: undefined });
        writesTo(written)(organization);
      },
    });

    expect(screen.code).toBe(65);
    expect(objectOf(screen)).toMatchObject({
      error: {
        name: 'StalePlanError',
        retryable: false,
        fields: {
          resources: [
            { resource: expect.stringContaining('base/python'), why: 'was changed after the plan was made' },
            {
              resource: expect.stringContaining('example-org-config'),
              why: 'was changed after the plan was made',
            },
          ],
        },
      },
    });
    expect(written).toEqual([]);
  });

  test('refuses a plan file when the accounts of the registry have changed', async () => {
    const screen = await applyJson(['--plan', await planned()], {
      prepareWorld: (organization) => organization.addAccount({ id: '999999999999', name: 'new' }),
    });

    expect(screen).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('the registry changed from revision 8 to 9'),
    });
  });
});

const otherText = (from: RegExp, to: string): string =>
  keep(readFileSync(exampleConfiguration, 'utf8').replace(from, to), 'yml');

interface Case {
  readonly name: string;
  readonly argv: () => Promise<readonly string[]>;
  readonly code: number;
  readonly error: string;
  readonly says: RegExp;
}

const cases: readonly Case[] = [
  {
    name: 'a plan that was edited',
    argv: async () => ['--plan', await planned((text) => text.replace('"change": true', '"change": false'))],
    code: 65,
    error: 'StalePlanError',
    says: /was edited after it was written/,
  },
  {
    name: 'a plan of another installation',
    argv: async () => [
      '--plan',
      await planned(),
      '--config',
      otherText(/^installation: .*$/m, 'installation: other'),
    ],
    code: 65,
    error: 'StalePlanError',
    says: /is for installation example, and this is other/,
  },
  {
    name: 'a plan of another configuration',
    argv: async () => [
      '--plan',
      await planned(),
      '--config',
      otherText(/preset: lambda-pull/, 'preset: pull'),
    ],
    code: 65,
    error: 'StalePlanError',
    says: /from another configuration/,
  },
  {
    name: 'a plan that is not JSON',
    argv: async () => ['--plan', exampleConfiguration],
    code: 65,
    error: 'MalformedPlanError',
    says: /is not JSON/,
  },
  {
    name: 'a plan of another format',
    argv: async () => [
      '--plan',
      await planned((text) => text.replace('"formatVersion": 1', '"formatVersion": 2')),
    ],
    code: 65,
    error: 'MalformedPlanError',
    says: /formatVersion/,
  },
  {
    name: 'a plan that is not there',
    argv: async () => ['--plan', 'no-such-plan.json'],
    code: 64,
    error: 'UsageError',
    says: /no-such-plan\.json cannot be read \(ENOENT\)/,
  },
  {
    name: 'a plan and --all',
    argv: async () => ['--plan', 'plan.json', '--all'],
    code: 64,
    error: 'UsageError',
    says: /Remove --account and --all/,
  },
  {
    name: 'nobody to ask',
    argv: async () => ['--all'],
    code: 64,
    error: 'UsageError',
    says: /Add --yes/,
  },
  {
    name: 'an unknown account',
    argv: async () => ['--account', '999999999999', '--yes'],
    code: 65,
    error: 'AccountNotMemberError',
    says: /does not have account 999999999999/,
  },
];

test.each(cases)(
  'ends apply with $name with exit code $code and writes nothing',
  async ({ argv, code, error, says }) => {
    const written: string[] = [];
    const screen = await applyJson(await argv(), { prepareWorld: writesTo(written) });

    expect(screen).toMatchObject({ code, stderr: expect.stringMatching(says) });
    expect(objectOf(screen)).toMatchObject({ status: 'failed', error: { name: error } });
    expect(written).toEqual([]);
  },
);

test('requires ONBOARDING_TABLE when apply works on AWS', async () => {
  const { code, stderr } = await run(['apply', '--yes', '--config', exampleConfiguration]);

  expect(code).toBe(78);
  expect(stderr).toContain('ONBOARDING_TABLE is not set');
});
