import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Io } from '../../cli/terminal.ts';
import { exampleConfiguration, objectOf, run, runOnTerminal, type Screen } from '../fixtures/screen.ts';

const simulate = ['plan', '--simulate', '--config', exampleConfiguration];

const planJson = (argv: readonly string[] = [], io: Partial<Io> = {}): Promise<Screen> =>
  run([...simulate, ...argv, '--json'], io);

const newFile = (): string => join(mkdtempSync(join(tmpdir(), 'onboarding-')), 'plan.json');

interface Told {
  readonly counts: object;
  readonly planHash: string;
  readonly warnings: readonly string[];
  readonly resources: readonly {
    readonly id: string;
    readonly change: boolean;
    readonly differences: readonly { readonly lines: readonly { readonly text: string }[] }[];
  }[];
}

const reportOf = (screen: Screen): Told => objectOf(screen) as unknown as Told;

const without = (bucket: string): Partial<Io> => ({
  prepareWorld: ({ world }) => world.buckets.delete(bucket),
});

describe('plan', () => {
  test('lists each resource that would change, prints counts, and exits with 2', async () => {
    const { code, stdout, stderr } = await run(simulate);

    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(stdout).toMatch(/^Log account 222222222222$/m);
    expect(stdout).toMatch(/^ {2}~ S3 bucket policy example-org-cloudtrail {2}eu-west-1, \d+ % full after$/m);
    expect(stdout).toMatch(/^ {2}\+ Secret resource policy deploy\/runner-token/m);
    expect(stdout).toContain('+ AccountOnboardingexampleTrailLogsWrite');
    expect(stdout).toMatch(/^Plan: 13 resources to change, 0 unchanged$/m);
  });

  test('keeps the lines of plan within the width of a terminal and of a pipe', async () => {
    const terminal = await runOnTerminal(simulate, { env: { NO_COLOR: '1', TERM: 'dumb' } });
    for (const { stdout } of [await run(simulate), terminal])
      expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
  });

  test('warns of a deleted user in an unmanaged statement, because AWS would refuse the next write', async () => {
    const screen = await planJson([], {
      prepareWorld: (organization) => {
        const user = 'arn:aws:iam::999988887777:user/auditor';
        organization.addPrincipal(user);
        organization.editPolicy('bucket', 'example-org-flow-logs', {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { AWS: user }, Action: 's3:GetObject', Resource: '*' }],
        });
        organization.deletePrincipal(user);
      },
    });

    expect(reportOf(screen).warnings).toEqual([
      expect.stringMatching(
        /flow-logs: the statement number 1 \(Allow s3:GetObject\) names AIDA\w+, the id of a user that was deleted/,
      ),
    ]);
  });

  test('prints plan as one JSON object', async () => {
    const screen = await planJson();

    expect(screen.code).toBe(2);
    expect(objectOf(screen)).toMatchObject({
      status: 'changes-pending',
      installation: 'example',
      registryRevision: 8,
      planHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      counts: { change: 13, unchanged: 0, blockedRemovals: 0, failed: 0 },
      warnings: [],
    });
  });

  test('makes the same plan twice when nothing has changed', async () => {
    expect(reportOf(await planJson()).planHash).toBe(reportOf(await planJson()).planHash);
  });

  test('writes nothing when plan runs', async () => {
    const written: string[] = [];
    await planJson([], {
      prepareWorld: (organization) =>
        organization.intercept(async (call, proceed) => {
          if (/^(Put|Set|Create|Delete|Attach)/.test(call.operation)) written.push(call.operation);
          return proceed();
        }),
    });

    expect(written).toEqual([]);
  });

  test('shows actions and conditions for one account when plan has --account', async () => {
    const screen = await planJson(['--account', '777777777777']);
    const lines = reportOf(screen).resources.flatMap(({ differences }) =>
      differences.flatMap((each) => each.lines.map(({ text }) => text)),
    );

    expect(screen.code).toBe(2);
    expect(objectOf(screen)).toMatchObject({ accountId: '777777777777' });
    expect(reportOf(screen).resources.map(({ id }) => id)).not.toContain('deploy/runner-token');
    const accounts = lines.filter((line) => line.startsWith('Principal.AWS '));
    expect(new Set(accounts)).toEqual(new Set(['Principal.AWS 777777777777']));
    expect(lines).toContainEqual(expect.stringMatching(/^Action s3:PutObject/));
    expect(lines).toContainEqual(
      expect.stringMatching(/^Condition StringEquals aws:SourceAccount 777777777777/),
    );
  });

  test('shows no change when plan has --account and nothing is granted', async () => {
    const { code, stdout } = await run([...simulate, '--account', '999999999999'], {
      prepareWorld: (organization) =>
        organization.addAccount({ id: '999999999999', name: 'closed', state: 'SUSPENDED' }),
    });

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Plan for account closed \(999999999999\): 0 resources to change\. Nothing to do$/m,
    );
  });

  test('writes the plan to a file with its hash when plan has --out', async () => {
    const file = newFile();
    const screen = await planJson(['--out', file]);
    const written = JSON.parse(readFileSync(file, 'utf8'));

    expect(objectOf(screen)).toMatchObject({ file, planHash: written.hash });
    expect(written).toMatchObject({ formatVersion: 1, installation: 'example', registryRevision: 8 });
    expect(written.resources).toHaveLength(13);
    expect(written.resources[0]).toMatchObject({
      key: expect.any(String),
      change: true,
      actual: expect.stringMatching(/^[0-9a-f]{64}$/),
      desired: expect.stringMatching(/^[0-9a-f]{64}$/),
      difference: expect.arrayContaining([expect.stringMatching(/^\+ AccountOnboarding/)]),
    });
  });
});

describe('warnings of a plan', () => {
  test('warns of a resource that plan cannot read, and plans the other resources', async () => {
    const screen = await planJson([], without('example-org-config'));
    const { stdout } = await run(simulate, without('example-org-config'));

    expect(screen.code).toBe(2);
    expect(reportOf(screen)).toMatchObject({
      counts: { change: 12, failed: 1 },
      warnings: [expect.stringMatching(/^ResourceMissingError: .*example-org-config/)],
    });
    expect(stdout).toMatch(/Warnings\n {2}! ResourceMissingError/);
    expect(stdout).toMatch(/^Plan: 12 resources to change, 0 unchanged, 1 cannot be planned$/m);
  });

  test('exits plan with another code when a resource cannot be read than when nothing would change', async () => {
    const screen = await planJson(['--account', '999999999999'], {
      prepareWorld: (organization) => {
        organization.addAccount({ id: '999999999999', name: 'closed', state: 'SUSPENDED' });
        organization.world.buckets.delete('example-org-config');
      },
    });

    expect(screen.code).toBe(1);
    expect(objectOf(screen)).toMatchObject({ status: 'incomplete' });
  });

  test('prints the numbers of a policy that would be nearly full', async () => {
    const screen = await planJson([], {
      prepareWorld: ({ world }) => {
        const secret = [...world.secrets.values()].find(({ name }) => name === 'deploy/runner-token');
        if (secret === undefined) throw new Error('there is no such secret');
        const Resource = Array.from({ length: 400 }, (_, index) => `arn:aws:s3:::${'x'.repeat(30)}${index}`);
        const statement = { Sid: 'Long', Effect: 'Deny', Principal: '*', Action: 's3:*', Resource };
        secret.policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
      },
    });

    expect(reportOf(screen).warnings).toEqual([
      expect.stringMatching(/deploy\/runner-token would be 9\d % full \(1\d,\d{3} of 20,480 \w+\)/),
    ]);
  });

  test('exits plan with 69 when an endpoint does not answer, with and without a table', async () => {
    const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    const screen = await run(['plan', '--config', exampleConfiguration, '--json'], { env });

    expect(screen.code).toBe(69);
  });
});

const cases = [
  { name: 'both scopes', argv: ['--account', '777777777777', '--all'], code: 64, says: /not both/ },
  { name: 'an id that is none', argv: ['--account', '77'], code: 64, says: /twelve digits/ },
  {
    name: 'an unknown account',
    argv: ['--account', '999999999999'],
    code: 65,
    says: /does not have account/,
  },
  { name: 'a folder that is not there', argv: ['--out', '/no/such/plan.json'], code: 64, says: /ENOENT/ },
];

test.each(cases)('exits plan with $name with $code', async ({ argv, code, says }) => {
  const screen = await planJson(argv);

  expect(screen).toMatchObject({ code, stderr: expect.stringMatching(says) });
  expect(objectOf(screen)).toMatchObject({ status: 'failed', error: { message: expect.any(String) } });
});
