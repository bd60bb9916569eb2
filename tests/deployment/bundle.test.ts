import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type BuildOptions, build } from 'esbuild';
import { deployment, root } from '../fixtures/deployment/deployment.ts';

const run = promisify(execFile);

let folder: string;
let functions: readonly string[];

/** Bundles all functions as infrastructure/bundle-functions.cjs does, with the options of serverless.yml. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'account-onboarding-'));
  const { custom, functions: declared } = await deployment();
  const handlers = Object.values(declared).map(({ handler }) =>
    handler.replace(/^functions\/(.*)\.handler$/, '$1'),
  );
  functions = [...new Set(handlers)];
  await build({
    ...(custom.esbuild as BuildOptions),
    entryPoints: functions.map((name) => `functions/${name}.ts`),
    absWorkingDir: root,
    outdir: folder,
    logLevel: 'silent',
  });
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** As Lambda does it: Node loads the file as an ES module, and calls `handler`. */
const calling = (file: string) => `
  const { handler } = await import(${JSON.stringify(pathToFileURL(file).href)});
  const result = await handler({ unexpected: true }, { awsRequestId: 'request-1' }).catch(({ name }) => name);
  process.stdout.write('\\nresult: ' + result);
`;

describe('the bundles', () => {
  test('loads every bundle in Node.js without dependencies, and keeps the names of errors', async () => {
    const env = {
      PATH: process.env.PATH,
      AWS_REGION: 'us-east-1',
      ONBOARDING_TABLE: 'account-onboarding-example',
    };
    const results = await Promise.all(
      functions.map(async (name) => {
        const code = calling(join(folder, `${name}.mjs`));
        const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { env });
        return [name, /\nresult: (.*)$/.exec(stdout)?.[1]];
      }),
    );
    expect(Object.fromEntries(results)).toEqual(
      Object.fromEntries(functions.map((name) => [name, 'MalformedEventError'])),
    );
  }, 120_000);
});
