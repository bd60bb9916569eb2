import { execFile, execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, test } from '@jest/globals';
import * as rotationFunction from '../../shared/secrets/rotation-function/index.ts';

/** An empty folder in which the package is installed. */
let folder: string;

const installed = (file = ''): string => join(folder, 'node_modules/account-onboarding', file);
const example = 'node_modules/account-onboarding/examples/onboarding.yml';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'package-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { stdio: 'pipe' });
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '';
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], { cwd: folder });
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

/** Each version of Node by its program: this one, and the oldest one if the environment names it. */
const nodes = [process.execPath, process.env.OLDEST_NODE ?? ''].filter((program) => program !== '');

/** Runs a program in the folder, with the first `node` of its path. */
const run = (node: string, file: string, ...argv: readonly string[]) =>
  promisify(execFile)(file, argv, {
    cwd: folder,
    env: {
      PATH: [dirname(node), process.env.PATH].join(delimiter),
      HOME: process.env.HOME,
      NO_COLOR: '1',
    },
  });

it('installs no other package when it is installed', () => {
  expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'account-onboarding',
  ]);
});

it('leaves out tests and TypeScript when it is packed', () => {
  const files = readdirSync(installed(), { recursive: true, encoding: 'utf8' });

  expect(files).toContain('statemachines/definitions.yml');
  expect(files.filter((file) => /^tests\b|(?<!\.d)\.ts$/.test(file))).toEqual([]);
});

it('leaves no compiled code in the checkout when it is packed', () => {
  expect(readdirSync('.')).not.toContain('dist');
});

test.each(nodes)(
  'runs the demo by the name of the package on %s',
  async (node) => {
    const { stdout } = await run(node, 'npx', '--no-install', 'account-onboarding', 'demo');

    expect(stdout).toMatch(/Policies that name the closed account +0$/m);
  },
  60_000,
);

test.each(nodes)(
  'validates a configuration by the name of the command on %s',
  async (node) => {
    const { stdout } = await run(node, 'npx', '--no-install', 'onboarding', 'validate', '-c', example);

    expect(stdout).toMatch(/^✓ .*onboarding\.yml is valid$/m);
  },
  60_000,
);

it('runs a simulated state machine when it is installed', async () => {
  writeFileSync(join(folder, 'input.json'), JSON.stringify({ accountId: '777777777777' }));

  const { stdout } = await run(
    process.execPath,
    ...([
      'npx',
      '--no-install',
      'onboarding',
      'run',
      '--simulate',
      '-c',
      example,
      '-e',
      'input.json',
    ] as const),
  );

  expect(stdout).toMatch(/Ready: \d+ accesses verified/);
}, 60_000);

it('exports the reader and the rotation function when a program imports them', async () => {
  linkPackages('@aws-sdk/client-eventbridge', '@aws-sdk/client-secrets-manager');
  const program = `
    const reader = await import('account-onboarding/reader');
    const rotation = await import('account-onboarding/rotation-function');
    console.log(JSON.stringify([Object.keys(reader), Object.keys(rotation)]));
  `;

  const { stdout } = await run(process.execPath, process.execPath, '--input-type=module', '--eval', program);

  expect(JSON.parse(stdout)).toEqual([
    ['ConfigurationUnavailableError', 'ReaderSettingsError', 'readerFromEnvironment'],
    Object.keys(rotationFunction).sort(),
  ]);
});

it('compiles the types of the libraries in a strict program', () => {
  linkPackages('@aws-sdk/client-secrets-manager');
  writeFileSync(
    join(folder, 'typed.ts'),
    "import { readerFromEnvironment, type ConfigurationReader } from 'account-onboarding/reader';\n" +
      "import { type RotationTools, rotateSecret } from 'account-onboarding/rotation-function';\n" +
      'const schema = { parse: (value: unknown): { password: string } => value as { password: string } };\n' +
      'export const reader: ConfigurationReader<{ password: string }> = readerFromEnvironment({ schema });\n' +
      'export const handler = (tools: RotationTools, event: unknown): Promise<void> => rotateSecret(tools, event);\n' +
      '// @ts-expect-error A rotation function needs tools.\n' +
      'export const wrong = () => rotateSecret({}, undefined);\n',
  );
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', ''];

  const tsc = join(process.cwd(), 'node_modules/.bin/tsc');
  expect(() => execFileSync(tsc, [...options, 'typed.ts'], { cwd: folder, encoding: 'utf8' })).not.toThrow();
});

const permissive = ['0BSD', 'Apache-2.0', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0'];

it('lists the license of every package whose code is bundled', () => {
  const text = readFileSync(installed('dist/THIRD-PARTY-LICENSES'), 'utf8');
  const licenses = new Set([...text.matchAll(/^\S+ \d\S+ \((.*)\)$/gm)].map(([, license]) => license));

  expect([...licenses].filter((license) => !permissive.includes(license ?? ''))).toEqual([]);
  expect(text).toMatch(/^commander [\d.]+ \(MIT\)$/m);
});

/** The packages that a rotation function brings. */
function linkPackages(...names: readonly string[]): void {
  mkdirSync(join(folder, 'node_modules/@aws-sdk'), { recursive: true });
  for (const name of names) {
    const link = join(folder, 'node_modules', name);
    rmSync(link, { force: true });
    symlinkSync(join(process.cwd(), 'node_modules', name), link);
  }
}
