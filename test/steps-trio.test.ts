/**
 * A job's steps over real processes: a runner that is killed in the midst of them, and the next one, which
 * does them all from their beginning.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { taggedWith } from '../src/world/process-tree.js';
import { type } from './support/classic-peers.js';
import { spawnDispatcher } from './support/dispatchers.js';
import { eventually } from './support/eventually.js';
import { makeRepository, temporaryFolder } from './support/git.js';
import { launcher, type Program } from './support/launchers.js';

/** Processes that are compiled as they start take long on a busy machine. */
const startWithinMs = 60_000;

test('a runner is killed in the third of five steps: another does all five, and nothing is left', {
  timeout: 180_000,
}, async () => {
  const folder = temporaryFolder();
  const go = join(temporaryFolder(), 'go');
  const repository = makeRepository();
  const commit = repository.commit('one', {
    '.trivet.yml': `
steps:
  one: { commands: [echo 1] }
  two: { commands: [echo 2] }
  three: { commands: ['test -e ${go} || sleep 600'] }
  four: { commands: [echo 4] }
  five: { commands: [echo 5] }
`,
  });
  const dispatcher = await spawnDispatcher(folder);
  const first = start('test-runner', temporaryFolder(), ['--port', '0']);
  start('observer', temporaryFolder(), []);
  const leased = () => dispatcher.told.find(({ event }) => event === 'leased');
  const { run } = await eventually('a lease', leased, startWithinMs);
  const third = () => taggedWith(`TRIVET_STEP=${String(run)}.3`).length > 0;
  await eventually('the third step goes on', third);
  first.kill('SIGKILL');
  writeFileSync(go, '');
  start('test-runner', temporaryFolder(), ['--port', '0']);
  const finished = () => dispatcher.told.find(({ event }) => event === 'finished');
  await eventually('a verdict', finished, startWithinMs);

  expect(await type(dispatcher.port, `verdict:${commit}`)).toBe('passed\n');
  const why = await type(dispatcher.port, `why:${commit}`);
  for (const name of ['one', 'two', 'three', 'four', 'five']) {
    expect(why).toContain(`step ${name}: passed`);
  }
  expect(await type(dispatcher.port, `log:${commit}`)).toContain('+ echo 5\n5\n');
  await eventually('nothing is left', () => taggedWith(`TRIVET_RUN=${String(run)}`).length === 0);

  function start(what: Program, state: string, flags: readonly string[]): ChildProcess {
    const at = ['--dispatcher-server', `localhost:${dispatcher.port}`, '--state', state, ...flags];
    const started = spawn(process.execPath, [launcher(what), ...at, repository.path], {
      stdio: 'ignore',
    });
    onTestFinished(() => void started.kill('SIGKILL'));
    return started;
  }
});
