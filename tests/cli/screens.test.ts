import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { commandList } from '../../cli/command-list.ts';
import { widthOf } from '../../cli/output.ts';
import { exampleConfiguration, run } from '../fixtures/screen.ts';

const simulate = ['--simulate', '--config', exampleConfiguration];
const account = ['--account', '777777777777'];
const bucket = 'arn:aws:s3:::example-org-cloudtrail';

/** A screen of each command that prints more than a template. */
const screens: readonly (readonly string[])[] = [
  ['plan', ...simulate],
  ['plan', ...simulate, ...account],
  ['apply', ...simulate, '--yes'],
  ['drift', ...simulate],
  ['check', ...simulate, ...account],
  [
    'explain',
    ...simulate,
    '--principal',
    '777777777777',
    '--action',
    's3:GetObject',
    '--resource',
    `${bucket}/x`,
  ],
  ['who-can', ...simulate, '--resource', bucket],
  ['budget', ...simulate],
  ['doctor', ...simulate],
  ['start', ...simulate, ...account, '--wait'],
  ['sweep', ...simulate, '--wait'],
  ['status', ...simulate],
  ['status', ...simulate, ...account],
  ['history', ...simulate, ...account],
  ['history', ...simulate, '--resource', 'example-org-cloudtrail'],
  ['locks', ...simulate],
  ['wait', ...simulate, ...account],
  ['replay', ...simulate],
  ['run', ...simulate, '--event', 'tests/fixtures/inputs/account-id.json'],
  ['validate', '--config', exampleConfiguration],
  ['validate', '--config', 'no-such-file.yml'],
  ['member-template', '--config', exampleConfiguration],
  ['adopt', ...simulate],
  ['adopt', ...simulate, '--remove-superseded', '--yes'],
  ['demo'],
  ['demo', 'rotation'],
  ['--help'],
  ['pla'],
  ['plan', '--grant', 'trail-log', ...simulate],
];

/** The output of a command on a terminal of this width, with its errors. */
async function printOn(columns: number, argv: readonly string[]): Promise<string> {
  let screen = '';
  const stream = { isTTY: true, columns, write: (text: string) => (screen += text) };
  await run(argv, { stdout: stream, stderr: stream, env: { CI: 'true', NO_COLOR: '1' } });
  return screen;
}

/** A sequence that changes the color of a terminal. */
const color = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`);

/** Commands stay on one line, so that people can copy them. */
const isCommand = (line: string): boolean => /^ *(npx )?onboarding /.test(line);

/** A line that cannot be shorter: apart from a mark, it is one word, such as an ARN. */
const isOneWord = (line: string): boolean => /^ *([^\w\s] )?\S+$/.test(line);

const listTooWide = (screen: string, columns: number): readonly string[] =>
  screen.split('\n').filter((line) => widthOf(line) > columns && !isCommand(line) && !isOneWord(line));

/** Screens with the widest tables. */
const wide = screens.filter(([name = '']) => ['budget', 'plan', 'who-can', '--help'].includes(name));

describe.each([
  [40, screens],
  [80, wide],
  [120, wide],
] as const)('on a terminal of %i columns', (columns, chosen) => {
  it.each(chosen.map((argv) => [argv.join(' '), argv] as const))(
    'prints no line that is too wide when the command is %s',
    async (_, argv) => {
      const screen = await printOn(columns, argv);

      expect(screen).not.toBe('');
      expect(listTooWide(screen, columns)).toEqual([]);
      // NO_COLOR is set.
      expect(screen).not.toMatch(color);
    },
  );

  it.each(commandList.map(({ name }) => name))(
    'prints no line that is too wide when %s prints help',
    async (name) => {
      expect(listTooWide(await printOn(columns, [name, '--help']), columns)).toEqual([]);
    },
  );

  it('prints no line that is too wide when init writes a file', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'init-')), 'onboarding.yml');
    const answers = ['--installation', 'prod', '--central', 'log=222222222222', '--region', 'eu-west-1'];
    const argv = ['init', '--simulate', ...answers, '--ou', 'Workloads', '--grants', 'all', '--config', file];

    expect(listTooWide(await printOn(columns, argv), columns)).toEqual([]);
  });
});
