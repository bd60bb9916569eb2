import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { planted } from '../fixtures/secret-env.ts';
import { member, reading } from '../fixtures/secret-reader.ts';
import { serveReaders } from '../fixtures/servers/simulated-endpoint.ts';
import { shared } from '../fixtures/small-configuration.ts';

const run = promisify(execFile);

/** An empty folder in which the package is installed. */
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reader-package-'));
  const [tarball = ''] = execFileSync(process.execPath, ['scripts/pack-reader.ts', folder], {
    encoding: 'utf8',
  })
    .trim()
    .split('\n');
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], { cwd: folder });
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

const program = `
import { readerFromEnvironment } from 'account-onboarding-reader';
const reader = readerFromEnvironment({ schema: { parse: (value) => value }, externalId: process.env.EXTERNAL_ID });
console.log(JSON.stringify(await reader.get()));
`;

const variables = {
  APPCONFIGAPPNAME: 'shop',
  APPCONFIGCONF: 'database',
  APPCONFIGENV: 'production',
  APPCONFIGREADROLE: `arn:aws:iam::${shared}:role/ConfigurationReader`,
  AWS_REGION: 'eu-west-1',
};

/** Runs the program as a role of the member account. */
async function read(more: Readonly<Record<string, string>> = {}) {
  const { env } = await reading();
  const endpoint = await serveReaders(env.organization);
  const { accessKeyId, secretAccessKey, sessionToken = '' } = env.organization.credentialsOf(member, 'app');
  writeFileSync(join(folder, 'program.mjs'), program);
  try {
    return await run(process.execPath, ['program.mjs'], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL: endpoint.url,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
        EXTERNAL_ID: 'shop-1',
        ...variables,
        ...more,
      },
    });
  } finally {
    await endpoint.close();
  }
}

it('reads the deployed configuration when the package is installed in an empty folder', async () => {
  expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'account-onboarding-reader',
  ]);

  expect((await read()).stdout).toBe(`{"password":"${planted}-1"}\n`);
});

it("prints AWS's refusal when the external id is wrong", async () => {
  await expect(read({ EXTERNAL_ID: 'other' })).rejects.toMatchObject({
    stderr: expect.stringMatching(/ConfigurationUnavailableError: .*AccessDenied.*sts:AssumeRole/),
  });
});

it('names the environment variable when one is missing', async () => {
  await expect(read({ APPCONFIGCONF: '' })).rejects.toMatchObject({
    stderr: expect.stringMatching(/ReaderSettingsError: [\s\S]*APPCONFIGCONF: not set/),
  });
});

it("compiles the package's types in a strict program without other packages", () => {
  writeFileSync(
    join(folder, 'typed.ts'),
    "import { readerFromEnvironment, type ConfigurationReader } from 'account-onboarding-reader';\n" +
      'const schema = { parse: (value: unknown): { password: string } => value as { password: string } };\n' +
      'export const reader: ConfigurationReader<{ password: string }> = readerFromEnvironment({ schema });\n' +
      '// @ts-expect-error The configuration has no such field.\n' +
      'export const wrong = async () => (await reader.get()).user;\n',
  );
  const options = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--module', 'nodenext', '--types', ''];

  const tsc = join(process.cwd(), 'node_modules/.bin/tsc');
  expect(() => execFileSync(tsc, [...options, 'typed.ts'], { cwd: folder, encoding: 'utf8' })).not.toThrow();
});

it('lists the license of every package whose code is bundled', () => {
  const text = readFileSync(
    join(folder, 'node_modules/account-onboarding-reader/THIRD-PARTY-LICENSES'),
    'utf8',
  );
  const licenses = new Set([...text.matchAll(/^\S+ \d[\d.]+ \((.*)\)$/gm)].map(([, license]) => license));

  expect([...licenses].filter((license) => !['Apache-2.0', 'MIT', '0BSD'].includes(license ?? ''))).toEqual(
    [],
  );
  expect(text).toMatch(/^@aws-sdk\/client-appconfigdata [\d.]+ \(Apache-2\.0\)$/m);
});
