import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './bundle-options.ts';

/**
 * Writes the types of modules, and of the modules that these import, to a folder. Each file keeps its path.
 * @param work an empty folder for the compiler
 */
export function writeTypes(
  entries: readonly string[],
  { work, folder }: Readonly<Record<'work' | 'folder', string>>,
): void {
  compileTypes(entries, work);
  copyTypes(entries.map(toTypes), work, folder);
}

/** The compiler reads no files from its command line if the folder has a tsconfig.json. So it gets its own. */
function compileTypes(entries: readonly string[], work: string): void {
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    outDir: '.',
    rootDir: root,
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const project = join(work, 'tsconfig.json');
  const settings = { extends: join(root, 'tsconfig.json'), compilerOptions, include: [] };
  const files = entries.map((entry) => join(root, entry));
  writeFileSync(project, JSON.stringify({ ...settings, files }));
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', project], { cwd: root, stdio: 'inherit' });
}

/** Copies only the types that the entries need. */
function copyTypes(entries: readonly string[], from: string, to: string): void {
  const open = [...entries];
  const seen = new Set(open);
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    const text = readFileSync(join(from, file), 'utf8');
    mkdirSync(dirname(join(to, file)), { recursive: true });
    writeFileSync(join(to, file), text.replaceAll(/(from '\.[^']*)\.ts'/g, "$1.js'"));
    for (const [, specifier = ''] of text.matchAll(/from '(\.[^']*\.ts)'/g)) {
      const next = toTypes(relative('.', join(dirname(file), specifier)));
      if (!seen.has(next)) open.push(next);
      seen.add(next);
    }
  }
}

/** `shared/a.ts` → `shared/a.d.ts` */
const toTypes = (file: string): string => file.replace(/\.ts$/, '.d.ts');
