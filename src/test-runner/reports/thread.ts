/**
 * Owns the way of a run's reports to a thread that reads them, and back. Whatever they are, the runner
 * answers its pings meanwhile, and neither its memory nor its time is theirs: a thread that takes too much
 * of either is ended, and the log says so.
 */

import type { Clock } from '../../world/clock.js';
import { startThread } from '../../world/thread.js';
import type { Collected } from './collect.js';
import { formats, type Wanted } from './find.js';
import { endedAfterMs, heapMbMax } from './limits.js';

export interface Order {
  readonly folder: string;
  readonly wanted: Wanted;
  /** Where the folder was to whom wrote the reports. */
  readonly workspace: string;
  /** What nothing that is told of them may hold. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** Without reports to look for, no thread is started. */
export function readInThread(clock: Clock, order: Order, heapMb = heapMbMax): Promise<Collected> {
  if (formats.every((format) => order.wanted[format].length === 0)) return Promise.resolve(nothing);
  return new Promise((resolve) => {
    const limits = { maxOldGenerationSizeMb: heapMb };
    const thread = startThread('test-runner/reports/worker', order, limits);
    const fail = (why: string) => resolve({ tests: null, lines: [`reports: ${why}`] });
    const cancel = clock.after(endedAfterMs, () => {
      fail(`they took longer than ${endedAfterMs / 1_000} s to be read`);
      void thread.terminate();
    });
    thread.on('message', resolve);
    // What was answered first counts: these say only why there was no answer.
    thread.on('error', ({ message }) => fail(`they could not be read: ${message}`));
    thread.on('exit', () => {
      cancel();
      fail('they could not be read');
    });
  });
}

const nothing: Collected = { tests: null, lines: [] };
