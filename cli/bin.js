#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';

// Halves the start time: Node caches compiled code in the folder for temporary files, by the content of each file.
module.enableCompileCache?.();

// Plain JavaScript, so that an old version of Node can run it and report the required version, instead of failing on
// the first type.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`onboarding needs Node 22.18 or newer, and this is ${process.versions.node}.`);
  console.error(
    'In a checkout `npm ci` installs one beside the other packages; `npx onboarding` and `npm start` use it.',
  );
  process.exitCode = 64;
} else {
  // A checkout has the source, and a package has the compiled code.
  const isCheckout = existsSync(new URL('./onboarding.ts', import.meta.url));
  await import(isCheckout ? './onboarding.ts' : '../dist/onboarding.js');
}
