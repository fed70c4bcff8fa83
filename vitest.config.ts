import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Minutes each. Begun last, one of them would be left alone on one of two cores. */
const longest = [
  'simulation/world.test.ts',
  'simulation/planted-in-peers.test.ts',
  'attack/sieges.test.ts',
  'test-runner/leftovers.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) =>
      longest.some((name) => moduleId.endsWith(name));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

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
    sequence: { sequencer: LongestFirst },
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
