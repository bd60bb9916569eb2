import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, test } from '@jest/globals';
import { commandList } from '../../cli/command-list.ts';
import { handleInterruptions } from '../../cli/interruption.ts';
import { exampleConfiguration, run } from '../fixtures/screen.ts';

/** Starts the command line after the code of a test. */
const start = (code: string, argv: readonly string[]): ChildProcess =>
  spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `${code}; process.argv.splice(1, 0, 'onboarding'); await import('./cli/bin.js');`,
      '--',
      ...argv,
    ],
    { env: { PATH: process.env.PATH, NO_COLOR: '1' } },
  );

async function readEnd(child: ChildProcess) {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code, signal] = await once(child, 'close');
  return { code, signal, stderr };
}

/** Presses Ctrl-C when the file of the command is loaded, and waits in its place. */
const interruptWhenLoaded = `
  import { registerHooks } from 'node:module';
  const source = "process.kill(process.pid, 'SIGINT'); await new Promise(() => setInterval(() => undefined, 1000));";
  registerHooks({ load: (url, context, next) =>
    url.includes('/cli/commands/') ? { format: 'module', source, shortCircuit: true } : next(url, context) })`;

/** Presses Ctrl-C when the first file is written. */
const interruptWhenWriting = `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  const { writeFileSync } = fs;
  fs.writeFileSync = (...parameters) => { process.kill(process.pid, 'SIGINT'); writeFileSync(...parameters); };
  syncBuiltinESMExports()`;

/** Writes the half of a file, and then has no room for the rest. */
const fillDiskWhenWriting = `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  const { writeFileSync } = fs;
  fs.writeFileSync = (file, text, options) => {
    writeFileSync(file, text.slice(0, text.length / 2), options);
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  };
  syncBuiltinESMExports()`;

describe('Ctrl-C', () => {
  test.each(commandList)(
    'ends $name with 130 when no write has begun',
    async ({ name }) => {
      expect(await readEnd(start(interruptWhenLoaded, [name]))).toEqual({
        code: 130,
        signal: null,
        stderr: '',
      });
    },
    30_000,
  );

  it('ends a demo with 130 when it prints', async () => {
    const child = start('', ['demo']);
    child.stdout?.once('data', () => child.kill('SIGINT'));

    expect(await readEnd(child)).toEqual({ code: 130, signal: null, stderr: '' });
  }, 30_000);

  const answers = ['--installation', 'prod', '--central', 'log=222222222222', '--region', 'eu-west-1'];
  const init = ['init', '--simulate', ...answers, '--ou', 'Workloads', '--grants', 'all', '--force'];

  it('ends init with 130 and a whole file when Ctrl-C comes while init writes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'interruption-'));
    try {
      await run([...init, '--config', join(folder, 'whole.yml')]);
      const ended = await readEnd(
        start(interruptWhenWriting, [...init, '--config', join(folder, 'new.yml')]),
      );

      expect(ended).toEqual({ code: 130, signal: null, stderr: '' });
      expect(readdirSync(folder).sort()).toEqual(['new.yml', 'whole.yml']);
      expect(readFileSync(join(folder, 'new.yml'), 'utf8')).toBe(
        readFileSync(join(folder, 'whole.yml'), 'utf8'),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 30_000);

  it('keeps the file that was there when the disk is full while init writes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'full-'));
    const file = join(folder, 'onboarding.yml');
    writeFileSync(file, 'before');
    try {
      const { code, stderr } = await readEnd(start(fillDiskWhenWriting, [...init, '--config', file]));

      expect({ code, stderr }).toEqual({
        code: 64,
        stderr: expect.stringContaining('cannot be written (ENOSPC)'),
      });
      expect(readdirSync(folder)).toEqual(['onboarding.yml']);
      expect(readFileSync(file, 'utf8')).toBe('before');
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 30_000);

  it('writes every file completely or not at all when Ctrl-C comes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'interruption-'));
    const write = (name: string) => [
      'member-template',
      '--config',
      exampleConfiguration,
      '--out',
      join(folder, name),
    ];
    const read = (name: string) =>
      readdirSync(join(folder, name)).map((file) => [file, readFileSync(join(folder, name, file), 'utf8')]);
    try {
      await run(write('whole'));
      await readEnd(start(interruptWhenWriting, write('interrupted')));

      expect(read('whole').length).toBeGreaterThan(1);
      expect(read('interrupted')).toEqual(read('whole'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 30_000);
});

it('ends a demo quietly when the reader of its output ends', async () => {
  const child = start('', ['demo']);
  child.stdout?.once('data', () => child.stdout?.destroy());

  expect(await readEnd(child)).toEqual({ code: 0, signal: null, stderr: '' });
}, 30_000);

/** A process whose end a test can see. */
function createProcess({ isTTY }: { readonly isTTY: boolean }) {
  const written: string[] = [];
  const codes: number[] = [];
  const output = () =>
    Object.assign(new EventEmitter(), { isTTY, write: (text: string) => void written.push(text) });
  const running = Object.assign(new EventEmitter(), {
    stdout: output(),
    stderr: output(),
    exit: (code: number) => void codes.push(code),
  });
  return { running, written, codes };
}

const closed = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });

describe('handleInterruptions', () => {
  it('clears the progress line when Ctrl-C ends a command on a terminal', () => {
    const { running, written, codes } = createProcess({ isTTY: true });
    handleInterruptions(running);

    running.emit('SIGINT');

    expect({ written, codes }).toEqual({ written: ['\r\x1b[2K'], codes: [130] });
  });

  it('lets a command finish at the first Ctrl-C, and ends it at the second', () => {
    const { running, codes } = createProcess({ isTTY: false });
    const calls: number[] = [];
    handleInterruptions(running)(() => calls.push(codes.length));

    running.emit('SIGINT');
    expect({ calls, codes }).toEqual({ calls: [0], codes: [] });

    running.emit('SIGINT');
    expect({ calls, codes }).toEqual({ calls: [0], codes: [130] });
  });

  it('lets a command finish when the reader of its output ends', () => {
    const { running, codes } = createProcess({ isTTY: false });
    const calls: number[] = [];
    handleInterruptions(running)(() => calls.push(codes.length));

    for (const output of [running.stdout, running.stdout, running.stderr]) output.emit('error', closed);

    expect({ calls, codes }).toEqual({ calls: [0], codes: [] });
  });

  it('ends at once at Ctrl-C when the command has removed its listener', () => {
    const { running, codes } = createProcess({ isTTY: false });
    const remove = handleInterruptions(running)(() => undefined);

    remove();
    running.emit('SIGINT');

    expect(codes).toEqual([130]);
  });
});
