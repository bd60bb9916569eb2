/**
 * Makes docs/images/demo.svg: what `onboarding demo` prints, as a terminal that plays for about a minute. Each line of the
 * picture is a line of the real output. Lines with a measured time are absent, so the same demo always makes the same picture.
 *
 * `--check` writes nothing. It exits with 1 if the picture is not what the demo prints today.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { drawTerminal, type TerminalLine } from './documentation/terminal-picture.ts';

const picture = 'docs/images/demo.svg';
const columns = 116;

/** Seconds from the line before to this line. */
const pauses = { line: 0.25, chapter: 4 };

function main(): void {
  const made = drawTerminal(listLines(), { columns, rows: 28, secondsAtEnd: 8, title: 'onboarding demo' });
  if (!process.argv.includes('--check')) writeFileSync(picture, made);
  else if (made !== readFileSync(picture, 'utf8')) {
    console.error(`${picture} is not what the demo prints today. Make it again: npm run demo-picture`);
    process.exitCode = 1;
  }
}

function listLines(): readonly TerminalLine[] {
  const env: NodeJS.ProcessEnv = { ...process.env, FORCE_COLOR: '1', COLUMNS: `${columns}` };
  delete env.NO_COLOR;
  const output = execFileSync(process.execPath, ['cli/bin.js', 'demo'], { encoding: 'utf8', env });
  return output
    .trimEnd()
    .split('\n')
    .map((text) => ({ text, plain: stripVTControlCharacters(text) }))
    .filter(({ plain }) => !/\d (ms|s)\b/.test(plain))
    .filter(({ plain }, index, all) => plain !== '' || all[index - 1]?.plain !== '')
    .map(({ text, plain }) => ({ text, pause: /^\d {2}/.test(plain) ? pauses.chapter : pauses.line }));
}

main();
