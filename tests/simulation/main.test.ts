import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { play } from './accounts/play.ts';
import { simulate } from './command.ts';
import { withoutSidLost } from './planted.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** `npm run simulate -- …` without a process of its own. */
async function run(args: readonly string[], player = play) {
  let [stdout, stderr] = ['', ''];
  const code = await simulate(args, {
    log: (line) => {
      stdout += `${line}\n`;
    },
    error: (line) => {
      stderr += `${line}\n`;
    },
    play: player,
  });
  return { code, stdout, stderr };
}

/** The command in a process of its own. */
async function runProcess(args: readonly string[]) {
  const child = spawn(process.execPath, ['tests/simulation/main.ts', ...args], { cwd: project });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, stdout, stderr };
}

/** Loses statements without a Sid, so that promises break. */
const brokenPlay: typeof play = (options) => play({ ...options, ...withoutSidLost() });

const findings = (stdout: string): readonly string[] =>
  stdout.split('\n').filter((line) => line.startsWith('  after '));

test.each([
  ['a number with letters', ['--seeds', 'many'], /--seeds must be a whole number/],
  ['zero seeds', ['--seeds', '0'], /--seeds must be one at least/],
  ['an unknown sort of play', ['--only', 'keys'], /--only must be accounts, rotations or readiness/],
  ['an option that there is not', ['--sedes', '3'], /'--sedes'/],
])('refuses %s and prints the usage of simulate', async (_, args, says) => {
  const { code, stdout, stderr } = await run(args);

  expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
  expect(stderr).toMatch(says);
  expect(stderr).toContain('Usage: npm run simulate -- [--seeds N] [--seed S]');
});

test('exits simulate with 0 and states the number of seeds when no promise is broken', async () => {
  const { code, stdout } = await run(['--seed', '4', '--seeds', '2', '--only', 'accounts']);

  expect(code).toBe(0);
  expect(stdout).toContain('2 seeds of accounts, 0 with broken promises');
});

test.each([[[]], [['--accounts', '4']]])(
  'exits simulate with 1 when a seed breaks a promise, and prints the command that repeats it (%j)',
  async (more) => {
    const { code, stdout } = await run(
      ['--seed', '1', '--seeds', '4', '--only', 'accounts', ...more],
      brokenPlay,
    );
    const [, command = ''] = /Replay it: npm run simulate -- (.*)/.exec(stdout) ?? [];
    const again = await run(command.split(' '), brokenPlay);

    expect([code, again.code]).toEqual([1, 1]);
    expect(command).toMatch(/^--only accounts --seed \d+( --accounts 4)? --history$/);
    expect(findings(again.stdout).length).toBeGreaterThan(0);
    expect(findings(stdout)).toEqual(expect.arrayContaining([...findings(again.stdout)]));
    expect(again.stdout).toMatch(/ run-1 starts /);
  },
);

test('reports a broken promise and plays the next seed when a play throws an error', async () => {
  const { code, stdout } = await run(
    ['--seed', '4', '--seeds', '2', '--only', 'accounts'],
    async (options) => {
      if (options.seed === 4) throw new Error('the play is not over');
      return play(options);
    },
  );

  expect(code).toBe(1);
  expect(stdout).toContain('after 0.0 s: the play ends with Error: the play is not over');
  expect(stdout).toContain('2 seeds of accounts, 1 with broken promises');
});

test.each([
  [64, ['--only', 'keys']],
  [0, ['--seed', '4', '--only', 'accounts']],
])('exits simulate with %d when its options are %j', async (expected, args) => {
  const { code, stdout, stderr } = await runProcess(args);

  expect(code).toBe(expected);
  expect(expected === 0 ? stdout : stderr).toMatch(expected === 0 ? /^1 seeds of accounts/ : /^Usage:/m);
});
