/**
 * Hooks of the machine's owner, as small programs in a folder of his, around jobs and their steps.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hooksFolder } from '../../src/test-runner/hooks/hooks.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/git.js';
import { runnerAtWork } from '../support/runners-at-work.js';
import { workFor } from '../support/works.js';

test('hooks of the owner run around each job and each step, and print where that one does', async () => {
  const { report, log } = await ran({
    'before-job': 'echo job of $TRIVET_REPOSITORY',
    'before-step': 'echo before $CI_STEP_NAME; echo loader: $LD_PRELOAD$EVIL',
    'after-step': 'echo after, $TRIVET_STEP_EXIT_CODE; exit 4',
    'after-job': 'echo it $TRIVET_VERDICT',
  });
  expect(report).toMatchObject({ end: 'passed' });
  expect(log(0)).toMatch(/^job of .+\nit passed\n$/);
  expect(log(1)).toBe(
    'before test\nloader:\n+ echo tested\ntested\nafter, 0\n' +
      'The hook after-step of this machine failed (exit code 4).\n',
  );
});

test('a hook may refuse a job, which another runner then gets, or a step', async () => {
  const refused = await started({
    'before-job': 'echo looking; echo the disk is nearly full; exit 1',
  });
  const handback = await eventually('a handback', () => refused.dispatcher.said('handback')[0]);
  expect(handback.body).toEqual({
    reason: 'machine-fault',
    detail: 'the hook before-job of this machine refuses it: the disk is nearly full',
  });
  const { report } = await ran({ 'before-step': 'exit 3' });
  expect(report).toMatchObject({
    end: 'errored',
    reason: 'step "test": the hook before-step of this machine refuses it (exit code 3)',
  });
});

test('a folder without hooks, or with one that is no program, is told of at the start', () => {
  const folder = temporaryFolder();
  expect(() => hooksFolder(folder)).toThrow('has none of before-job');
  expect(() => hooksFolder(join(folder, 'nowhere'))).toThrow('there is no folder');
  writeFileSync(join(folder, 'after-job'), '');
  expect(() => hooksFolder(folder)).toThrow('chmod +x');
});

async function ran(hooks: Readonly<Record<string, string>>) {
  const { dispatcher, run } = await started(hooks);
  const report = await eventually('a report', () => dispatcher.reports.get(run));
  return { report, log: (step: number) => dispatcher.log(run, step).toString() };
}

async function started(hooks: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  for (const [name, script] of Object.entries(hooks)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const { dispatcher, commit } = await runnerAtWork({ command: null, hooks: folder }, [
    'offer',
    'steps',
  ]);
  const work = workFor('steps: { test: { environment: { EVIL: yes }, commands: [echo tested] } }');
  return { dispatcher, run: dispatcher.runtest(commit, 'a change', work) };
}
