/**
 * Writes the statements of the examples on the pages of grants: after each block `yaml grants` of docs/, the block
 * `json statements` gets what these grants write for two accounts. A test compares the pages with the code.
 */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { findGrantExamples, listExampleStatements, parseExample } from './documentation/grant-examples.ts';

const format = (value: unknown): string =>
  execFileSync('npx', ['biome', 'format', '--stdin-file-path=statements.json'], {
    input: JSON.stringify(value),
    encoding: 'utf8',
  });

for (const file of globSync('docs/**/*.md')) {
  const page = readFileSync(file, 'utf8');
  const filled = findGrantExamples(page).reduceRight((text, { yaml, statements }) => {
    if (statements === undefined) return text;
    const { start, end } = statements;
    return text.slice(0, start) + format(listExampleStatements(parseExample(yaml))) + text.slice(end);
  }, page);
  if (filled !== page) writeFileSync(file, filled);
}
