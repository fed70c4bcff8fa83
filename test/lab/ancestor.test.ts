/** The lab's stand-ins for the ancestor: with ours as peers, and their defects among themselves. */

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAncestor, startOurs } from '../support/ancestors.js';
import { type } from '../support/classic-peers.js';
import { spawnDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { makeClone, makeRemote, temporaryFolder } from '../support/git.js';

test("the ancestor's observer and runner serve our dispatcher unchanged", async () => {
  const { push, clone } = project();
  const { port } = await spawnDispatcher(temporaryFolder());
  const server = ['--dispatcher-server', `localhost:${port}`];
  await startAncestor('runner', ...server, '--port', '0', clone()).tells('registered');
  const observer = startAncestor('observer', ...server, '--interval', '200ms', clone());
  await observer.tells('observing');

  const commit = push();

  await observer.tells('handed-over');
  expect(await type(port, `log:${commit}`)).toContain('testing it');
  // The verdict is what Python's unittest says at the end.
  expect(await type(port, `verdict:${commit}`)).toBe('passed\n');
});

test("our observer and runner serve the ancestor's dispatcher unchanged", async () => {
  const { push, clone } = project();
  const results = temporaryFolder();
  const { server } = await ancestorsDispatcher(results);
  const folder = temporaryFolder();
  const runner = startOurs('test-runner', ...server, '--port', '0', '--state', folder, clone());
  startOurs('observer', ...server, clone());
  await runner.tells('classic');

  const commit = push();

  const result = await resultOf(results, commit);
  expect(result).toContain('testing it');
  // Their end is told as text: the wire has no place for it.
  expect(result).toContain('Trivet\n passed');
});

test('A27, A32: where the dispatcher dies in mid-test, the result of the commit is lost with it', async () => {
  const { push, clone, endSuites } = project();
  const results = temporaryFolder();
  const { dispatcher, server, port } = await ancestorsDispatcher(results);
  const runner = startAncestor('runner', ...server, '--port', '0', clone());
  await runner.tells('registered');
  const observer = startAncestor('observer', ...server, '--interval', '200ms', clone());
  await observer.tells('observing');
  const commit = push(true);
  await dispatcher.tells('leased');

  dispatcher.child.kill('SIGKILL');
  await dispatcher.ended;
  const again = startAncestor('dispatcher', '--port', String(port), '--results', results);
  await again.tells('listening');
  endSuites();

  await again.tells('dropped', (told) => told['commit'] === commit);
  expect(again.told.map(({ event }) => event)).not.toContain('finished');
});

test('A20, A21: where nobody takes it the observer ends, and the next one does not know of the commit', async () => {
  const { push, clone } = project();
  const { server, dispatcher } = await ancestorsDispatcher(temporaryFolder());
  const its = clone();
  const observer = startAncestor('observer', ...server, '--interval', '200ms', its);
  await observer.tells('observing');
  const commit = push();
  expect(await observer.ended).not.toBe(0);

  const next = startAncestor('observer', ...server, '--interval', '200ms', its);
  await next.tells('observing');
  const runner = startAncestor('runner', ...server, '--port', '0', clone());
  await runner.tells('registered');
  const later = push();

  await dispatcher.tells('accepted', (told) => told['commit'] === later);
  expect(dispatcher.told.map((told) => told['commit'])).not.toContain(commit);
});

test('A24, A35: where two runners die at once, their commit ignores a healthy new one', async () => {
  const { push, clone } = project();
  const { server, dispatcher } = await ancestorsDispatcher(temporaryFolder());
  const runner = async () => {
    const started = startAncestor('runner', ...server, '--port', '0', clone());
    await started.tells('registered');
    return started;
  };
  const both = [await runner(), await runner()];
  const observer = startAncestor('observer', ...server, '--interval', '200ms', clone());
  await observer.tells('observing');
  push(true);
  await dispatcher.tells('leased');

  for (const { child } of both) child.kill('SIGKILL');
  await dispatcher.tells('lost');
  await dispatcher.tells('thread-died');
  await runner();

  expect(dispatcher.told.filter(({ event }) => event === 'leased')).toHaveLength(1);
});

/** A remote with a suite that, where a commit `waits`, goes on until it is told to end. */
function project() {
  const { remote, author } = makeRemote();
  const gate = join(temporaryFolder(), 'gate');
  const suite = `#!/bin/sh
echo testing it
[ ! -e waits ] || until [ -e '${gate}' ]; do sleep 0.05; done
echo 'Ran 1 test in 0.001s'
echo
echo OK
`;
  mkdirSync(join(author.path, '.ci'));
  writeFileSync(join(author.path, '.ci/run'), suite);
  chmodSync(join(author.path, '.ci/run'), 0o755);
  author.commit('begin');
  author.push();
  let pushed = 0;
  const push = (waits = false) => {
    pushed += 1;
    const commit = author.commit(`change ${pushed}`, waits ? { waits: '' } : {});
    author.push();
    return commit;
  };
  return {
    push,
    clone: () => makeClone(remote.path).path,
    endSuites: () => writeFileSync(gate, ''),
  };
}

async function ancestorsDispatcher(results: string) {
  const dispatcher = startAncestor('dispatcher', '--port', '0', '--results', results);
  const port = Number((await dispatcher.tells('listening'))['port']);
  return { dispatcher, port, server: ['--dispatcher-server', `localhost:${port}`] };
}

function resultOf(results: string, commit: string): Promise<string> {
  const path = join(results, commit);
  const written = () => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  return eventually('the result is written', () => written() || null);
}
