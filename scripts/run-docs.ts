/**
 * Runs the commands of the documentation: each line of each `sh` block in the README and in docs/, except installing
 * and testing, which CI or the developer has just done. A block that needs an AWS account is marked `sh aws`, and one that
 * takes many minutes `sh slow`; a block of YAML that begins with `version:` is checked as a configuration. Exits with 1 where one fails.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseConfiguration } from '../shared/configuration/load.ts';

const already = new Set(['npm ci', 'npm test', 'npm ci && npm start', 'npm ci && npm test', 'npm run check']);

function main(): void {
  const files = execFileSync('git', ['ls-files', 'README.md', 'CONTRIBUTING.md', 'docs/*.md'], {
    encoding: 'utf8',
  })
    .trim()
    .split('\n');
  const failures = files.flatMap((file) => blocksOf(file).flatMap((block) => check(file, block)));
  for (const failure of failures) console.error(failure);
  console.log(failures.length === 0 ? 'Every command and example works.' : 'Some do not work.');
  process.exitCode = failures.length === 0 ? 0 : 1;
}

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(file: string): readonly Block[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map(([, language = '', body = '']) => ({
    language: language.trim(),
    text: body,
  }));
}

function check(file: string, { language, text }: Block): readonly string[] {
  if (language === 'sh') return commandsOf(text).flatMap((command) => run(file, command));
  if (language === 'yaml' && text.startsWith('version:')) return parse(file, text);
  return [];
}

/** Lines; a line that ends in a backslash goes on in the next. */
const commandsOf = (text: string): readonly string[] =>
  text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !already.has(line));

function run(file: string, command: string): readonly string[] {
  console.log(`${file}: ${command}`);
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', command], {
    encoding: 'utf8',
  });
  return status === 0 ? [] : [`${file}: "${command}" ended with ${status}:\n${stdout}${stderr}`];
}

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
