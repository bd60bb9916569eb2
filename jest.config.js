export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  transform: { '\\.ts$': '<rootDir>/tests/strip-types.js' },
  coverageProvider: 'v8',
  // Jest leaves one core free by itself, which is half of a small machine.
  maxWorkers: '100%',
  // Ends what hangs. On a busy machine a test may take many times as long as on an idle one.
  testTimeout: 60_000,
};
