import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Page {
  /** From the root of the repository: `docs/match.md`. */
  readonly file: string;
  readonly text: string;
}

/** Every Markdown page of the repository, in the order of git. */
export const listPages = (): readonly Page[] =>
  execFileSync('git', ['ls-files', '*.md'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }));

/** The pages that describe the project to its users. */
export const listDocumentation = (): readonly Page[] =>
  listPages().filter(({ file }) => file.startsWith('docs/') || file === 'README.md');
