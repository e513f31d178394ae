import { availableParallelism } from 'node:os'

export default {
  testEnvironment: 'node',
  // Worlds are built, images made and engines started in some tests; a hang is what this ends, not slowness.
  testTimeout: 600_000,
  // Jest leaves a core to the terminal, which on two cores is half of the machine. Tests wait, for servers, engines and pauses, a fifth of
  // their time: one more than there are cores has these busy.
  maxWorkers: availableParallelism() + 1,
  testSequencer: '<rootDir>/__tests__/sequencer.mjs',
  modulePathIgnorePatterns: ['<rootDir>/.cache/', '<rootDir>/dist/'],
  setupFiles: ['<rootDir>/__tests__/property-seed.ts'],
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
}
