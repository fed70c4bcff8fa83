/**
 * The three processes, with a runner whose steps are in containers: from a push to its verdict, and
 * past the runner's death.
 */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readIfThere } from '../../../src/world/files.js';
import { asked, commandLinesOf, engine, testImage } from '../../support/containers.js';
import { spawnDispatcher } from '../../support/dispatchers.js';
import { eventually } from '../../support/eventually.js';
import { makeRepository, temporaryFolder } from '../../support/git.js';
import { launcher, type Program } from '../../support/launchers.js';

/** Three processes and their containers, on a laden machine. */
const withinMs = 60_000;
const timeoutMs = 3 * withinMs;

describe.skipIf(engine === null)('a push, with steps in containers', () => {
  const image = testImage('whole');

  test(
    'comes to its verdict: checkout, service, failing step and the one after it',
    async () => {
      const { commit, folder, dispatcher } = await pushed(`
      services:
        web:
          image: ${image}
          commands: [mkdir /www, cp a.txt /www, httpd -f -p 8080 -h /www]
      steps:
        build:
          image: ${image}
          commands: [test "$CI_WORKSPACE" = "$PWD", cat a.txt >built]
        check:
          image: ${image}
          commands:
            - until wget -qO got http://web:8080/a.txt; do sleep 0.1; done
            - cmp got built
            - exit 3
        tell:
          image: ${image}
          commands: [echo "it was a $CI_PIPELINE_STATUS"]
          when: { status: [failure] }`);
      const finished = await eventually(
        'a verdict',
        () => dispatcher.told.find(({ event }) => event === 'finished'),
        withinMs,
      );
      expect(finished['verdict']).toBe('failed');
      const log = await eventually('its output', () =>
        readIfThere(join(folder, 'results', commit)),
      );
      expect(log).toContain('+ exit 3\n');
      expect(log).toContain('\nit was a failure\n');
      expect(containers()).toEqual([]);
    },
    timeoutMs,
  );

  test(
    'is had again after its runner was killed, and nothing is left of the first',
    async () => {
      const sleeps = `sleep 6${process.pid}`;
      const isRunning = () => commandLinesOf(sleeps).some((line) => line.startsWith('sleep'));
      const { runner, start } = await pushed(`
      steps:
        - { name: wait, image: "${image}", commands: ["${sleeps}"] }`);
      await eventually('its step runs', isRunning, withinMs);
      const first = containers();
      runner.kill('SIGKILL');
      await eventually(
        'a guard has ended what runs in its container',
        () => !isRunning(),
        withinMs,
      );
      start();
      await eventually('the step runs again', isRunning, withinMs);
      const second = containers();
      expect([first.length, second.length]).toEqual([1, 1]);
      expect(second).not.toEqual(first);
    },
    timeoutMs,
  );

  /** Of ours, also those that have ended. */
  const containers = () =>
    asked(['ps', '--all', '--quiet', '--filter', `ancestor=${image}`])
      .split('\n')
      .filter((id) => id !== '');
});

async function pushed(workflow: string) {
  const folder = temporaryFolder();
  const repository = makeRepository();
  const commit = repository.commit('one', { 'a.txt': 'one\n', '.woodpecker.yml': workflow });
  const dispatcher = await spawnDispatcher(folder);
  const to = ['--dispatcher-server', `127.0.0.1:${dispatcher.port}`];
  const state = temporaryFolder();
  const small = ['--container-memory', '64m', '--container-pids', '64'];
  const start = () => {
    const flags = ['--executor', 'container', ...small, '--port', '0', '--state', state];
    return run('test-runner', [...flags, ...to, repository.path]);
  };
  const runner = start();
  run('observer', ['--state', temporaryFolder(), ...to, repository.path]);
  return { folder, commit, dispatcher, runner, start };
}

function run(what: Program, args: readonly string[]) {
  const started = spawn(process.execPath, [launcher(what), ...args], { stdio: 'ignore' });
  const ended = new Promise((resolve) => void started.once('exit', resolve));
  onTestFinished(async () => {
    // The second that it hears aborts, and its containers go with it.
    const asking = setInterval(() => started.kill('SIGTERM'), 200);
    await ended;
    clearInterval(asking);
  });
  return started;
}
