import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { run } from '../fixtures/screen.ts';

const enter = '\r';
const space = ' ';
const tab = '\t';
const interrupt = '\x03';

/** The sequences that show (`h`) and hide (`l`) the cursor. */
const cursorChange = new RegExp(`${String.fromCharCode(27)}\\[\\?25([hl])`, 'g');

/** A terminal that types the next keys as soon as the screen shows the question that they answer. */
class Terminal extends Writable {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows = 40;
  /** Whether the terminal passes on each key, as questions need it. */
  isRaw = false;
  /** Whether the terminal shows its cursor. */
  hasCursor = true;
  readonly stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (raw: boolean) => {
      this.isRaw = raw;
    },
  });
  screen = '';
  /** Lines of questions that do not fit the terminal. */
  readonly tooLong: string[] = [];
  readonly #answers: [question: string, keys: readonly string[]][];

  constructor(columns: number, answers: [string, readonly string[]][]) {
    super();
    this.columns = columns;
    this.#answers = [...answers];
  }

  override _write(chunk: unknown, _: unknown, done: () => void): void {
    const text = stripVTControlCharacters(String(chunk));
    for (const [, change] of String(chunk).matchAll(cursorChange)) this.hasCursor = change === 'h';
    this.screen += text;
    if (!this.screen.includes('was written'))
      this.tooLong.push(...text.split(/[\r\n]/).filter((line) => line.length > this.columns));
    const [next] = this.#answers;
    const shown = this.screen.replaceAll(/[\s│]+/g, ' ');
    if (next !== undefined && shown.includes(next[0])) {
      this.#answers.shift();
      for (const key of next[1]) setImmediate(() => this.stdin.write(key));
    }
    done();
  }
}

describe('the questions of onboarding init', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onboarding-questions-'));
    file = join(folder, 'onboarding.yml');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const answer = async (columns: number, answers: [string, readonly string[]][]) => {
    const terminal = new Terminal(columns, answers);
    const { code, stderr } = await run(['init', '--simulate', '--config', file], {
      stdin: terminal.stdin,
      stdout: terminal,
      env: { TERM: 'xterm' },
    });
    const { screen, tooLong, isRaw, hasCursor } = terminal;
    return { code, stderr, screen, tooLong, isRaw, hasCursor };
  };

  const allAnswers: [string, readonly string[]][] = [
    ['Name of the installation', [enter]],
    ['Region of the shared', [...'\x7f'.repeat(9), 'eu-west-1', enter]],
    ['Central accounts', ['log', tab, enter]],
    ['OU whose accounts', ['Work', enter]],
    ['Grants to write', [enter]],
  ];

  it.each([100, 40])('writes the answers when the terminal has %d columns', async (columns) => {
    const { code, screen, tooLong } = await answer(columns, allAnswers);

    expect(code).toBe(0);
    expect(screen).toContain('Plan: 1 resource to change');
    expect(tooLong).toEqual([]);
    const { installation, centralAccounts, grants } = parseConfiguration(await readFile(file, 'utf8'), file);
    expect({ installation, centralAccounts }).toEqual({
      installation: 'prod',
      centralAccounts: { log: { id: '222222222222', region: 'eu-west-1' } },
    });
    expect(grants).toMatchObject([{ bucket: 'example-org-cloudtrail', for: { ous: ['Workloads'] } }]);
  });

  it.each([0, 1, 2, 3, 4])('writes nothing when the user presses Ctrl-C at question %d', async (index) => {
    const before = allAnswers.slice(0, index);
    const question = allAnswers[index]?.[0] ?? '';
    const { code, stderr, isRaw, hasCursor } = await answer(80, [...before, [question, [interrupt]]]);

    expect(code).toBe(130);
    expect({ isRaw, hasCursor }).toEqual({ isRaw: false, hasCursor: true });
    expect(stderr).toContain('Nothing was written');
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not write a proposal as a grant when its check mark is removed', async () => {
    const { code } = await answer(80, [...allAnswers.slice(0, 4), ['Grants to write', [space, enter]]]);

    expect(code).toBe(0);
    expect(parseConfiguration(await readFile(file, 'utf8'), file).grants).toMatchObject([
      { name: 'tagged-keys' },
    ]);
  });
});
