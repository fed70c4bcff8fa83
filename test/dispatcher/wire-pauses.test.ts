import { expect, test } from 'vitest';
import { type } from '../support/classic-peers.js';
import { commit } from '../support/commits.js';
import { startDispatcher } from '../support/dispatchers.js';

test('a person pauses and resumes by hand, and is told in words what is paused', async () => {
  const { port } = await startDispatcher();
  const c = commit(0xbeef);
  expect(await type(port, 'pause:everything')).toContain(
    'it is written pause:all, pause:repository:<name> or pause:runner:<name>',
  );
  expect(await type(port, 'pause:runner:ada of lab:8900')).toBe('OK\n');
  expect(await type(port, 'pause:all')).toBe('OK\n');
  expect(await type(port, `dispatch:${c}`)).toContain('OK');
  expect(await type(port, 'status')).toMatch(
    /the runner ada of lab:8900 is paused\n {2}everything is paused\n/,
  );
  expect(await type(port, `why:${c}`)).toContain('It waits: everything is paused.');
  expect(await type(port, 'resume:all')).toBe('OK\n');
  expect(await type(port, 'pause:repository:demmo')).toBe('OK\nNo job of demmo is known yet.\n');
  expect(await type(port, 'resume:repository:demmo')).toBe('OK\n');
  expect(await type(port, 'resume:all')).toBe('Nothing to resume: everything is not paused\n');
});
