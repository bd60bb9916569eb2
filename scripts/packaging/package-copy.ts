import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What `serverless package` reads, beside the configuration. */
const sources = [
  'functions',
  'infrastructure',
  'package.json',
  'scripts',
  'serverless.yml',
  'shared',
  'statemachines',
  'tsconfig.json',
];

export interface PackagedCopy {
  /** The caller removes it. */
  readonly folder: string;
  /** Whether `serverless package` succeeded. */
  readonly succeeded: boolean;
  /** What it printed. */
  readonly output: string;
  /** User and system time of all its processes. */
  readonly cpuSeconds: number;
}

/**
 * Runs `serverless package` in a copy of the project, so that `.serverless` of the project stays as it is. It needs no network and no
 * credentials.
 * @param configuration its path from the root of the project
 * @param change what to change in the copy before it is packaged
 */
export function packageCopy(
  configuration: string,
  change: (folder: string) => void = () => {},
): PackagedCopy {
  const folder = mkdtempSync(join(tmpdir(), 'packaged-copy-'));
  for (const name of [...sources, configuration]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  change(folder);
  const { PATH, HOME } = process.env;
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-c', timed, process.execPath, serverless, 'package'],
    {
      cwd: folder,
      env: { PATH, HOME, ONBOARDING_CONFIG: configuration },
      encoding: 'utf8',
    },
  );
  return { folder, succeeded: status === 0, output: stdout + stderr, cpuSeconds: readCpuSeconds(stderr) };
}

const serverless = fileURLToPath(import.meta.resolve('serverless/bin/serverless.js'));

/** `times` prints the times of the shell, and then those of its children. */
const timed = '"$0" "$@"; status=$?; times >&2; exit $status';

/** `0m4.718s 0m0.466s` in the last line. */
function readCpuSeconds(text: string): number {
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  return [...last.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

/** The archives of a packaged project, by name. */
export const readArchives = (folder: string): ReadonlyMap<string, Buffer> =>
  new Map(
    readdirSync(join(folder, '.serverless'))
      .filter((name) => name.endsWith('.zip'))
      .map((name) => [name, readFileSync(join(folder, '.serverless', name))]),
  );

/** Where the template of the hub is in a packaged project. */
export const packagedTemplate = '.serverless/cloudformation-template-update-stack.json';
