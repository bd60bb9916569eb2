import { registerHooks } from 'node:module';

/**
 * `jest-light-runner` runs the suites in plain Node, where a worker loads the SDK once and not once a suite. There the
 * functions of jest are global, and the package `@jest/globals`, from which the tests import them, refuses to load.
 */
const globals = new URL('./globals.js', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals'
      ? { url: globals, format: 'module', shortCircuit: true }
      : next(specifier, context),
});
