export default {
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  // Node runs TypeScript itself: `tests/README.md`.
  testEnvironment: '<rootDir>/tests/runner/environment.ts',
  testRunner: '<rootDir>/tests/runner/run.js',
  transform: {},
  // Jest leaves one core free by itself, which is half of a small machine.
  maxWorkers: '100%',
  // Ends what hangs. On a busy machine a test may take many times as long as on an idle one.
  testTimeout: 60_000,
};
