import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { jestExpect } from '@jest/expect';
import * as circus from 'jest-circus';
import { addEventHandler, getState, resetState, run } from 'jest-circus';

/** Jest's functions, in this process. So a suite costs only its tests, without a start of jest and of the SDK. */
Object.assign(globalThis, { ...circus, expect: jestExpect });

const root = pathToFileURL(`${resolve('.')}/`).href;
const globals = new URL('tests/runner/globals.js', root).href;

/** The text of a file for one generation of modules. The file itself is never changed. */
interface Replacement {
  readonly file: string;
  readonly text: string;
}

let replacement: Replacement | undefined;

const isOurs = (url: string): boolean => url.startsWith(root) && !url.includes('/node_modules/');

/**
 * Each generation imports project modules again, but not packages: the importer passes the generation's number to the
 * imported module.
 */
registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier === '@jest/globals') return { url: globals, format: 'module', shortCircuit: true };
    const resolved = next(specifier, context);
    const generation = /\?generation=\d+$/.exec(context.parentURL ?? '')?.[0];
    if (generation === undefined || !isOurs(resolved.url) || !resolved.url.endsWith('.ts')) return resolved;
    return { ...resolved, url: resolved.url + generation, shortCircuit: true };
  },
  load: (url, context, next) => {
    if (replacement === undefined || !url.includes('?generation=')) return next(url, context);
    if (fileURLToPath(url) !== resolve(replacement.file)) return next(url, context);
    return { format: 'module', shortCircuit: true, source: stripTypeScriptTypes(replacement.text) };
  },
});

let generation = 0;

/** From here on modules are loaded again, one of them with another text. */
export function newGeneration(next?: Replacement): void {
  generation += 1;
  replacement = next;
}

let hasFailed = false;

// After the first failed test, all further tests add nothing.
addEventHandler((event) => {
  if (event.name === 'test_start' && hasFailed) event.test.mode = 'skip';
  if (event.name === 'test_done' && event.test.errors.length > 0) hasFailed = true;
  if (event.name === 'hook_failure') hasFailed = true;
});

const longest = 60_000;

/** Runs a suite with the modules of this generation. @returns the first failed test, if any */
export async function runSuite(suite: string): Promise<string | undefined> {
  resetState();
  getState().testTimeout = longest;
  hasFailed = false;
  const restore = keepGlobals();
  try {
    await import(`${pathToFileURL(resolve(suite)).href}?generation=${generation}`);
    const { testResults, unhandledErrors } = await run();
    const failed = testResults.find(({ errors }) => errors.length > 0);
    return failed?.testPath.slice(1).join(' > ') ?? unhandledErrors[0]?.split('\n')[0];
  } catch (error) {
    return `does not load: ${String(error).split('\n')[0]}`;
  } finally {
    restore();
  }
}

/** A failed suite may leave a clock of its own, or other environment variables. */
function keepGlobals(): () => void {
  const saved = Object.fromEntries(clockGlobals.map((name) => [name, globalThis[name]]));
  const environment = { ...process.env };
  return () => {
    Object.assign(globalThis, saved);
    process.env = environment;
  };
}

const clockGlobals = [
  'Date',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'queueMicrotask',
] as const;

/** The path below the checkout of a script of this generation. Otherwise `undefined`. */
export function fileOfGeneration(url: string): string | undefined {
  if (!url.endsWith(`?generation=${generation}`)) return undefined;
  return fileURLToPath(url).slice(fileURLToPath(root).length);
}
