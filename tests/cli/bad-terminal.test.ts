import { describe, expect, it } from '@jest/globals';
import { exampleConfiguration, run, runOnTerminal, standardInput } from '../fixtures/screen.ts';

const simulate = ['--simulate', '--config', exampleConfiguration];

describe('without a terminal', () => {
  it.each([
    [['apply', ...simulate], 'Add --yes, or apply a reviewed plan with --plan FILE'],
    [['approve', '--run', 'run-1', '--plan', '9b0c'], 'Add --yes'],
    [['init', '--simulate', '--config', 'no-such-folder/onboarding.yml'], '--installation NAME'],
  ])('changes nothing and names the missing option when the command is %j', async (argv, option) => {
    const { code, stderr } = await run(argv, { env: { ONBOARDING_TABLE: 'account-onboarding-example' } });

    expect(code).toBe(64);
    expect(stderr).toContain('no terminal');
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(option);
  });

  it('prints no sequence for a terminal when the output is a pipe', async () => {
    const { stdout } = await run(['plan', ...simulate]);

    expect(stdout).not.toContain(String.fromCharCode(27));
  });
});

describe('on a terminal', () => {
  it('changes nothing when the answer is not yes', async () => {
    const stdin = Object.assign(standardInput('y\n'), { isTTY: true });
    const { code, stdout } = await runOnTerminal(['apply', ...simulate], { stdin });

    expect(code).toBe(2);
    expect(stdout).toContain('Nothing was changed.');
  });

  it('uses 80 columns when the terminal does not know its width', async () => {
    const print = async (columns: number) => {
      let screen = '';
      const stdout = { isTTY: true, columns, write: (text: string) => (screen += text) };
      await run(['budget', ...simulate], { stdout, env: { CI: 'true' } });
      return screen;
    };

    expect(await print(0)).toBe(await print(80));
  });
});
