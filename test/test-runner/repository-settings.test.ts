import { expect, test } from 'vitest';
import { runnerAtWork } from '../support/runners-at-work.js';

test("the dispatcher's word on a repository's suite comes before the runner's own", async () => {
  const { dispatcher, commit } = await runnerAtWork({ command: 'echo mine' });
  const { log } = await dispatcher.verdict(commit, { command: 'echo set' });
  expect(log).toBe('set\n');
});

test('of two times that a run may take the shorter one counts', async () => {
  const { dispatcher, commit } = await runnerAtWork({ command: 'sleep 60' });
  const { report } = await dispatcher.verdict(commit, { timeoutMs: 300 });
  expect(report).toMatchObject({
    end: 'timed-out',
    reason: 'The run took longer than 0.3 s and was ended',
  });
});
