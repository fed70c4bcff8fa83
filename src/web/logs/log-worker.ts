/**
 * Owns the thread that reads logs for log-thread.ts. An answer is the body of an answer over HTTP: the
 * process that asks hands it on as it is, and never looks into it. Several questions are under way at
 * once: a short one does not wait for a search.
 */

import { parentPort } from 'node:worker_threads';
import { LogReader } from './log-reader.js';

if (parentPort === null) throw new Error('this is a thread of the dispatcher');
const port = parentPort;
const reader = new LogReader();
const wanted = new Set<number>();

type Asked = readonly [number: number, name?: 'outline' | 'lines' | 'search', question?: never];

port.on('message', ([number, name, question]: Asked) => {
  if (name === undefined || question === undefined) wanted.delete(number);
  else void answer(number, name, question);
});

async function answer(number: number, name: NonNullable<Asked[1]>, question: never): Promise<void> {
  wanted.add(number);
  try {
    const found = await reader[name](question, () => wanted.has(number));
    // A copy of its own, so that it can be handed over: short texts share one allocation.
    const body = new Uint8Array(Buffer.from(JSON.stringify(found)));
    port.postMessage([number, body, null], [body.buffer]);
  } catch (error) {
    port.postMessage([number, null, error]);
  } finally {
    wanted.delete(number);
  }
}
