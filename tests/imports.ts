import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

/** One import of a source file. */
export interface Import {
  /** A path from the project's root (`shared/platform/errors.ts`), or the name of a package. */
  readonly from: string;
  /** The names that exist at run time; `*` for the whole module. Empty where only types are imported. */
  readonly values: readonly string[];
}

export const sourceOf = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The TypeScript files of a folder and its sub-folders, from the project's root. */
export const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file}`)
    .sort();

/** What a file imports or re-exports. The formatter's layout is relied on: each statement begins its line. */
export function importsOf(file: string): readonly Import[] {
  if (/\bimport\(|\brequire\(/.test(sourceOf(file)))
    throw new Error(`${file} imports in a way that is not read here`);
  return staticImportsOf(file);
}

/** The same for a file that may also import while it runs: those imports are not in the result. */
export function staticImportsOf(file: string): readonly Import[] {
  const code = sourceOf(file);
  const statements = code.matchAll(/^(?:import|export)\s(type\s)?([^;'"]*?)\s?from\s'([^']+)';$/gm);
  const bare = [...code.matchAll(/^import '([^']+)';$/gm)].map(([, from = '']) => ({ from, values: ['*'] }));
  return [
    ...[...statements].map(([, type, clause = '', from = '']) => ({
      from,
      values: type === undefined ? valuesOf(clause) : [],
    })),
    ...bare,
  ].map(({ from, values }) => ({ from: from.startsWith('.') ? resolved(file, from) : from, values }));
}

const valuesOf = (clause: string): readonly string[] => {
  if (!clause.startsWith('{')) return ['*'];
  return clause
    .slice(1, -1)
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '));
};

const resolved = (file: string, from: string): string =>
  relative(root, join(root, dirname(file), from)).replaceAll('\\', '/');

/**
 * The files of the project that run when these are loaded: type imports are erased, and so not followed.
 * @param stop files that are not followed, nor in the result
 */
export function loadedBy(
  files: readonly string[],
  stop: (file: string) => boolean = () => false,
): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file) || stop(file)) return;
    seen.add(file);
    for (const { from, values } of importsOf(file))
      if (values.length > 0 && existsSync(join(root, from))) visit(from);
  };
  for (const file of files) visit(file);
  return seen;
}
