import { defineConfig } from 'vitest/config';

// The tests of pure code: milliseconds each, so that thousands of mutants can be tried.
export default defineConfig({
  test: {
    include: ['test/protocol/*.test.ts', 'test/*/core*.test.ts', 'test/docs/*.test.ts'],
  },
});
