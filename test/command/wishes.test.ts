import { expect, test, vi } from 'vitest';
import { why } from '../../src/command/why.js';
import { cancel, pause, poll, rerun, resume } from '../../src/command/wishes.js';
import { type } from '../support/classic-peers.js';
import { startDispatcher } from '../support/dispatchers.js';
import { makeRepository } from '../support/git.js';
import { typed } from '../support/typed.js';

/** A dispatcher that was given a commit, and that commit's repository. */
async function given() {
  const repository = makeRepository();
  const commit = repository.commit('Begin');
  const { port } = await startDispatcher();
  expect(await type(port, `dispatch:${commit}`)).toBe('OK');
  const asked = (command: typeof why, ...argv: string[]) =>
    typed(repository.path, command, '--dispatcher-server', `127.0.0.1:${port}`, ...argv);
  return { repository, commit, port, asked, short: commit.slice(0, 7) };
}

test('a commit is cancelled, tested again and asked about by what one calls it', async () => {
  const { repository, commit, asked, short } = await given();
  const { stdout } = await asked(why);
  expect(stdout).toMatch(/handed over by a request\.\nIt waits: no runner is registered\.\n$/);
  expect(await asked(cancel, 'main')).toEqual({
    status: 0,
    stdout: `${short} is cancelled\n`,
    stderr: '',
  });
  expect(await asked(cancel, 'HEAD', '--json')).toEqual({
    status: 2,
    stdout: '{"isDone":false,"says":"Nothing to cancel: it is finished"}\n',
    stderr: '',
  });
  expect((await asked(rerun, `${short}:default`)).stdout).toBe(
    `${short}:default is tested again\n`,
  );
  expect((await asked(why, commit.slice(0, 5))).stdout).toContain('asked to be tested again');

  const unknown = repository.commit('Not handed over');
  expect(await asked(why)).toEqual({
    status: 2,
    stdout: '',
    stderr: `${unknown} was never handed over, or is no longer kept.\n`,
  });
  expect((await asked(cancel, '--branch', 'gone')).stderr).toMatch(/^Nothing to cancel: no commit/);
});

test('the address of a page says which dispatcher is asked; but it is shown no token for that', async () => {
  const { commit, port } = await given();
  const page = `http://127.0.0.1:${port}/commits/${commit}`;
  expect((await typed('/', why, page)).stdout).toContain('handed over by a request');
  vi.stubEnv('TRIVET_TOKEN', 'a-token-of-sixteen');
  expect(await typed('/', why, page)).toMatchObject({
    status: 2,
    stderr: `That is a page of 127.0.0.1:${port}: name it with --dispatcher-server, as it is to be shown a token.\n`,
  });
  vi.unstubAllEnvs();
});

test('pauses are made and ended; what cannot be done is said, with exit code 2', async () => {
  const { port, asked } = await given();
  // Its thread for questions starts here: once it is asked from another folder, that would fail.
  expect(await type(port, 'pause:repository:demmo')).toContain('No job of demmo is known yet.');
  expect((await asked(pause)).stdout).toBe('all is paused\n');
  expect((await asked(pause, 'runner:ada')).stdout).toBe('runner:ada is paused\n');
  expect((await asked(resume, 'repository:demo')).stderr).toContain('demo is not paused\n');
  expect(await asked(pause, 'repository:demmo')).toMatchObject({
    status: 0,
    stdout: 'repository:demmo is paused\nNo job of demmo is known yet.\n',
  });
  expect((await asked(resume)).status).toBe(0);
  expect(await asked(pause, 'everything')).toMatchObject({
    status: 2,
    stderr: 'What is "everything"? It is all, repository:<name> or runner:<name>.\n',
  });
  expect(await asked(poll)).toMatchObject({ status: 2, stderr: 'No observer is connected\n' });
});
