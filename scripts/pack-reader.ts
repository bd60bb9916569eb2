/**
 * Creates the npm package of the reader: `node scripts/pack-reader.ts FOLDER` writes
 * `account-onboarding-reader-VERSION.tgz` to a folder and prints its path. The package has one file of JavaScript,
 * types, and no dependencies.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'packages/appconfig-reader');
const entryTypes = 'packages/appconfig-reader/index.d.ts';

async function main(folder = '.'): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'reader-'));
  try {
    const target = join(work, 'package');
    for (const file of ['package.json', 'README.md']) cpSync(join(source, file), join(target, file));
    cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
    writeFileSync(join(target, 'THIRD-PARTY-LICENSES'), listLicenses(await bundle(target)));
    emitTypes(join(work, 'types'));
    copyTypes(join(work, 'types'), join(target, 'types'));
    console.log(pack(target, resolve(folder)));
  } finally {
    rmSync(work, { recursive: true });
  }
}

async function bundle(target: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(source, 'index.ts')],
    outfile: join(target, 'index.js'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    metafile: true,
    logLevel: 'error',
    // Some modules of the SDK load Node's own modules by `require`.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return metafile;
}

/** Each license text, with the packages in the bundle that it covers. */
function listLicenses({ outputs }: Metafile): string {
  const inputs = Object.values(outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  const folders = new Set(
    inputs.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  const byText = Map.groupBy([...folders].sort(), readLicenseText);
  return [...byText].map(([text, users]) => `${users.map(formatPackage).join('\n')}\n\n${text}`).join('\n\n');
}

function formatPackage(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  return `${name} ${version} (${license})`;
}

function readLicenseText(folder: string): string {
  const file = ['LICENSE', 'LICENSE.txt', 'LICENSE.md', 'license']
    .map((name) => join(root, folder, name))
    .find(existsSync);
  // Some packages of the AWS SDK have no license file: all of them have the license of this project.
  return readFileSync(file ?? join(root, 'LICENSE'), 'utf8');
}

function emitTypes(outDir: string): void {
  const options = [
    '--declaration',
    '--emitDeclarationOnly',
    '--noEmit',
    'false',
    '--outDir',
    outDir,
    '--rootDir',
    root,
  ];
  const project = join(root, 'packages/appconfig-reader/tsconfig.json');
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', project, ...options], {
    cwd: root,
    stdio: 'inherit',
  });
}

/** Copies only the types that the entry needs. */
function copyTypes(from: string, to: string): void {
  const open = [entryTypes];
  const seen = new Set(open);
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    const text = readFileSync(join(from, file), 'utf8');
    mkdirSync(dirname(join(to, file)), { recursive: true });
    writeFileSync(join(to, file), text.replaceAll(/(from '\.[^']*)\.ts'/g, "$1.js'"));
    for (const [, specifier = ''] of text.matchAll(/from '(\.[^']*)\.ts'/g)) {
      const next = join(dirname(file), `${specifier}.d.ts`);
      if (!seen.has(next)) open.push(next);
      seen.add(next);
    }
  }
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
