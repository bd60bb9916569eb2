import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it, test } from '@jest/globals';
import { Help } from 'commander';
import { commandList, listCommand, loadCommand } from '../../cli/command-list.ts';
import { processIo } from '../../cli/terminal.ts';

/** Prints the URL of each module that the command line loads, on stderr. */
const listModules = `
  import { registerHooks } from 'node:module';
  registerHooks({ load: (url, context, next) => { console.error(url); return next(url, context); } });
  process.argv.splice(1, 0, 'onboarding');
  await import('./cli/bin.js');
`;

async function findLoaded(...argv: readonly string[]): Promise<readonly string[]> {
  const { stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', listModules, '--', ...argv],
    { env: { ...process.env, NO_COLOR: '1' } },
  );
  return stderr.split('\n').filter((line) => line.startsWith('file:'));
}

test.each(commandList)('lists $name with its arguments and options when it is not loaded', async (listed) => {
  const loaded = await loadCommand(listed, { io: processIo(), end: () => undefined });
  const help = new Help();

  expect(loaded.name()).toBe(listed.name);
  expect(help.subcommandTerm(listCommand(listed))).toBe(help.subcommandTerm(loaded));
});

it('loads no command and no SDK when the help is printed', async () => {
  const loaded = await findLoaded('--help');

  expect(loaded.some((url) => url.endsWith('/cli/main.ts'))).toBe(true);
  expect(
    loaded.filter((url) => /\/cli\/commands\/|\/node_modules\/(?!commander|picocolors|fast-)/.test(url)),
  ).toEqual([]);
});

it('loads only its own command when the help of a command is printed', async () => {
  const loaded = await findLoaded('validate', '--help');

  expect(loaded.flatMap((url) => /\/cli\/commands\/(.*)$/.exec(url)?.[1] ?? [])).toEqual(['validate.ts']);
});
