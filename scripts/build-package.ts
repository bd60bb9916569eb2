/**
 * Compiles the npm package `account-onboarding` to the folder `dist`, before `npm pack` and `npm publish`. All packages that the
 * code imports are in the bundles: so an installation downloads one file, and runs the versions that were tested.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { bundleOptions, root } from './packaging/bundle-options.ts';
import { writeTypes } from './packaging/library-types.ts';
import { listLicenses } from './packaging/list-licenses.ts';

const dist = join(root, 'dist');

/** The libraries of the package, by the name in its `exports`. */
const libraries = {
  reader: 'packages/appconfig-reader/index.ts',
  'rotation-function': 'shared/secrets/rotation-function/index.ts',
};

/** A rotation function gets clients from its caller, who therefore has the packages. */
const callersPackages = ['@aws-sdk/client-eventbridge', '@aws-sdk/client-secrets-manager'];

async function main(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  const commands = await bundle({ entryPoints: { onboarding: 'cli/onboarding.ts' }, splitting: true });
  const exported = await bundle({ entryPoints: libraries, external: callersPackages });
  writeFileSync(join(dist, 'THIRD-PARTY-LICENSES'), listLicenses([commands, exported]));
  const work = mkdtempSync(join(tmpdir(), 'package-types-'));
  try {
    writeTypes(Object.values(libraries), { work, folder: join(dist, 'types') });
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Names stay readable in the stack of an error, and errors are compared by their names. */
async function bundle(options: BuildOptions): Promise<Metafile> {
  const result = await build({
    ...bundleOptions,
    ...options,
    metafile: true,
    outdir: dist,
    target: 'node22.18',
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: true,
  });
  return result.metafile;
}

await main();
