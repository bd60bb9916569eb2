import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** How a group of suites ended. */
export interface Outcome {
  readonly status: 'passed' | 'failed' | 'timed out';
  /** The first test that failed, or what kept a suite from running. */
  readonly by?: string;
}

/** A copy of the checkout, so that nobody who works in the checkout sees a mutant. */
export interface Sandbox {
  /** Runs suites with a file's text replaced; puts the text back afterwards. */
  run(file: string, text: string, suites: readonly string[]): Outcome;
  remove(): void;
}

const minutes = 60_000;
const megabyte = 1_048_576;

export function openSandbox(): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), 'mutation-'));
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  for (const file of files.split('\0').filter((name) => name !== '')) copy(file, join(folder, file));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return {
    run: (file, text, suites) => {
      const path = join(folder, file);
      const original = readFileSync(path, 'utf8');
      const runWith = (content: string): Outcome => {
        writeFileSync(path, content);
        return runJest(folder, suites);
      };
      try {
        const outcome = runWith(text);
        // A suite that cannot even load may be the mutant's doing, or that of the sandbox.
        if (outcome.by === notLoaded) assertPasses(runWith(original), suites);
        return outcome;
      } finally {
        writeFileSync(path, original);
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const notLoaded = 'Test suite failed to run';

function assertPasses({ status, by }: Outcome, suites: readonly string[]): void {
  if (status !== 'passed')
    throw new Error(`Without a mutant, ${suites.join(' ')} must pass, but ${status}: ${by ?? ''}`);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

function runJest(folder: string, suites: readonly string[]): Outcome {
  const { error, status, stderr } = spawnSync(
    process.execPath,
    ['node_modules/jest/bin/jest.js', '--runInBand', '--bail', '--silent', '--runTestsByPath', ...suites],
    {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
      maxBuffer: 64 * megabyte,
      timeout: 5 * minutes,
      killSignal: 'SIGKILL',
    },
  );
  if (error !== undefined && 'code' in error && error.code === 'ETIMEDOUT') return { status: 'timed out' };
  if (error !== undefined) throw error;
  return status === 0 ? { status: 'passed' } : { status: 'failed', by: firstFailure(stderr) };
}

/** The line after the name of the first suite that failed: the test, or that the suite did not load. */
function firstFailure(screen: string): string {
  const [, failure] = /^FAIL .*\n\s*(?:● )?(.+)$/m.exec(screen) ?? [];
  if (failure === undefined) throw new Error(`Jest did not run the suites:\n${screen}`);
  return failure.trim().slice(0, 200);
}
