import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { InputStream, Io } from '../../cli/terminal.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import { exampleConfiguration, objectOf, run, type Screen, standardInput } from '../fixtures/screen.ts';

const folder = mkdtempSync(join(tmpdir(), 'onboarding-'));
let files = 0;

const keep = (text: string, ending = 'json'): string => {
  files += 1;
  const file = join(folder, `${files}.${ending}`);
  writeFileSync(file, text);
  return file;
};

const simulate = ['--simulate', '--config', exampleConfiguration];

/** The plan of the example, changed as a person or a script may change it. */
async function planned(
  change: (text: string) => string = String,
  argv: readonly string[] = [],
): Promise<string> {
  const file = join(folder, 'plan.json');
  await run(['plan', ...simulate, '--out', file, ...argv]);
  return keep(change(readFileSync(file, 'utf8')));
}

const applyJson = (argv: readonly string[], io: Partial<Io> = {}): Promise<Screen> =>
  run(['apply', ...simulate, '--json', ...argv], io);

interface Resource {
  readonly id: string;
  readonly outcome: string;
}

const outcomes = (screen: Screen): Readonly<Record<string, string>> =>
  Object.fromEntries((objectOf(screen).resources as Resource[]).map(({ id, outcome }) => [id, outcome]));

/** Notes what is written. */
function writesTo(written: string[]): NonNullable<Io['prepareWorld']> {
  return (organization) =>
    organization.intercept(async (call, proceed) => {
      if (/^(Put|Set|Create|Delete|Attach)/.test(call.operation)) written.push(call.operation);
      return proceed();
    });
}

/** A terminal at which somebody answers. */
function terminal(answer: string): { readonly io: Partial<Io>; readonly shown: () => string } {
  let stdout = '';
  const write = (text: string) => {
    stdout += text;
  };
  const stdin: InputStream = Object.assign(standardInput(answer), { isTTY: true });
  return { io: { stdin, stdout: { isTTY: true, columns: 100, write } }, shown: () => stdout };
}

describe('apply', () => {
  test('--yes shows the plan, makes the changes and tells how each ended', async () => {
    const { code, stdout, stderr } = await run(['apply', ...simulate, '--yes']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Plan: 13 resources to change/m);
    expect(stdout).toMatch(/✓ written +S3 bucket policy +example-org-cloudtrail +\d+ % full/);
    expect(stdout).toMatch(/^succeeded: 13 of 13 resources written/m);
  });

  test('is one object for machines, as a run is', async () => {
    const screen = await applyJson(['--yes']);

    expect(screen.code).toBe(0);
    expect(objectOf(screen)).toMatchObject({
      status: 'succeeded',
      runId: expect.stringMatching(/^apply-/),
      cause: 'apply',
      left: [],
      calls: { 's3:PutBucketPolicy': 3 },
    });
  });

  test('--account writes the resources that have something for it, whole', async () => {
    const screen = await applyJson(['--account', '777777777777', '--yes']);

    expect(objectOf(screen)).toMatchObject({ status: 'succeeded', accountId: '777777777777' });
    expect(outcomes(screen)).toMatchObject({ 'base/node': 'written' });
    expect(outcomes(screen)).not.toHaveProperty('deploy/runner-token');
  });

  test('--account of one for whom there is nothing does nothing', async () => {
    const written: string[] = [];
    const screen = await applyJson(['--account', '999999999999', '--yes'], {
      prepareWorld: (organization) => {
        organization.addAccount({ id: '999999999999', name: 'closed', state: 'SUSPENDED' });
        writesTo(written)(organization);
      },
    });

    expect(screen.code).toBe(0);
    expect(objectOf(screen)).toMatchObject({
      status: 'succeeded',
      reason: expect.stringMatching(/^Nothing/),
    });
    expect(written).toEqual([]);
  });

  test('what cannot be planned is not written and fails, the rest is written', async () => {
    const screen = await applyJson(['--yes'], {
      prepareWorld: ({ world }) => world.buckets.delete('example-org-config'),
    });

    expect(screen.code).toBe(1);
    expect(outcomes(screen)).toMatchObject({
      'example-org-config': 'failed',
      'example-org-cloudtrail': 'written',
    });
    expect(objectOf(screen)).toMatchObject({ left: [expect.stringContaining('ResourceMissingError')] });
  });
});

/** An apply on another machine holds the bucket of the trails, and never releases it. */
const heldByAnother: NonNullable<Io['outsiders']> = async (_, { store, clock }) => {
  const bucket = 's3-bucket-policy/222222222222/eu-west-1/example-org-cloudtrail';
  await store.leases.acquire(bucket, 'apply-1#x', clock.now(), clock.now() + 170_000);
  await store.runs.put({
    runId: 'apply-1',
    status: 'running',
    startedAt: '2026-03-02T09:00:00.000Z',
    accountIds: [],
    startedBy: 'ana@laptop',
  });
};

describe('apply that meets another apply', () => {
  test('waits with a line that names the holder, and prints its object undisturbed', async () => {
    const screen = await applyJson(['--yes'], { outsiders: heldByAnother });

    expect(screen.code).toBe(0);
    expect(objectOf(screen)).toMatchObject({ status: 'succeeded', left: [] });
    expect(screen.stderr).toMatch(
      /^Waiting for run apply-1, started by ana@laptop. It holds s3-bucket-policy\S+ until \S+Z at the latest\n$/,
    );
  });

  test('ends with 130 when Ctrl-C comes while it waits, and says what is unresolved', async () => {
    let interrupt = (): void => undefined;
    let stderr = '';
    const screen = await applyJson(['--yes'], {
      outsiders: heldByAnother,
      onInterrupt: (listener) => {
        interrupt = listener;
        return () => undefined;
      },
      stderr: {
        write: (text) => {
          stderr += text;
          if (text.startsWith('Waiting')) interrupt();
        },
      },
    });

    expect(screen.code).toBe(130);
    expect(stderr).toContain('Interrupted: finishing the writes that have begun');
    expect(outcomes(screen)).toMatchObject({
      'example-org-cloudtrail': 'busy',
      'example-org-config': 'written',
    });
    expect(objectOf(screen)).toMatchObject({
      status: 'failed',
      left: [expect.stringContaining('cloudtrail')],
    });
  });
});

describe('apply asks', () => {
  test('yes makes the changes', async () => {
    const { io, shown } = terminal('yes\n');
    const { code } = await run(['apply', ...simulate], io);

    expect(code).toBe(0);
    expect(shown()).toContain('Make these changes? Type "yes" to continue: ');
    expect(shown()).toContain('13 of 13 resources written');
  });

  test.each(['no\n', 'y\n', ''])('%j changes nothing', async (answer) => {
    const written: string[] = [];
    const { io, shown } = terminal(answer);
    const { code } = await run(['apply', ...simulate], { ...io, prepareWorld: writesTo(written) });

    expect(code).toBe(2);
    expect(shown()).toContain('Nothing was changed.');
    expect(written).toEqual([]);
  });

  test('what changes while it waits for an answer is seen', async () => {
    let organization: SimulatedOrganization | undefined;
    async function* slowly(): AsyncGenerator<string> {
      organization?.world.buckets.delete('example-org-config');
      yield 'yes\n';
    }
    const stdin: InputStream = Object.assign(slowly(), { isTTY: true });
    const { code, stderr } = await run(['apply', ...simulate], {
      ...terminal('').io,
      stdin,
      prepareWorld: (made) => {
        organization = made;
      },
    });

    expect(code).toBe(65);
    expect(stderr).toMatch(/out of date:\n {2}s3-bucket-policy\S+example-org-config was changed/);
  });
});

describe('apply --plan', () => {
  test('makes the changes of the file, without asking', async () => {
    const screen = await applyJson(['--plan', await planned()]);

    expect(screen.code).toBe(0);
    expect(Object.values(outcomes(screen))).toEqual(Array.from({ length: 13 }, () => 'written'));
  });

  test('of one account makes those of that account only', async () => {
    const file = await planned(String, ['--account', '777777777777']);
    const screen = await applyJson(['--plan', file]);

    expect(objectOf(screen)).toMatchObject({ status: 'succeeded', accountId: '777777777777' });
    expect(outcomes(screen)).not.toHaveProperty('deploy/runner-token');
  });

  test('names every resource that has moved, and writes none', async () => {
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

  test('refuses where the registry has moved', async () => {
    const screen = await applyJson(['--plan', await planned()], {
      prepareWorld: (organization) => organization.addAccount({ id: '999999999999', name: 'new' }),
    });

    expect(screen).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('the registry went from revision 8 to 9'),
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
  'apply with $name ends with $code, and writes nothing',
  async ({ argv, code, error, says }) => {
    const written: string[] = [];
    const screen = await applyJson(await argv(), { prepareWorld: writesTo(written) });

    expect(screen).toMatchObject({ code, stderr: expect.stringMatching(says) });
    expect(objectOf(screen)).toMatchObject({ status: 'failed', error: { name: error } });
    expect(written).toEqual([]);
  },
);

test('apply against AWS needs the table', async () => {
  const { code, stderr } = await run(['apply', '--yes', '--config', exampleConfiguration]);

  expect(code).toBe(78);
  expect(stderr).toContain('ONBOARDING_TABLE is not set');
});
