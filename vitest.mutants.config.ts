import { defineConfig } from 'vitest/config';

// The tests of pure code: milliseconds each, so that thousands of mutants can be tried.
export default defineConfig({
  test: {
    // The properties take seconds on a busy machine.
    testTimeout: 60_000,
    include: [
      'test/protocol/*.test.ts',
      'test/*/core*.test.ts',
      'test/dispatcher/verdict-from-text.test.ts',
      'test/docs/protocol.test.ts',
    ],
  },
});
