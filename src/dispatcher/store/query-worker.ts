/**
 * Owns the thread that reads the past for query-thread.ts: one question after another, upon a
 * connection of its own that cannot write. Never decides anything, and holds no read open: SQLite's
 * log could not be written back meanwhile.
 */

import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { questionsOf } from './questions.js';

if (parentPort === null) throw new Error('this is a thread of the dispatcher');
const port = parentPort;
const questions = questionsOf(
  new Database(workerData as string, { readonly: true, fileMustExist: true }),
);

type Asked = readonly [number: number, name: keyof typeof questions, question: unknown];

port.on('message', ([number, name, question]: Asked) => {
  const answer = questions[name] as (question: unknown) => unknown;
  try {
    port.postMessage([number, answer(question), null]);
  } catch (error) {
    port.postMessage([number, null, error]);
  }
});
