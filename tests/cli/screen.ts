import { main } from '../../cli/main.ts';
import type { Io } from '../../cli/terminal.ts';

/** What a command wrote and how it ended. */
export interface Screen {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const exampleConfiguration = 'examples/onboarding.yml';

/** Runs a command in this process, with nothing of its environment. */
export async function run(argv: readonly string[], io: Partial<Io> = {}): Promise<Screen> {
  const written = { stdout: '', stderr: '' };
  const code = await main(argv, {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    stdin: standardInput(''),
    env: {},
    cwd: process.cwd(),
    ...io,
  });
  return { code, ...written };
}

/** As `run`, on a terminal. */
export async function runOnTerminal(argv: readonly string[], io: Partial<Io> = {}): Promise<Screen> {
  let stdout = '';
  const terminal = {
    isTTY: true,
    columns: 100,
    write: (text: string) => {
      stdout += text;
    },
  };
  const { code, stderr } = await run(argv, { stdout: terminal, ...io });
  return { code, stdout, stderr };
}

export async function* standardInput(text: string): AsyncGenerator<string> {
  yield text;
}

/** The one object that `--json` printed. Throws where there is anything else. */
export const objectOf = ({ stdout }: Screen): Readonly<Record<string, unknown>> => JSON.parse(stdout);
