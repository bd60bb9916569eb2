import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';

/** The folder of the project. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** How the npm packages are bundled. */
export const bundleOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  mainFields: ['module', 'main'],
  metafile: true,
  logLevel: 'error',
  // Some modules of the SDK load Node's own modules by `require`.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
} as const satisfies BuildOptions;
