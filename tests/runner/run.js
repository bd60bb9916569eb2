import { createRequire, flushCompileCache, registerHooks } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';

const require = createRequire(import.meta.url);
const jestRequire = createRequire(require.resolve('jest'));
const coreRequire = createRequire(jestRequire.resolve('@jest/core'));
const circus = createRequire(coreRequire.resolve('jest-config')).resolve('jest-circus/runner');
const runWithCircus = require(circus).default;
const framework = join(dirname(circus), 'jestAdapterInit.js');

const tests = new URL('../', import.meta.url).href;
const runner = new URL('./', import.meta.url).href;
const project = new URL('../../', import.meta.url).href;

// Every run of a property tries the same cases. Another seed is tried by changing this line.
fc.configureGlobal({ seed: 20_261_130 });

/** The clock of the process. A test that is cut off in simulated time would leave its own clock to the suites after it. */
const realTime = Object.fromEntries(
  [
    'setTimeout',
    'clearTimeout',
    'setInterval',
    'clearInterval',
    'setImmediate',
    'clearImmediate',
    'Date',
  ].map((name) => [name, globalThis[name]]),
);
const { random } = Math;

let suites = 0;
let watching = false;

/** Whether each suite has a module of its own here, instead of sharing it with the others of the worker. */
const isOfSuite = (url) =>
  watching
    ? url.startsWith(project) && !url.includes('/node_modules/')
    : url.startsWith(tests) && !url.endsWith('.shared.ts');

/** Jest itself imports this file and the environment: once for each worker. */
const isJest = ({ parentURL = '' }) => parentURL.includes('/node_modules/');

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@jest/globals')
      return { url: `${runner}globals.js?suite=${suites}`, format: 'module', shortCircuit: true };
    const resolved = next(specifier, context);
    if (isJest(context) || !isOfSuite(resolved.url)) return resolved;
    return { ...resolved, url: `${resolved.url}?suite=${suites}` };
  },
});

/** A fresh jest-circus: it keeps its state in its module and in a global. */
function freshFramework() {
  delete require.cache[framework];
  delete globalThis[Symbol.for('EVENT_HANDLERS')];
  return require(framework);
}

/** Node's own module loader in place of Jest's. */
const native = (runtime) =>
  Object.assign(Object.create(runtime), {
    requireInternalModule: freshFramework,
    setGlobalsForRuntime() {},
    unstable_shouldLoadAsEsm: () => true,
    unstable_importModule: (path) => import(pathToFileURL(path).href),
  });

export default async function run(globalConfig, config, environment, runtime, path, send) {
  suites += 1;
  watching = globalConfig.watch || globalConfig.watchAll;
  try {
    return await runWithCircus(globalConfig, config, environment, native(runtime), path, send);
  } finally {
    Object.assign(globalThis, realTime);
    Math.random = random;
    // Node writes the cache when a process exits. Jest kills a worker that takes half a second to exit.
    flushCompileCache();
  }
}
