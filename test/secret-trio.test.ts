/**
 * A secret's whole way, over real processes: set at a terminal, given to a commit's step, printed there,
 * and nowhere to be found afterwards.
 */

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type } from './support/classic-peers.js';
import { spawnDispatcher } from './support/dispatchers.js';
import { eventually } from './support/eventually.js';
import { makeRepository, temporaryFolder } from './support/git.js';
import { launcher, type Program } from './support/launchers.js';
import { trivet } from './support/trivet-command.js';

const value = 'c0rrect-horse';

const workflow = `
steps:
  deploy:
    environment: { TOKEN: { from_secret: deploy_token } }
    commands: ['echo "the token is $TOKEN"']
`;

test('a secret that a step prints is in no log, and in no file of the dispatcher and the runner', async () => {
  const folder = temporaryFolder();
  const state = temporaryFolder();
  const repository = makeRepository();
  const commit = repository.commit('one', { '.trivet.yml': workflow });
  const dispatcher = await spawnDispatcher(folder);
  const to = ['--dispatcher-server', `localhost:${dispatcher.port}`];
  const set = ['secret', 'set', 'DEPLOY_TOKEN', '--repository', 'demo', '--branch', 'main', ...to];
  expect(trivet(folder, set, {}, `${value}\n`).stderr).toBe('');

  start('test-runner', ['--port', '0']);
  start('observer', []);
  // Three processes start meanwhile.
  const isOver = () => dispatcher.told.find(({ event }) => event === 'finished');
  await eventually('a verdict', isOver, 40_000);
  const log = await type(dispatcher.port, `log:${commit}`);
  expect(log).toContain('+ echo "the token is $TOKEN"\nthe token is ********\n');
  expect(await type(dispatcher.port, `verdict:${commit}`)).toBe('passed\n');

  const files = [...filesIn(folder), ...filesIn(state)];
  expect(files.some((text) => text.includes('the token is ********'))).toBe(true);
  for (const text of [...files, JSON.stringify(dispatcher.told)]) expect(text).not.toContain(value);

  repository.git('checkout', '-qb', 'dev');
  const second = repository.commit('two', { 'a.txt': 'two' });
  await eventually('a second verdict', () =>
    dispatcher.told.find(({ event, commit: of }) => event === 'finished' && of === second),
  );
  expect(await type(dispatcher.port, `why:${second}`)).toContain(
    'the secret "deploy_token" is not given: it is for main only, and this is dev',
  );

  function start(what: Program, flags: readonly string[]): void {
    const at = ['--state', state, '--repository', 'demo', ...to, ...flags, repository.path];
    const started = spawn(process.execPath, [launcher(what), ...at], {
      stdio: 'ignore',
    });
    onTestFinished(() => void started.kill('SIGKILL'));
  }
});

/** What all files below hold. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}
