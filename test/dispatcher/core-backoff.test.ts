import { expect, test } from 'vitest';
import { scenario } from '../support/dispatcher-scenario.js';
import { adaTests } from '../support/dispatcher-scenes.js';

test('a job that waits for a runner that refused it is told so, not that the runner is busy', () => {
  const { s, run } = adaTests(false);
  s.handsBack('ada', run, 'stopped', 'the disk is full');
  s.outcome('job 1 handed back: ada, stopped');
  expect(s.why(1)).toBe('ada refused a run just now; asked again soon');
  s.passes(1_000);
  s.outcome('job 1 leased: run 1-2, number 2, ada', '→ ada: runtest c1 run 1-2');
});

test('a classic runner that says BUSY to us, while it tests for another, is told of in the same way', () => {
  const s = scenario();
  s.given(() => {
    s.registers('localhost:8900', 'busy');
    s.dispatch(1);
  });
  expect(s.why(1)).toBe(':8900 refused a run just now; asked again soon');
});
