/**
 * Checks the code of the documentation, in README.md, CONTRIBUTING.md and docs/:
 *
 * - `sh`: runs each command, except those that install or test, which CI or the developer has just done. `sh aws` needs an AWS
 *   account, and `sh slow` takes many minutes, so both are skipped.
 * - `text COMMAND`: the screen is part of what the command prints.
 * - `yaml` that begins with `version:`: is a configuration without mistakes.
 *
 * Checks the pages that the arguments name, or all. Exits with 1 if one fails. tests/documentation checks all other blocks.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseConfiguration } from '../shared/configuration/load.ts';
import { type CodeBlock, findBlocks, findMissingLine, listCommands } from './documentation/blocks.ts';

const alreadyRun = new Set([
  'npm ci',
  'npm test',
  'npm ci && npm start',
  'npm ci && npm test',
  'npm run check',
]);

function main(): void {
  const named = process.argv.slice(2);
  const files = named.length > 0 ? named : listPages();
  const failures = files.flatMap((file) =>
    findBlocks(readFileSync(file, 'utf8')).flatMap((block) => check(file, block)),
  );
  for (const failure of failures) console.error(failure);
  console.log(failures.length === 0 ? 'Every command and example works.' : 'Some do not work.');
  process.exitCode = failures.length === 0 ? 0 : 1;
}

const listPages = (): readonly string[] =>
  execFileSync('git', ['ls-files', 'README.md', 'CONTRIBUTING.md', 'docs/*.md'], { encoding: 'utf8' })
    .trim()
    .split('\n');

function check(file: string, { language, text }: CodeBlock): readonly string[] {
  if (language === 'sh')
    return listCommands(text)
      .filter((command) => !alreadyRun.has(command))
      .flatMap((command) => run(file, command));
  if (language.startsWith('text ')) return compare(file, language.slice('text '.length), text);
  if (language === 'yaml' && text.startsWith('version:')) return parse(file, text);
  return [];
}

function run(file: string, command: string): readonly string[] {
  console.log(`${file}: ${command}`);
  const { status, stdout, stderr } = start(command);
  return status === 0 ? [] : [`${file}: "${command}" ended with ${status}:\n${stdout}${stderr}`];
}

function compare(file: string, command: string, screen: string): readonly string[] {
  console.log(`${file}: the screen of ${command}`);
  const { stdout } = start(command);
  const missing = findMissingLine(screen, stdout);
  return missing === undefined ? [] : [`${file}: "${command}" does not print, at its place:\n${missing}`];
}

const start = (command: string) =>
  spawnSync('bash', ['-euo', 'pipefail', '-c', command], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });

function parse(file: string, text: string): readonly string[] {
  console.log(`${file}: a configuration`);
  try {
    parseConfiguration(text, file);
    return [];
  } catch (error) {
    return [`${file}: ${String(error)}`];
  }
}

main();
