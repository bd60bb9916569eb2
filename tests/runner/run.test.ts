import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { url } from './own-url.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');

/** The tests of a fixture that fail, by jest's own report. */
async function failuresOf(fixture: string): Promise<readonly string[]> {
  const args = [jest, '--runInBand', '--json', '--testMatch', `**/runner/${fixture}`];
  const report = await new Promise<string>((resolve) =>
    execFile(process.execPath, args, { cwd: project }, (_, stdout) => resolve(stdout)),
  );
  const { testResults } = JSON.parse(report) as {
    testResults: readonly { assertionResults: readonly { status: string; title: string }[] }[];
  };
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed')
    .map(({ title }) => title);
}

test('fails a test that hangs, leaves an unhandled error, or follows a failed hook', async () => {
  expect(await failuresOf('broken.fixture.ts')).toEqual([
    'hangs',
    'leaves a rejection that nobody handles',
    'throws in a callback',
    'fails the tests after it',
  ]);
});

test('restores the clock when a suite replaced it', async () => {
  expect(await failuresOf('clock-*.fixture.ts')).toEqual([]);
});

test('loads the modules of tests/ again for each suite', () => {
  const [, suite] = /\/run\.test\.ts(\?suite=\d+)$/.exec(import.meta.url) ?? [];

  expect(suite).toBeDefined();
  expect(url.endsWith(`/own-url.ts${suite}`)).toBe(true);
});
