import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { exitCodeTable } from '../../cli/exit-codes.ts';
import { run } from '../fixtures/screen.ts';

const page = readFileSync('docs/command-line.md', 'utf8');
const optionsPage = readFileSync('docs/command-options.md', 'utf8');

test('lists the exit codes in docs/command-line.md', () => {
  const rows = [...page.matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, code, meaning]) => [
    Number(code),
    meaning,
  ]);

  expect(rows).toEqual(exitCodeTable);
});

test.each([
  'demo',
  'init',
  'adopt',
  'validate',
  'import',
  'activate',
  'plan',
  'apply',
  'approve',
  'drift',
  'check',
  'explain',
  'who-can',
  'budget',
  'publish',
  'doctor',
  'start',
  'wait',
  'sweep',
  'replay',
  'status',
  'history',
  'locks',
  'run',
  'spoke-template',
  'application-template',
  'member-template',
  'management-template',
])('lists the options of %s in docs/command-options.md', async (name) => {
  const { stdout } = await run([name, '--help']);
  const options = [...stdout.matchAll(/--[a-z]+/g)].map(([option]) => option);

  expect(options.filter((option) => option !== '--help' && !optionsPage.includes(option))).toEqual([]);
});
