/**
 * A flaky test's whole way, over real processes: a suite of node's own test runner that fails on one
 * machine and passes on another, its report, the second run, and what people are told.
 */

import { spawn } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { type } from './support/classic-peers.js';
import { spawnDispatcher } from './support/dispatchers.js';
import { eventually } from './support/eventually.js';
import { makeRepository, temporaryFolder } from './support/git.js';
import { launcher, type Program } from './support/launchers.js';

const workflow = `
steps:
  test:
    commands: [node --test --test-reporter=tap --test-reporter-destination=out.tap sums.test.mjs]
reports: { tap: out.tap }
`;

/** Three processes start, and threads of two of them. */
const startMs = 60_000;

/** What it finds is there at its second run only. */
const suite = (marker: string) => `
import assert from 'node:assert';
import { existsSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';

describe('sums', () => {
  it('adds', () => assert.equal(1 + 1, 2));
  it('is warm', () => {
    const wasWarm = existsSync('${marker}');
    writeFileSync('${marker}', '');
    assert.ok(wasWarm, 'it is cold');
  });
});
`;

test(
  '--retry-flaky: a suite that fails on a cold machine passes on the next, and is called flaky',
  async () => {
    const folder = temporaryFolder();
    const repository = makeRepository();
    const commit = repository.commit('one', {
      '.trivet.yml': workflow,
      'sums.test.mjs': suite(`${folder}/warm`),
    });
    const dispatcher = await spawnDispatcher(folder, { flags: ['--retry-flaky'] });
    const told = (wanted: string) => dispatcher.told.filter(({ event }) => event === wanted);
    const to = ['--dispatcher-server', `localhost:${dispatcher.port}`];
    start('test-runner', ['--port', '0', '--name', 'ada']);
    start('test-runner', ['--port', '0', '--name', 'bob']);
    await eventually('both are there', () => told('runner-joined').length === 2, startMs);
    start('observer', []);
    const finished = await eventually('a verdict', () => told('finished')[0], startMs);
    expect(finished).toMatchObject({ verdict: 'passed', commit });
    const [first, second] = [told('retried')[0]?.['runner'], finished['runner']];
    expect([first, second].sort()).toEqual(['ada', 'bob']);

    const why = await type(dispatcher.port, `why:${commit}`);
    expect(why).toContain('Of 2 tests 1 failed. It is run once more: they may be flaky.\n');
    expect(why).toMatch(
      / {2}sums > is warm \(sums\.test\.mjs:\d+\): it is cold \(known as flaky: /,
    );
    expect(why).toContain(
      'passed on the second run; flaky: sums > is warm. Of 2 tests none failed.\n',
    );
    const log = await type(dispatcher.port, `log:${commit}`);
    expect(log).toContain('reports: 2 tests in 1 report');

    function start(what: Program, flags: readonly string[]): void {
      const at = ['--state', temporaryFolder(), '--repository', 'demo', ...to, ...flags];
      const args = [launcher(what), ...at, repository.path];
      const started = spawn(process.execPath, args, { stdio: 'ignore' });
      onTestFinished(() => void started.kill('SIGKILL'));
    }
  },
  2 * startMs,
);
