export default {
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  // Node runs TypeScript itself: `tests/README.md`.
  testEnvironment: '<rootDir>/tests/runner/environment.ts',
  testRunner: '<rootDir>/tests/runner/run.js',
  transform: {},
  // Jest's default leaves one core free, which is half of a small machine.
  maxWorkers: '100%',
  // Ends hanging tests. On a busy machine a test may take many times as long as on an idle one.
  testTimeout: 60_000,
  // A worker without open handles takes 0.1 to 0.3 s to give its memory back, and several times as long on a busy machine. Jest's
  // own 0.5 s would report it as a leak. A worker with an open handle is still reported.
  workerGracefulExitTimeout: 5_000,
};
