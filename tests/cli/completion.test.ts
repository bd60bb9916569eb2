import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { commandHelp } from '../../cli/command-help.ts';
import { commandList, loadCommand } from '../../cli/command-list.ts';
import { processIo } from '../../cli/terminal.ts';
import { run } from '../fixtures/screen.ts';

/** The words that bash would offer for the last word. */
async function completeInBash(...words: readonly string[]): Promise<readonly string[]> {
  const { stdout: script } = await run(['completion', 'bash']);
  const line = ['onboarding', ...words].map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _onboarding; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['-euc', `${script}\n${ask}`]);
  return stdout.split('\n').filter((word) => word !== '');
}

describe('completion', () => {
  it('offers all commands of the program when bash completes the first word', async () => {
    expect(await completeInBash('')).toEqual([...commandList.map(({ name }) => name)]);
    expect(await completeInBash('act')).toEqual(['activate']);
  });

  it('offers the options of the command, the choices of an option, and the words of an argument', async () => {
    expect(await completeInBash('plan', '--fo')).toEqual(['--format']);
    expect(await completeInBash('plan', '--format', 'm')).toEqual(['markdown']);
    expect(await completeInBash('demo', 'rot')).toEqual(['rotation']);
  });

  it('leaves the completion of file names to bash when an option takes a file', async () => {
    expect(await completeInBash('plan', '--out', '')).toEqual([]);
  });

  it.each(['zsh', 'fish'])('lists each command and each option when the shell is %s', async (shell) => {
    const { code, stdout } = await run(['completion', shell]);

    expect(code).toBe(0);
    for (const listed of commandList) {
      expect(stdout).toContain(listed.name);
      for (const { long } of (await loadCommand(listed, { io: processIo(), end: () => undefined })).options)
        expect(stdout).toContain(shell === 'zsh' ? `*${long}[` : `-l ${long?.slice(2)} `);
    }
  });

  it('lists the supported shells when the shell is unknown', async () => {
    const { code, stderr } = await run(['completion', 'tcsh']);

    expect(code).toBe(64);
    expect(stderr).toContain('bash, zsh, fish');
  });
});

describe('help of a command', () => {
  it.each(commandList)('shows examples that $name accepts, and its environment variables', async (listed) => {
    const { stdout } = await run([listed.name, '--help']);

    expect(stdout).toContain('\nExamples:\n  onboarding ');
    expect(stdout).toMatch(/\nEnvironment:\n(.*\n)*.*NO_COLOR/);
    for (const example of commandHelp[listed.name].examples) {
      const command = await loadCommand(listed, { io: processIo(), end: () => undefined });
      const argv = (example.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
      let isCalled = false;
      command.exitOverride().action(() => {
        isCalled = true;
      });
      await command.parseAsync(argv, { from: 'user' });
      expect(isCalled).toBe(true);
    }
  });
});

it.each([
  [['spoke-template', 'lgo', '--config', 'examples/onboarding.yml'], 'log'],
  [['application-template', 'shpo', '--config', 'examples/applications/onboarding.yml'], 'shop'],
])('suggests the nearest name when %j names nothing', async (argv, nearest) => {
  const { code, stderr } = await run(argv);

  expect({ code, stderr }).toMatchObject({
    code: 64,
    stderr: expect.stringContaining(`did you mean ${nearest}?`),
  });
});
