import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Auth } from '../../src/dispatcher/shell/auth.js';
import { nobody } from '../../src/world/hosts.js';
import { Token } from '../../src/world/token.js';
import { startDispatcher } from '../support/dispatchers.js';
import { makeBare, makeClone, makeRemote, temporaryFolder } from '../support/git.js';
import { startObserver } from '../support/observer-process.js';
import { standInDispatcher } from '../support/stand-in-dispatcher.js';

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 40_000, interval: 5 });

test('SIGKILL between dispatch and acceptance loses nothing', async () => {
  const { remote, author } = makeRemote();
  const first = author.commit('first');
  author.push();
  const clone = makeClone(remote.path);

  let accepting = true;
  const dispatcher = await standInDispatcher({ accepts: () => accepting });
  const args = ['--dispatcher-server', dispatcher.address, clone.path];
  const victim = startObserver(...args);
  await eventually(() => expect(victim.output()).toContain('handed over'));
  accepting = false;
  const second = author.commit('second');
  const third = author.commit('third');
  author.push();
  await eventually(() => expect(dispatcher.dispatched).toEqual([first, second, third]));
  victim.child.kill('SIGKILL');
  expect(await victim.ended).toBe('SIGKILL');

  accepting = true;
  const heir = startObserver('--once', ...args);
  expect(await heir.ended).toBe(0);
  expect(dispatcher.dispatched).toEqual([first, second, third, second, third]);
});

test('a second observer on the same clone is refused; Ctrl-C ends the first with code 0', async () => {
  const remote = makeBare();
  const clone = makeClone(remote.path);
  const dispatcher = await standInDispatcher();
  const args = ['--dispatcher-server', dispatcher.address, clone.path];
  const first = startObserver(...args);
  await eventually(() => expect(first.output()).toContain('waiting for the first'));
  const second = startObserver(...args);
  expect(await second.ended).toBe(2);
  expect(second.output()).toContain('Another observer keeps its position in');
  first.child.kill('SIGINT');
  expect(await first.ended).toBe(0);
});

test('bad input is one sentence and exit code 2', async () => {
  const nowhere = startObserver('/nowhere/at all');
  expect(await nowhere.ended).toBe(2);
  expect(nowhere.output()).toMatch(/^There is no folder \/nowhere\/at all.*\nTry --help\.\n$/);
});

test('who is never let in is told why and leaves with code 2, instead of trying for ever', async () => {
  const auth = new Auth(new Token('correct-horse-battery'), nobody);
  const { port } = await startDispatcher({ auth });
  const token = join(temporaryFolder(), 'token');
  writeFileSync(token, 'incorrect-horse-battery', { mode: 0o600 });
  const { path } = makeClone(makeBare().path);
  const observer = startObserver(
    ...['--dispatcher-server', `localhost:${port}`, '--token-file', token, path],
  );
  expect(await observer.ended).toBe(2);
  expect(observer.output()).toContain('refuses us: the token is wrong: this observer leaves');
});

test('several repositories are observed by one process, each with a session of its own', async () => {
  const { port, told } = await startDispatcher();
  const [demo, lib] = ['demo', 'lib'].map((name) => {
    const bare = makeBare(join(temporaryFolder(), `${name}.git`));
    const author = makeClone(bare.path);
    author.commit(`${name} begins`);
    author.push();
    return { clone: makeClone(bare.path), author };
  });
  const paths = [demo?.clone.path ?? '', lib?.clone.path ?? ''];
  const observer = startObserver('--dispatcher-server', `localhost:${port}`, ...paths);
  await eventually(() => expect(observer.output()).toMatch(/demo: handed over .* "demo begins"/));
  await eventually(() => expect(observer.output()).toMatch(/lib: handed over .* "lib begins"/));
  const joined = told.filter(({ event }) => event === 'observer-joined');
  expect(joined.map(({ msg }) => msg.split(': ')[1]).sort()).toEqual([
    'it watches demo',
    'it watches lib',
  ]);
  observer.child.kill('SIGINT');
  expect(await observer.ended).toBe(0);
});

test('of several, one that is wrong is named; and once all are done, the worst exit code counts', async () => {
  const dispatcher = await standInDispatcher();
  const { remote, author } = makeRemote();
  author.commit('first');
  author.push();
  const gone = makeBare(join(temporaryFolder(), 'gone.git'));
  const [whole, broken] = [makeClone(remote.path), makeClone(gone.path)];
  const state = temporaryFolder();
  const args = ['--once', '--dispatcher-server', dispatcher.address, '--state', state];
  const wrong = startObserver(...args, whole.path, '/nowhere/at all');
  expect(await wrong.ended).toBe(2);
  expect(wrong.output()).toMatch(/^There is no folder \/nowhere\/at all/);
  const namesakes = startObserver(...args, whole.path, makeClone(remote.path).path);
  expect(await namesakes.ended).toBe(2);
  expect(namesakes.output()).toContain('are both called');
  rmSync(gone.path, { recursive: true });
  const observer = startObserver(...args, whole.path, broken.path);
  expect(await observer.ended).toBe(2);
  expect(observer.output()).toContain('gone: cannot read the repository');
  expect(dispatcher.dispatched).toHaveLength(1);
  expect(readdirSync(state)).toHaveLength(2);
});
