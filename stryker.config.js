export default {
  mutate: [
    'src/protocol/*.ts',
    'src/dispatcher/core/*.ts',
    'src/dispatcher/shell/verdict-from-text.ts',
    'src/observer/core/*.ts',
    'src/test-runner/core/*.ts',
  ],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutants.config.ts' },
  // What only runs while modules load (tables, patterns) cannot be switched on later.
  ignoreStatic: true,
  // Stryker would rewrite it with the compiler's JavaScript API, which TypeScript 7 does not have.
  tsconfigFile: 'none',
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: 'reports/mutants.json' },
  tempDirName: 'reports/mutants',
  thresholds: { high: 95, low: 85, break: 85 },
};
