/**
 * Step 8 of the tour: the dispatcher's core, without a dispatcher around it. No socket, no disk, no
 * clock: an event and a time go in, effects come out. Change what happens, and run it again.
 *
 *   npx tsx docs/tour/decide.ts
 */

import { DispatcherCore } from '../../src/dispatcher/core/core.js';
import type { Event } from '../../src/dispatcher/core/events.js';
import { hello } from '../../src/protocol/bodies.js';
import { parseCommit, sessionId } from '../../src/protocol/ids.js';
import { handover } from '../../src/protocol/job-bodies.js';

const nothing = { repositories: [], classicRunners: [], paused: [] };
const core = new DispatcherCore(
  { start: '7f3a9c21', nextJob: 1, classicRunMaxMs: 3_600_000, ...nothing },
  [],
  0,
);
const ada = sessionId('7f3a9c21', 1);
const bob = sessionId('7f3a9c21', 2);
const commit = parseCommit('812d'.repeat(10));
if (commit === null) throw new Error('that is no commit');

const description = handover.parse({ branch: 'main', author: 'Ada', subject: 'Feed the ducks' });
happens(0, { kind: 'dispatch', from: { request: 1 }, commit, description, histories: [] });
happens(1_000, { kind: 'joined', session: ada, hello: runner('ada'), held: [], lacks: 0 });
happens(2_000, { kind: 'joined', session: bob, hello: runner('bob'), held: [], lacks: 0 });
happens(3_000, { kind: 'pong', session: ada });
happens(3_600_000, { kind: 'left', session: ada, reason: 'closed its connection' });

/** One event goes in at that time; what comes out is printed, in its order. */
function happens(nowMs: number, event: Event): void {
  console.log(`at ${nowMs}: ${event.kind}`);
  for (const { kind, ...what } of core.handle(event, nowMs)) {
    console.log(`  ${kind.padEnd(8)}${JSON.stringify(brief(what))}`);
  }
}

function runner(name: string) {
  return hello.parse({ role: 'runner', name, repository: 'pond', capacity: 1 });
}

/** Of an entry and of a message what matters here. */
function brief(what: object): object {
  const { entry, message, notice, ...rest } = what as Record<string, Record<string, unknown>>;
  const { kind, verb, run, runner: by, name, reason } = entry ?? message ?? notice ?? {};
  return { ...rest, kind, verb, run, runner: by, name, reason };
}
