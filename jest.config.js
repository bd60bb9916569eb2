export default {
  // Suites run in plain Node and share the modules that a worker has loaded: see CONTRIBUTING.md.
  runner: 'jest-light-runner',
  setupFiles: ['<rootDir>/tests/runner/setup.js'],
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  // Node strips the types by itself.
  transform: {},
  // Jest leaves one core free by itself, which is half of a small machine.
  maxWorkers: '100%',
};
