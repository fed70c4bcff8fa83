import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { AskedThread } from '../../src/world/asked-thread.js';
import { eventually } from '../support/eventually.js';

/** Answers what it is asked by its own number. */
const echo = `
  const { parentPort, threadId } = require('node:worker_threads');
  parentPort.on('message', ([number, name]) => {
    if (name !== undefined) parentPort.postMessage([number, threadId, null]);
  });
`;

test('one that nobody asks ends after a while, and another answers the next question', async () => {
  const threads: Worker[] = [];
  let ended = 0;
  const start = () => {
    const thread = new Worker(echo, { eval: true });
    thread.on('exit', () => {
      ended += 1;
    });
    threads.push(thread);
    return thread;
  };
  const asked = new AskedThread('echoes', start, 20);
  onTestFinished(() => asked.close());
  const first = await asked.ask<number>('who', {});
  await eventually('it ends', () => ended === 1);
  const others = await Promise.all([asked.ask<number>('who', {}), asked.ask<number>('who', {})]);
  expect(others).not.toContain(first);
  expect(threads).toHaveLength(2);
});
