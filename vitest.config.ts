import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/built.ts'],
    // Real processes on two cores: a test waits on predicates, this only ends one that hangs.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    // On two cores a third of the time two of them wait for processes and deadlines.
    maxWorkers: 3,
    // Whoever runs them: without his settings of git, in one language, at one hour.
    env: {
      HOME: '/nonexistent',
      XDG_CONFIG_HOME: '/nonexistent',
      GIT_CONFIG_NOSYSTEM: '1',
      LC_ALL: 'C',
      TZ: 'UTC',
    },
  },
});
