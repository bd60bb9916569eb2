/**
 * Creates the npm package of the reader: `node scripts/pack-reader.ts FOLDER` writes
 * `account-onboarding-reader-VERSION.tgz` to a folder and prints its path. The package has one file of JavaScript,
 * types, and no dependencies.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { bundleOptions, root } from './packaging/bundle-options.ts';
import { writeTypes } from './packaging/library-types.ts';
import { listLicenses } from './packaging/list-licenses.ts';

const source = 'packages/appconfig-reader';
const entry = `${source}/index.ts`;

async function main(folder = '.'): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'reader-'));
  try {
    const target = join(work, 'package');
    for (const file of ['package.json', 'README.md']) cpSync(join(root, source, file), join(target, file));
    cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
    writeFileSync(join(target, 'THIRD-PARTY-LICENSES'), listLicenses([await bundle(target)]));
    const compiled = mkdtempSync(join(work, 'types-'));
    writeTypes([entry], { work: compiled, folder: join(target, 'types') });
    console.log(pack(target, resolve(folder)));
  } finally {
    rmSync(work, { recursive: true });
  }
}

async function bundle(target: string): Promise<Metafile> {
  const { metafile } = await build({
    ...bundleOptions,
    entryPoints: [entry],
    outfile: join(target, 'index.js'),
    target: 'node20',
  });
  return metafile;
}

function pack(target: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const output = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: target,
    encoding: 'utf8',
  });
  return join(folder, output.trim());
}

await main(process.argv[2]);
