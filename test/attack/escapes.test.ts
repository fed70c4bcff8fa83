/**
 * What a terminal would obey, in a place where a stranger may write: shown harmless everywhere
 * but in logs, which are the suite's bytes as they are.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { startDispatcher } from '../support/dispatchers.js';
import { eventually } from '../support/eventually.js';
import { makeRepository, temporaryFolder } from '../support/git.js';
import { launcher } from '../support/launchers.js';
import { modernPeer } from '../support/modern-peers.js';
import { runnerDispatcher } from '../support/runner-dispatchers.js';
import { runnerFor } from '../support/runners.js';
import { standInDispatcher } from '../support/stand-in-dispatcher.js';

/** Clears the screen, sets the title, turns text around, begins a new line with a lie. */
const evil = 'Fix\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e\r\n12:00:00 all passed\u0000';
const c = commit(0xc0ffee);

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

test('in a commit’s branch, author and subject they reach neither story nor why nor status', async () => {
  const { port, told } = await startDispatcher();
  const observer = await modernPeer(port, { role: 'observer', name: 'eye', repository: 'demo' });
  const body = { branch: evil, author: evil, subject: evil };
  observer.say({ verb: 'dispatch', commit: c, body });
  await observer.hears('accepted');
  const runner = await modernPeer(port, { role: 'runner', name: 'ada', repository: 'demo' });
  const { body: assignment } = await runner.hears('runtest');
  const texts = [
    await type(port, `why:${c}`),
    await type(port, 'status'),
    ...Object.values(assignment),
    ...told.map(({ msg }) => msg),
  ];
  expect(texts.join()).toContain('Fix');
  for (const text of texts) expect(String(text)).not.toMatch(obeyed);
  // No line of the story is of the stranger's making.
  expect((await type(port, `why:${c}`)).split('\n').some((line) => /^12:00/.test(line))).toBe(
    false,
  );
});

test('in what a runner says of a run they reach neither story nor why', async () => {
  const { port, told } = await startDispatcher();
  const runner = await modernPeer(port, { role: 'runner', name: 'ada' });
  await type(port, `dispatch:${c}`);
  const first = await runner.hears('runtest');
  runner.say({ verb: 'handback', run: first.run, body: { reason: 'stopped', detail: evil } });
  const { run } = await runner.hears('runtest');
  const ends = { exitCode: 1, logBytes: 0, durationMs: 1 };
  runner.say({
    verb: 'results',
    run,
    body: { end: 'errored', signal: evil, reason: evil, ...ends },
  });
  await runner.hears('recorded');
  const texts = [await type(port, `why:${c}`), ...told.map(({ msg }) => msg)];
  for (const text of texts) expect(text).not.toMatch(obeyed);
});

test('in a log they stay: it is the suite’s output, byte for byte', async () => {
  const { port, result } = await startDispatcher();
  const runner = await modernPeer(port, { role: 'runner', name: 'ada' });
  await type(port, `dispatch:${c}`);
  runner.finishes((await runner.hears('runtest')).run, evil);
  await runner.hears('recorded');
  expect(await type(port, `log:${c}`)).toBe(evil);
  expect(result(c).toString()).toBe(evil);
});

test.each(['story', 'json'])(
  'in a real commit and its branch they are harmless in the observer’s %s',
  async (format) => {
    const dispatcher = await standInDispatcher();
    const repository = makeRepository();
    repository.git('checkout', '-q', '-b', 'turned\u202e\u009b31m');
    const message = join(temporaryFolder(), 'message');
    writeFileSync(message, evil.replaceAll('\u0000', '').replace('\r\n', ' '));
    repository.git('commit', '--allow-empty', '-q', '--cleanup=verbatim', '-F', message);
    const flags = ['--once', '--log-level', 'debug', '--log-format', format];
    const at = ['--state', temporaryFolder(), '--dispatcher-server', dispatcher.address];
    const observer = spawn(
      process.execPath,
      [launcher('observer'), ...flags, ...at, repository.path],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let shown = '';
    observer.stdout.on('data', (bytes) => {
      shown += bytes;
    });
    await once(observer, 'close');
    expect(dispatcher.dispatched).toHaveLength(1);
    expect(shown).toContain('Fix');
    expect(shown).not.toMatch(obeyed);
  },
);

test('in what a dispatcher says they are harmless in the runner’s story', async () => {
  const dispatcher = await runnerDispatcher();
  const repository = makeRepository();
  const head = repository.commit('one');
  const { sentences } = await runnerFor({
    clone: repository.path,
    dispatcherPort: dispatcher.port,
  });
  await eventually('it is there', () => dispatcher.connected);
  dispatcher.runtest(head, evil);
  await eventually('it is told', () => sentences().find((line) => line.includes('Fix')));
  for (const sentence of sentences()) expect(sentence).not.toMatch(obeyed);
});
