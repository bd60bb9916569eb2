import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { exampleConfiguration, objectOf, run } from '../fixtures/screen.ts';

const aRun = ['run', '--config', exampleConfiguration, '--event', 'tests/fixtures/inputs/account-id.json'];

interface Case {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly code: number;
  readonly says: RegExp;
}

const cases: readonly Case[] = [
  { name: 'an unknown command', argv: ['onbord'], code: 64, says: /unknown command 'onbord'/ },
  { name: 'an unknown option', argv: ['run', '--evnt', 'x'], code: 64, says: /Did you mean --event\?/ },
  { name: 'no event', argv: ['run', '--config', exampleConfiguration], code: 64, says: /--event FILE/ },
  {
    name: 'a file that is not there',
    argv: ['run', '--config', exampleConfiguration, '--event', 'no-such.json'],
    code: 64,
    says: /no-such\.json cannot be read \(ENOENT\)/,
  },
  { name: 'a name that is none', argv: [...aRun, '--name', 'a b'], code: 64, says: /--name a b/ },
  {
    name: 'a file that is not JSON',
    argv: ['run', '--config', exampleConfiguration, '--event', exampleConfiguration],
    code: 65,
    says: /is not JSON/,
  },
  {
    name: 'no configuration',
    argv: ['run', '--event', 'tests/fixtures/inputs/account-id.json'],
    code: 78,
    says: /onboarding\.yml has 1 mistake/,
  },
  { name: 'run without a table', argv: aRun, code: 78, says: /ONBOARDING_TABLE is not set/ },
  {
    name: 'run against an endpoint elsewhere without a table',
    argv: aRun,
    env: { AWS_ENDPOINT_URL: 'https://aws.example.com' },
    code: 78,
    says: /only a local endpoint needs none/,
  },
  { name: 'import without a table', argv: ['import'], code: 78, says: /ONBOARDING_TABLE is not set/ },
  {
    name: 'activate without a table, even on the loopback',
    argv: ['activate', '--config', exampleConfiguration],
    env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
    code: 78,
    says: /ONBOARDING_TABLE is not set/,
  },
];

describe('a command that cannot do its work', () => {
  test.each(cases)('exits with $code when $name', async ({ argv, env = {}, code, says }) => {
    const screen = await run(argv, { env });

    expect(screen).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(says) });
    expect(screen.stderr).not.toMatch(/^\s+at /m);
  });

  test.each(cases)('prints one JSON object with --json when $name', async ({ argv, env = {}, code }) => {
    const screen = await run([...argv, '--json'], { env });

    expect(screen.code).toBe(code);
    expect(objectOf(screen)).toMatchObject({ status: 'failed', error: { message: expect.any(String) } });
  });
});

test('prints the stack of an error when --verbose is given', async () => {
  const { stderr } = await run(['import', '--verbose']);

  expect(stderr).toMatch(/^\s+at /m);
});

test('prints the help as an error when no command is given', async () => {
  const { code, stderr } = await run([]);

  expect(code).toBe(64);
  expect(stderr).toContain('npx onboarding demo');
});

test.each([['--help'], ['run', '--help'], ['--version']])('exits %s %s with 0', async (...argv) => {
  const { code, stdout, stderr } = await run(argv);

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
});

test('runs the command through its entry script', async () => {
  const script = promisify(execFile)(process.execPath, ['cli/bin.js', '--version']);

  expect((await script).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
